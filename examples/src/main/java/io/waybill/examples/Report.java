package io.waybill.examples;

import io.waybill.message.ErrorKind;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The books of a flash sale, at its end or while it goes on. Made by {@link FlashSale}; immutable.
 *
 * @param sent orders that the gateway sent
 * @param acknowledged orders that the broker confirmed
 * @param sendFailures orders that it did not confirm, by kind of failure
 * @param handled by group, the orders that were handled; one that came twice counts once
 * @param redelivered how often an order was handled that had been handled before, in all groups
 * @param deadLettered orders in the dead-letter topic, of all groups
 * @param outOfOrder orders that came, or were handled, for the first time after a later one of the same customer
 * @param lost orders that were acknowledged, and that a group neither handled nor has as dead letter
 * @param seconds from the first send to the last news so far
 * @param instances by name of each instance, how often it handled an order
 * @param discrepancies what does not add up, for people; while the sale goes on, also what is just not done yet
 */
public record Report(
        long sent,
        long acknowledged,
        Map<ErrorKind, Long> sendFailures,
        Map<String, Long> handled,
        long redelivered,
        long deadLettered,
        long outOfOrder,
        long lost,
        double seconds,
        Map<String, Long> instances,
        List<String> discrepancies) {
    /** Copies maps and list, in their order. */
    public Report {
        sendFailures = Map.copyOf(sendFailures);
        handled = Collections.unmodifiableMap(new LinkedHashMap<>(handled));
        instances = Collections.unmodifiableMap(new LinkedHashMap<>(instances));
        discrepancies = List.copyOf(discrepancies);
    }

    /** Whether the books add up: in each group, acknowledged = handled + dead-lettered, nothing lost, all in order. */
    public boolean balanced() {
        return discrepancies.isEmpty();
    }

    /** Handled orders of all groups together, by second. */
    public double messagesPerSecond() {
        long all = handled.values().stream().mapToLong(Long::longValue).sum();
        return seconds > 0 ? all / seconds : 0;
    }
}
