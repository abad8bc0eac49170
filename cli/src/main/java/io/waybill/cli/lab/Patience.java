package io.waybill.cli.lab;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waiting for something that is sure to come, and saying what did not. */
final class Patience {
    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final long LOOK_NANOS = 20_000_000;

    private Patience() {}

    /** What is waited for. */
    interface Condition {
        boolean holds() throws Exception;
    }

    static void until(String what, Condition condition) throws Exception {
        if (!within(LONGEST, condition)) {
            throw new IllegalStateException("Not within " + LONGEST.toSeconds() + " s: " + what);
        }
    }

    /** Whether it came in time. */
    static boolean within(Duration longest, Condition condition) throws Exception {
        long deadline = System.nanoTime() + longest.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return true;
    }
}
