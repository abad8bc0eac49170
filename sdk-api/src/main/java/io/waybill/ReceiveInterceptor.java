package io.waybill;

import io.waybill.message.Delivery;

/**
 * Wraps one attempt to handle a delivery. The first registered is outermost: {@code A(B(C(handler)))}. Called from many
 * threads at once, on the handler's thread; what it throws counts as a failed attempt, but for
 * {@link io.waybill.message.PauseException}, which says that nothing can be handled now. Returning without
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

    /**
     * Whether it may handle the same delivery again in place, as a retry does. Then {@code proceed} works again after it
     * threw. Default: no.
     *
     * @return true if it may
     */
    default boolean handlesAgain() {
        return false;
    }

    /** One step of one attempt. */
    interface Chain {
        /**
         * What arrived.
         *
         * @return the delivery
         */
        Delivery delivery();

        /**
         * Goes on to the next interceptor, or to the handler. At most once, unless the interceptor
         * {@linkplain #handlesAgain handles again}: then again each time that it threw.
         *
         * @param delivery what to handle
         * @throws IllegalStateException if it must not be called again
         * @throws Exception what the handler or an inner interceptor throws
         */
        void proceed(Delivery delivery) throws Exception;
    }
}
