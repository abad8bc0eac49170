/** Breaks a rule on purpose. */
@NullMarked
package io.waybill.architecture.cycle.hen;

import org.jspecify.annotations.NullMarked;
