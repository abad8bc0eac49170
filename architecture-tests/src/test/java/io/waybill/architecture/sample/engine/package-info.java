/** Breaks rules on purpose. */
@NullMarked
package io.waybill.architecture.sample.engine;

import org.jspecify.annotations.NullMarked;
