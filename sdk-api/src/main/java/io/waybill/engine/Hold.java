package io.waybill.engine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Short pauses that end by themselves, and whether they follow one another without anything getting through (rule I8).
 * Safe for use by many threads.
 */
final class Hold {
    /** So long after a pause nobody has asked for another: it was the last of its row. */
    private static final long ROW_NANOS = 1_000_000_000;

    /** From then on a row is more than a hiccup. */
    private static final long LASTING_NANOS = 200_000_000;

    private final AtomicLong numbers = new AtomicLong();
    /** The number of the pause that is on; 0 for none. */
    private final AtomicLong current = new AtomicLong();

    private volatile boolean inRow;
    private volatile long rowSince;
    private volatile long lastSeen;
    private volatile String reason = "";

    /** Begins a pause; its number, or 0 if one is on already. */
    long begin(String why) {
        long now = System.nanoTime();
        if (!inRow || now - lastSeen > ROW_NANOS) {
            rowSince = now;
            inRow = true;
        }
        lastSeen = now;
        reason = why;
        long number = numbers.incrementAndGet();
        return current.compareAndSet(0, number) ? number : 0;
    }

    /** Ends the pause of this number; whether it was on. */
    boolean end(long number) {
        boolean ended = current.compareAndSet(number, 0);
        if (ended) {
            lastSeen = System.nanoTime();
        }
        return ended;
    }

    /** Something got through: ends the row, and the pause that is on; whether one was. */
    boolean passed() {
        if (inRow) {
            inRow = false;
        }
        return current.get() != 0 && current.getAndSet(0) != 0;
    }

    boolean isOn() {
        return current.get() != 0;
    }

    /** Whether nothing gets through for longer. False once nobody asks any more, or nothing would ever ask again. */
    boolean lasts() {
        long now = System.nanoTime();
        return inRow && now - rowSince > LASTING_NANOS && (isOn() || now - lastSeen < ROW_NANOS);
    }

    String reason() {
        return reason;
    }
}
