package io.waybill.ledger;

import java.util.List;

/**
 * What a producer says of one life in one partition, and what groups made of it. Immutable.
 *
 * @param producer the producer's name; its hash in hexadecimal digits if it never said it
 * @param epoch the life
 * @param partition the partition
 * @param closed whether the producer said its last word; else it lives, or was killed
 * @param totals how its numbers ended
 * @param unknown which numbers nobody knows of
 * @param abandoned which numbers were surely not stored
 * @param history how far it was at which time, by its own clock
 * @param groups what groups say
 */
public record StreamLedger(
        String producer,
        long epoch,
        int partition,
        boolean closed,
        ProducerTotals totals,
        List<NumberRange> unknown,
        List<NumberRange> abandoned,
        List<Progress> history,
        List<GroupLedger> groups) {
    /**
     * Copies the lists.
     *
     * @param producer the producer
     * @param epoch the life
     * @param partition the partition
     * @param closed whether it is closed
     * @param totals the sums
     * @param unknown which are unknown
     * @param abandoned which are abandoned
     * @param history how far it was when
     * @param groups the groups
     */
    public StreamLedger {
        unknown = List.copyOf(unknown);
        abandoned = List.copyOf(abandoned);
        history = List.copyOf(history);
        groups = List.copyOf(groups);
    }

    /**
     * How far somebody was at a time.
     *
     * @param timeMillis when, in milliseconds since 1970, by the clock of who says it
     * @param number the last number that was handed over, or that is finished
     */
    public record Progress(long timeMillis, long number) {}

    StreamLedger of(String group) {
        return new StreamLedger(
                producer,
                epoch,
                partition,
                closed,
                totals,
                unknown,
                abandoned,
                history,
                groups.stream().filter(one -> one.group().equals(group)).toList());
    }
}
