package io.waybill.engine;

import io.waybill.message.Delivery;

/** What is done with a delivery: the handler behind its interceptors. Called from many threads. */
@FunctionalInterface
public interface Processor {
    /**
     * Handles a delivery.
     *
     * @param delivery what arrived
     * @return whether the handler has handled it; false if an interceptor did not let it through
     * @throws Exception if this attempt failed
     */
    boolean process(Delivery delivery) throws Exception;
}
