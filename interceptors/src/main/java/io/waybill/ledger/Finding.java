package io.waybill.ledger;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Something that the books of a group found. Immutable.
 *
 * @param verdict what it is
 * @param group who noticed
 * @param producer who sent; its hash in hexadecimal digits as long as no manifest said its name
 * @param epoch in which life
 * @param topic where to
 * @param partition where to
 * @param numbers which
 * @param at when it was noticed, by the clock of who noticed
 */
public record Finding(
        Verdict verdict,
        String group,
        String producer,
        long epoch,
        String topic,
        int partition,
        List<NumberRange> numbers,
        Instant at) {
    /**
     * Copies the numbers.
     *
     * @param verdict what it is
     * @param group who noticed
     * @param producer who sent
     * @param epoch in which life
     * @param topic where to
     * @param partition where to
     * @param numbers which
     * @param at when
     */
    public Finding {
        numbers = List.copyOf(numbers);
    }

    /**
     * How many numbers it is about.
     *
     * @return at least 1
     */
    public long count() {
        return numbers.stream().mapToLong(NumberRange::count).sum();
    }

    /** For a line of a log: the verdict, the numbers, and whose they are. */
    @Override
    public String toString() {
        return verdict + " " + numbers.stream().map(NumberRange::toString).collect(Collectors.joining(", ")) + " of "
                + producer + "/" + Long.toHexString(epoch) + " in " + topic + "-" + partition + ", noticed by group '"
                + group + "'";
    }
}
