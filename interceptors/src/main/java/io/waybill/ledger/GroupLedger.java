package io.waybill.ledger;

import java.util.List;

/**
 * What a group made of one stream: each number that the broker had acknowledged, or that came, is in one state. Immutable.
 *
 * @param group the group
 * @param before how many were sent before it began to look, and did not come
 * @param handled how many a handler handled
 * @param deadLettered how many went to the dead letters
 * @param filtered how many an interceptor did not let through to a handler
 * @param inFlight how many are still with the broker, or came and are not finished
 * @param lost which numbers are lost
 * @param duplicates how often one came again that was stored twice
 * @param late how many came behind one that was sent later
 * @param history how far it was at which time, by its owners' clocks
 */
public record GroupLedger(
        String group,
        long before,
        long handled,
        long deadLettered,
        long filtered,
        long inFlight,
        List<NumberRange> lost,
        long duplicates,
        long late,
        List<StreamLedger.Progress> history) {
    /**
     * Copies the lists.
     *
     * @param group the group
     * @param before sent before
     * @param handled handled
     * @param deadLettered dead-lettered
     * @param filtered filtered
     * @param inFlight in flight
     * @param lost lost
     * @param duplicates duplicates
     * @param late late
     * @param history how far it was when
     */
    public GroupLedger {
        lost = List.copyOf(lost);
        history = List.copyOf(history);
    }

    /**
     * How many are lost.
     *
     * @return the size of all ranges
     */
    public long lostCount() {
        return lost.stream().mapToLong(NumberRange::count).sum();
    }

    /**
     * How many are in one state or another.
     *
     * @return as many as the broker had acknowledged or as came, and what is lost though its producer said nothing here
     */
    public long sum() {
        return before + handled + deadLettered + filtered + inFlight + lostCount();
    }
}
