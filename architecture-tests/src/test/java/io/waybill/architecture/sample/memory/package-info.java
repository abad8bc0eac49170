/** Breaks rules on purpose. */
@NullMarked
package io.waybill.architecture.sample.memory;

import org.jspecify.annotations.NullMarked;
