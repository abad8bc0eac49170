package io.waybill;

import io.waybill.message.Delivery;

/**
 * Wraps one attempt to handle a delivery. The first registered is outermost: {@code A(B(C(handler)))}. Called from many
 * threads at once, on the handler's thread; what it throws counts as a failed attempt. Returning without
 * {@code proceed} acknowledges the delivery unhandled.
 */
@FunctionalInterface
public interface ReceiveInterceptor {
    /**
     * Handles, in one way or another.
     *
     * @param chain what arrived, and how to go on
     * @throws Exception if this attempt failed
     */
    void intercept(Chain chain) throws Exception;

    /** One step of one attempt. */
    interface Chain {
        /**
         * What arrived.
         *
         * @return the delivery
         */
        Delivery delivery();

        /**
         * Goes on to the next interceptor, or to the handler. At most once.
         *
         * @param delivery what to handle
         * @throws IllegalStateException if called a second time
         * @throws Exception what the handler or an inner interceptor throws
         */
        void proceed(Delivery delivery) throws Exception;
    }
}
