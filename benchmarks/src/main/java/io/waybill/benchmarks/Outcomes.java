package io.waybill.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/** Bounds what is in flight, and fails the sample if a send failed. */
final class Outcomes {
    private final int most;
    private final Semaphore window;
    private final LongAdder confirmed = new LongAdder();

    Outcomes(int most) {
        this.most = most;
        this.window = new Semaphore(most);
    }

    void acquire() throws InterruptedException {
        window.acquire();
    }

    /** Counts a send when it ends. */
    void follow(CompletableFuture<?> sent) {
        var unused = sent.whenComplete(this::ended);
    }

    private void ended(Object receipt, Throwable failure) {
        if (failure == null) {
            confirmed.increment();
        } else if (confirmed.sum() % 1_000 == 0) {
            System.err.println(failure);
        }
        window.release();
    }

    /** Returns when all have ended. */
    void await(long messages) throws InterruptedException {
        window.acquire(most);
        if (confirmed.sum() != messages) {
            throw new IllegalStateException((messages - confirmed.sum()) + " sends failed");
        }
    }
}
