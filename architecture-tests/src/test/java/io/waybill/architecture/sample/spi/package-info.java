/** Breaks rules on purpose. */
@NullMarked
package io.waybill.architecture.sample.spi;

import org.jspecify.annotations.NullMarked;
