package io.waybill.ledger;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A set of numbers from 1 on, kept as sorted intervals: what takes memory is how often it is interrupted, not how many
 * numbers there are. Adding behind the last number costs nothing but that; elsewhere a binary search and a move.
 *
 * <p>Used by one thread at a time.
 */
final class NumberSet {
    private static final int MOST_INTERVALS = 1 << 20;
    private static final int FEW = 4;
    private static final long[] NONE = {};

    /** First and last number of each interval, in order; between two intervals at least one number is missing. */
    private long[] ends = NONE;

    private int intervals;

    NumberSet() {}

    NumberSet(NumberSet other) {
        ends = Arrays.copyOf(other.ends, 2 * other.intervals);
        intervals = other.intervals;
    }

    boolean isEmpty() {
        return intervals == 0;
    }

    /** How many intervals there are. */
    int intervals() {
        return intervals;
    }

    /** The least number; 0 if there is none. */
    long first() {
        return intervals == 0 ? 0 : ends[0];
    }

    /** The greatest number; 0 if there is none. */
    long last() {
        return intervals == 0 ? 0 : to(intervals - 1);
    }

    /** How many numbers there are. */
    long count() {
        long count = 0;
        for (int i = 0; i < intervals; i++) {
            count += to(i) - from(i) + 1;
        }
        return count;
    }

    boolean contains(long number) {
        int i = firstNotBefore(number);
        return i < intervals && from(i) <= number;
    }

    /** Adds one; false if it is there already. */
    boolean add(long number) {
        long last = last();
        if (number == last + 1 && intervals > 0) {
            ends[2 * intervals - 1] = number;
            return true;
        }
        if (number <= last && contains(number)) {
            return false;
        }
        add(number, number);
        return true;
    }

    /** Adds all from one number to another. */
    void add(long from, long to) {
        if (from < 1 || to < from) {
            throw new IllegalArgumentException("No numbers go from " + from + " to " + to);
        }
        int begin = firstNotBefore(from - 1); // what ends right before is continued
        int end = begin;
        long least = from;
        long most = to;
        while (end < intervals && from(end) <= to + 1) {
            least = Math.min(least, from(end));
            most = Math.max(most, to(end));
            end++;
        }
        replace(begin, end, 1);
        ends[2 * begin] = least;
        ends[2 * begin + 1] = most;
    }

    void addAll(NumberSet other) {
        for (int i = 0; i < other.intervals; i++) {
            add(other.from(i), other.to(i));
        }
    }

    boolean remove(long number) {
        boolean there = contains(number);
        remove(number, number);
        return there;
    }

    /** Takes out all from one number to another, as far as they are there. */
    void remove(long from, long to) {
        int begin = firstNotBefore(from);
        if (to < from || begin == intervals || from(begin) > to) {
            return;
        }
        int end = begin;
        while (end < intervals && from(end) <= to) {
            end++;
        }
        long leftFrom = from(begin);
        long rightTo = to(end - 1);
        boolean left = leftFrom < from;
        boolean right = rightTo > to;
        replace(begin, end, (left ? 1 : 0) + (right ? 1 : 0));
        int at = 2 * begin;
        if (left) {
            ends[at++] = leftFrom;
            ends[at++] = from - 1;
        }
        if (right) {
            ends[at++] = to + 1;
            ends[at] = rightTo;
        }
    }

    void removeAll(NumberSet other) {
        for (int i = 0; i < other.intervals; i++) {
            remove(other.from(i), other.to(i));
        }
    }

    /** What of a range is in neither this nor that. */
    NumberSet missing(long from, long to) {
        NumberSet missing = new NumberSet();
        if (from <= to) {
            missing.add(from, to);
            missing.removeAll(this);
        }
        return missing;
    }

    /** The end of the interval that a number is in; less than the number if it is in none. */
    long endOfRun(long number) {
        int i = firstNotBefore(number);
        return i < intervals && from(i) <= number ? to(i) : number - 1;
    }

    /** The start of the interval that a number is in; greater than the number if it is in none. */
    long startOfRun(long number) {
        int i = firstNotBefore(number);
        return i < intervals && from(i) <= number ? from(i) : number + 1;
    }

    /** The intervals, in order. */
    List<NumberRange> ranges() {
        List<NumberRange> ranges = new ArrayList<>(intervals);
        for (int i = 0; i < intervals; i++) {
            ranges.add(new NumberRange(from(i), to(i)));
        }
        return ranges;
    }

    private long from(int interval) {
        return ends[2 * interval];
    }

    private long to(int interval) {
        return ends[2 * interval + 1];
    }

    /** The first interval that does not end before a number. */
    private int firstNotBefore(long number) {
        int low = 0;
        int high = intervals;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (to(middle) < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Makes room for some intervals in place of those from one to before another. */
    private void replace(int begin, int end, int count) {
        int after = intervals - end + begin + count;
        long[] target = 2 * after > ends.length
                ? Arrays.copyOf(ends, Math.max(2 * FEW, Math.max(2 * after, 2 * ends.length)))
                : ends;
        System.arraycopy(ends, 2 * end, target, 2 * (begin + count), 2 * (intervals - end));
        ends = target;
        intervals = after;
    }

    /** As a count, and then the distances from one end to the next, each in as many bytes as it needs. */
    void writeTo(DataOutput out) throws IOException {
        Varint.write(out, intervals);
        long before = 0;
        for (int i = 0; i < 2 * intervals; i++) {
            Varint.write(out, ends[i] - before);
            before = ends[i];
        }
    }

    /** Fails with an IOException on bytes that {@link #writeTo} did not write. */
    static NumberSet readFrom(DataInput in) throws IOException {
        long count = Varint.read(in);
        if (count < 0 || count > MOST_INTERVALS) {
            throw new IOException("No number of intervals: " + count);
        }
        NumberSet set = new NumberSet();
        long before = -1; // the first may be 1: two more than this
        for (int i = 0; i < count; i++) {
            long from = Math.addExact(Math.max(0, before), Varint.read(in));
            long to = Math.addExact(from, Varint.read(in));
            if (from < before + 2 || to < from) {
                throw new IOException("Intervals out of order: " + from + "-" + to + " behind " + before);
            }
            set.add(from, to);
            before = to;
        }
        return set;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NumberSet set
                && intervals == set.intervals
                && Arrays.equals(ends, 0, 2 * intervals, set.ends, 0, 2 * set.intervals);
    }

    @Override
    public int hashCode() {
        int hash = intervals;
        for (int i = 0; i < 2 * intervals; i++) {
            hash = 31 * hash + Long.hashCode(ends[i]);
        }
        return hash;
    }

    @Override
    public String toString() {
        return ranges().toString();
    }
}
