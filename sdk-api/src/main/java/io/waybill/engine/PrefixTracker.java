package io.waybill.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Which deliveries of an assignment are finished, as a ring of bits (rule C4). Deliveries get dense indexes on arrival,
 * so gaps in a broker's positions do not matter. {@link #finish} is called by any thread and allocates nothing; all else
 * by the polling thread.
 */
final class PrefixTracker {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long[] NONE = {};

    private final int capacity;
    private final long[] finished;
    private final long[] reported;
    private long[] positions;
    private long head;
    private long tail;
    private long lastInPrefix = -1;
    private long lastPosition = -1;

    /**
     * @param window how many deliveries may be between the first unfinished one and the last; rounded up to a power of
     *     two, at least 64
     * @param selective whether {@link #beyond} will be asked for
     */
    PrefixTracker(int window, boolean selective) {
        capacity = Integer.highestOneBit(Math.max(64, window) - 1) << 1;
        finished = new long[capacity / 64];
        reported = selective ? new long[capacity / 64] : NONE;
        positions = new long[Math.min(capacity, 1024)];
    }

    /** The index of the first unfinished delivery. */
    long head() {
        return head;
    }

    /** How many deliveries there is room for. */
    int room() {
        return (int) (capacity - (tail - head));
    }

    /** How many deliveries lie between the first unfinished one and the last. */
    int span() {
        return (int) (tail - head);
    }

    long add(long position) {
        if (tail - head == capacity) {
            throw new IllegalStateException("More deliveries than the window holds: " + capacity);
        }
        if (tail - head == positions.length) {
            grow();
        }
        positions[(int) tail & positions.length - 1] = position;
        lastPosition = position;
        return tail++;
    }

    private void grow() {
        long[] larger = Arrays.copyOf(positions, positions.length * 2);
        for (long i = head; i < tail; i++) {
            larger[(int) i & larger.length - 1] = positions[(int) i & positions.length - 1];
        }
        positions = larger;
    }

    void finish(long index) {
        WORD.getAndBitwiseOr(finished, word(index), 1L << index);
    }

    /** Moves the head over what is finished; returns whether it moved. */
    boolean advance() {
        long start = head;
        while (head < tail) {
            long bits = (long) WORD.getVolatile(finished, word(head)) >>> head;
            int ones = (int) Math.min(Long.numberOfTrailingZeros(~bits), 64 - (head & 63));
            if (ones == 0) {
                break;
            }
            long passed = ones == 64 ? -1L : ((1L << ones) - 1) << head;
            WORD.getAndBitwiseAnd(finished, word(head), ~passed);
            if (reported != NONE) {
                reported[word(head)] &= ~passed;
            }
            head += ones;
        }
        if (head == start) {
            return false;
        }
        lastInPrefix = positions[(int) (head - 1) & positions.length - 1];
        return true;
    }

    /** The position of the last finished delivery of the prefix, or -1. */
    long through() {
        return lastInPrefix;
    }

    /** Where to go on reading: at the first unfinished delivery, or behind the last. */
    long next() {
        return head < tail ? positions[(int) head & positions.length - 1] : lastPosition + 1;
    }

    /** Positions finished behind the prefix that no earlier call told. */
    long[] beyond() {
        long[] found = NONE;
        int count = 0;
        for (long base = head & ~63L; base < tail; base += 64) {
            int word = word(base);
            long fresh = (long) WORD.getVolatile(finished, word) & ~reported[word];
            reported[word] |= fresh;
            while (fresh != 0) {
                if (count == found.length) {
                    found = Arrays.copyOf(found, Math.max(16, count * 2));
                }
                long index = base + Long.numberOfTrailingZeros(fresh);
                found[count++] = positions[(int) index & positions.length - 1];
                fresh &= fresh - 1;
            }
        }
        return count == found.length ? found : Arrays.copyOf(found, count);
    }

    private int word(long index) {
        return (int) (index & capacity - 1) >>> 6;
    }
}
