package io.waybill.rocketmq;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a group's position in one queue, one request at a time: a broker's threads would change the order of two, and
 * the older might win.
 */
final class OffsetWriter {
    /** Sends one position. */
    interface Wire {
        CompletableFuture<?> send(long position);
    }

    private record Waiter(long position, CompletableFuture<Void> done) {}

    private final Wire wire;
    private final Consumer<Throwable> onFailure;

    // guarded by this
    private final List<Waiter> waiters = new ArrayList<>();
    private long wanted = -1;
    private boolean dirty;
    private boolean busy;

    OffsetWriter(Wire wire, Consumer<Throwable> onFailure) {
        this.wire = wire;
        this.onFailure = onFailure;
    }

    /** Writes when the one before is through; what fails is told. */
    void write(long position) {
        synchronized (this) {
            wanted = position;
            dirty = true;
        }
        next();
    }

    /** Completes when the broker has confirmed this position. */
    CompletableFuture<Void> confirm(long position) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (this) {
            wanted = position;
            dirty = true;
            waiters.add(new Waiter(position, done));
        }
        next();
        return done;
    }

    /** Writes the last position once more: a broker that died may have forgotten it. */
    void repeat() {
        synchronized (this) {
            if (wanted < 0) {
                return;
            }
            dirty = true;
        }
        next();
    }

    private void next() {
        long position;
        List<Waiter> waiting;
        synchronized (this) {
            if (busy || !dirty) {
                return;
            }
            busy = true;
            dirty = false;
            position = wanted;
            waiting = List.copyOf(waiters);
            waiters.clear();
        }
        CompletableFuture<?> unused = wire.send(position).whenComplete((answer, failure) -> written(waiting, failure));
    }

    private void written(List<Waiter> waiting, @Nullable Throwable failure) {
        synchronized (this) {
            busy = false;
        }
        for (Waiter waiter : waiting) {
            if (failure == null) {
                waiter.done().complete(null);
            } else {
                waiter.done().completeExceptionally(failure);
            }
        }
        if (failure != null && waiting.isEmpty()) {
            onFailure.accept(failure);
        }
        next();
    }
}
