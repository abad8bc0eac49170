@org.jspecify.annotations.NullMarked
package io.waybill.codec.jackson;
