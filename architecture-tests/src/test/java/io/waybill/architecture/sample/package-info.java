/** Breaks rules on purpose. */
@NullMarked
package io.waybill.architecture.sample;

import org.jspecify.annotations.NullMarked;
