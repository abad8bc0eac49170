package io.waybill.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Bounds what is in flight, and fails the sample if a send failed. When the bound is met, sending goes on when an eighth is free: to
 * wake the sender for each message would cost more than the message, and different arms differently.
 */
final class InFlight {
    private static final int TOLD = 3;
    private static final long LOOK_NANOS = 50_000;

    private final long most;
    private final LongAdder confirmed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private long sent;
    private long endedAtLeast;

    InFlight(int most) {
        this.most = most;
    }

    /** Before each send, by the one thread that sends. */
    void acquire() {
        sent++;
        if (sent - endedAtLeast > most) {
            await(sent - most + most / 8);
        }
    }

    private void await(long ended) {
        for (endedAtLeast = ended(); endedAtLeast < ended; endedAtLeast = ended()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private long ended() {
        return confirmed.sum() + failed.sum();
    }

    /** Counts a send when it ends. */
    void follow(CompletableFuture<?> send) {
        var unused = send.whenComplete(this::ended);
    }

    private void ended(Object receipt, Throwable failure) {
        if (failure == null) {
            confirmed.increment();
        } else {
            failed.increment();
            if (failed.sum() <= TOLD) {
                System.err.println(failure);
            }
        }
    }

    /** Returns when all have ended. */
    void await() {
        await(sent);
        if (failed.sum() > 0) {
            throw new IllegalStateException(failed.sum() + " of " + sent + " sends failed");
        }
    }
}
