/** Breaks a rule on purpose. */
@NullMarked
package io.waybill.architecture.cycle.egg;

import org.jspecify.annotations.NullMarked;
