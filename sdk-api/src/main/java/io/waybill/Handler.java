package io.waybill;

import io.waybill.message.Delivery;

/**
 * Handles deliveries. Called from many threads at once, virtual ones where the JVM has them; may block.
 *
 * <p>Returning acknowledges, throwing does not: then the delivery is tried again as the consumer's
 * {@link io.waybill.message.RetryPolicy} says, and goes to the dead letters after the last attempt (rules C1, C7). Two
 * exceptions say more: {@link io.waybill.message.RefusedException} (dead letter now) and
 * {@link io.waybill.message.RetryLaterException}. After a crash or a change of owners a delivery that was handled may
 * come again: handlers should be idempotent.
 */
@FunctionalInterface
public interface Handler {
    /**
     * Handles a delivery.
     *
     * @param delivery what arrived
     * @throws Exception if this attempt failed
     */
    void handle(Delivery delivery) throws Exception;
}
