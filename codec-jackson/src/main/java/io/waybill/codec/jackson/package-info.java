/** Typed payloads as JSON, written and read by Jackson 3; see {@link io.waybill.codec.jackson.JacksonCodec}. */
@NullMarked
package io.waybill.codec.jackson;

import org.jspecify.annotations.NullMarked;
