/** Breaks rules on purpose. */
@NullMarked
package io.waybill.architecture.sample.loud;

import org.jspecify.annotations.NullMarked;
