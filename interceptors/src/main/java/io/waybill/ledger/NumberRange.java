package io.waybill.ledger;

/**
 * Numbers in a row.
 *
 * @param from the first
 * @param to the last, not less
 */
public record NumberRange(long from, long to) implements Comparable<NumberRange> {
    /**
     * Checks the order.
     *
     * @param from the first
     * @param to the last
     */
    public NumberRange {
        if (to < from) {
            throw new IllegalArgumentException("No range goes from " + from + " to " + to);
        }
    }

    /**
     * How many there are.
     *
     * @return at least 1
     */
    public long count() {
        return to - from + 1;
    }

    @Override
    public int compareTo(NumberRange other) {
        int byFrom = Long.compare(from, other.from);
        return byFrom != 0 ? byFrom : Long.compare(to, other.to);
    }

    /** {@code 17}, or {@code 17-20}. */
    @Override
    public String toString() {
        return from == to ? Long.toString(from) : from + "-" + to;
    }
}
