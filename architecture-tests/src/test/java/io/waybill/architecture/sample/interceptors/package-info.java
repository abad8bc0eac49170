/** Breaks rules on purpose. */
@NullMarked
package io.waybill.architecture.sample.interceptors;

import org.jspecify.annotations.NullMarked;
