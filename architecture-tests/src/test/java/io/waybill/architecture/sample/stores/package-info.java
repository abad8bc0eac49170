/** Breaks rules on purpose. */
@NullMarked
package io.waybill.architecture.sample.stores;

import org.jspecify.annotations.NullMarked;
