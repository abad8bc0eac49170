package io.waybill.ledger;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The numbers of one stream that the broker has acknowledged. Those that come in order, nearly all, cost one compare-and-set
 * and no lock; a lock is for what comes out of order. Safe for use by many threads.
 */
final class Acknowledged {
    private static final VarHandle TO;

    static {
        try {
            TO = MethodHandles.lookup().findVarHandle(Run.class, "to", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Numbers without a gap, all of them acknowledged, that grow at their end until another run takes their place. Whoever
     * holds one may read it at any time: what it says stays true.
     */
    static final class Run {
        private final long from;
        /** The last number; its complement when nothing is to be added any more. */
        private volatile long to;

        private Run(long from, long to) {
            this.from = from;
            this.to = to;
        }

        /** The first number; behind {@link #to} if there is none. */
        long from() {
            return from;
        }

        /** The last number so far; 0 if there is none. */
        long to() {
            long last = to;
            return last < 0 ? ~last : last;
        }

        private boolean grow(long number) {
            return TO.compareAndSet(this, number - 1, number);
        }

        /** Adds nothing more; returns the last number. */
        private long end() {
            long last;
            do {
                last = to;
            } while (!TO.compareAndSet(this, last, ~last));
            return last;
        }
    }

    /** Guarded by this; what the last run says is perhaps not in it yet. */
    private final NumberSet numbers = new NumberSet();
    /** Replaced under the lock. */
    private volatile Run last = new Run(1, 0);

    /** Adds one that is not there yet. */
    void add(long number) {
        if (!last.grow(number)) {
            addOutOfOrder(number);
        }
    }

    private synchronized void addOutOfOrder(long number) {
        Run before = last;
        long to = before.end();
        if (to > 0) {
            numbers.add(before.from, to);
        }
        boolean unused = numbers.add(number);
        long end = numbers.last();
        last = new Run(numbers.startOfRun(end), end);
    }

    /** Those with the greatest number, without a gap. */
    Run last() {
        return last;
    }

    /** All of them, now. */
    synchronized NumberSet now() {
        NumberSet all = new NumberSet(numbers);
        Run run = last;
        long to = run.to();
        if (to > 0) {
            all.add(run.from, to);
        }
        return all;
    }
}
