/** Breaks rules on purpose. */
@NullMarked
package io.waybill.architecture.sample.message;

import org.jspecify.annotations.NullMarked;
