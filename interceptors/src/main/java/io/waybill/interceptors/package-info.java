/**
 * Interceptors that know no broker: {@link io.waybill.interceptors.LoggingInterceptor} writes a line for each send and
 * each attempt to handle, {@link io.waybill.interceptors.CountingInterceptor} counts them, {@link
 * io.waybill.interceptors.SendGuards} and {@link io.waybill.interceptors.ReceiveGuards} are Resilience4j's guards around them.
 *
 * <pre>
 *   CountingInterceptor counts = new CountingInterceptor();
 *   Producer orders = waybill.producer("order-service").intercept(counts).intercept(LoggingInterceptor.at(Level.DEBUG)).open();
 * </pre>
 */
@NullMarked
package io.waybill.interceptors;

import org.jspecify.annotations.NullMarked;
