package io.waybill.spi;

import io.waybill.message.Delivery;

/**
 * Sees every delivery on arrival, in the partition's order, before any handler. One call at a time per partition; must
 * not block or do I/O. What it throws counts as the failure of every attempt at this delivery, which so ends with the
 * dead letters.
 */
@FunctionalInterface
public interface ReceiveLaneInterceptor {
    /**
     * On arrival.
     *
     * @param delivery what arrived
     */
    void arrived(Delivery delivery);
}
