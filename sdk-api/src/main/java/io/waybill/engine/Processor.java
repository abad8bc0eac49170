package io.waybill.engine;

import io.waybill.message.Delivery;

/** What is done with a delivery: the handler behind its interceptors. Called from many threads. */
@FunctionalInterface
public interface Processor {
    /**
     * Handles a delivery.
     *
     * @param delivery what arrived
     * @throws Exception if this attempt failed
     */
    void process(Delivery delivery) throws Exception;
}
