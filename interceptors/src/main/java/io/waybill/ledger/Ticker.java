package io.waybill.ledger;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something now and then, and something else at its end, in a thread of its own, which may block for the broker. */
final class Ticker {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.ledger");
    private static final long END_MILLIS = 20_000;

    private final Runnable work;
    private final Runnable last;
    private final long everyMillis;
    private final Thread thread;
    private boolean closed;

    private Ticker(String name, Duration every, Runnable work, Runnable last) {
        this.work = work;
        this.last = last;
        this.everyMillis = Math.max(1, every.toMillis());
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Starts; the first work is done when the interval is over. */
    static Ticker start(String name, Duration every, Runnable work, Runnable last) {
        Ticker ticker = new Ticker(name, every, work, last);
        ticker.thread.start();
        return ticker;
    }

    private void run() {
        while (!awaitClose()) {
            work.run();
        }
        last.run();
    }

    private synchronized boolean awaitClose() {
        try {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(everyMillis);
            long left = everyMillis;
            while (!closed && left > 0) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            }
        } catch (InterruptedException e) {
            LOG.debug("Nobody has a reason to interrupt this; it goes on", e);
        }
        return closed;
    }

    /** Returns when the last work is done, or cannot be. */
    void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
