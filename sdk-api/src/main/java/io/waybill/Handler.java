package io.waybill;

import io.waybill.message.Delivery;

/**
 * Handles deliveries. Called from many threads at once, virtual ones where the JVM has them; may block.
 *
 * <p>Returning acknowledges, throwing does not: then the delivery is tried again as the consumer's
 * {@link io.waybill.message.RetryPolicy} says, and goes to the dead letters after the last attempt (rules C1, C7). Three
 * exceptions say more: {@link io.waybill.message.RefusedException} (dead letter now),
 * {@link io.waybill.message.RetryLaterException} and {@link io.waybill.message.PauseException} (nothing can be handled
 * now). After a crash or a change of owners a delivery that was handled may
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
