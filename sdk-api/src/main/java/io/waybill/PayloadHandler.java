package io.waybill;

import io.waybill.message.Delivery;

/**
 * Handles deliveries whose body is read by a codec; otherwise as {@link Handler}. A body that the codec refuses goes to
 * the dead letters at once.
 *
 * @param <T> the payload's type
 */
@FunctionalInterface
public interface PayloadHandler<T> {
    /**
     * Handles a delivery.
     *
     * @param delivery what arrived
     * @param payload its body, read
     * @throws Exception if this attempt failed
     */
    void handle(Delivery delivery, T payload) throws Exception;
}
