/** Breaks rules on purpose. */
@NullMarked
package io.waybill.architecture.sample.kafka;

import org.jspecify.annotations.NullMarked;
