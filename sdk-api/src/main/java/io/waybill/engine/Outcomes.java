package io.waybill.engine;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** How the sends of one producer ended, in numbers. Safe for use by many threads. */
final class Outcomes {
    /** How often is looked whether all callers have heard. */
    private static final long LOOK_NANOS = 100_000;

    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    /** Sends whose callers have heard: what hangs on their futures has run. */
    private final LongAdder told = new LongAdder();

    /** A send has an outcome, of which its caller hears next. */
    void ended(@Nullable MessagingException failure) {
        if (failure == null) {
            acknowledged.increment();
        } else {
            (failure.kind() == ErrorKind.OUTCOME_UNKNOWN ? unknown : refused).increment();
        }
    }

    /** Its caller has heard. */
    void told() {
        told.increment();
    }

    long acknowledged() {
        return acknowledged.sum();
    }

    long refused() {
        return refused.sum();
    }

    long unknown() {
        return unknown.sum();
    }

    long failed() {
        return refused.sum() + unknown.sum();
    }

    /** Waits until all callers have heard of what has an outcome; returns how many had not when the time was up. */
    long awaitTold(long deadline) {
        while (untold() > 0
                && System.nanoTime() - deadline < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return untold();
    }

    private long untold() {
        return acknowledged.sum() + failed() - told.sum();
    }
}
