package io.waybill.interceptors;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Guards around a call, the first outermost. */
final class GuardStack {
    private final Guard[] guards;

    private GuardStack(Guard[] guards) {
        this.guards = guards;
    }

    /** In the order that is recommended for them; those that are null are left out. */
    static GuardStack of(
            @Nullable BreakerGuard breaker, @Nullable LimiterGuard limiter, @Nullable BulkheadGuard bulkhead) {
        return new GuardStack(
                Stream.of(breaker, limiter, bulkhead).filter(Objects::nonNull).toArray(Guard[]::new));
    }

    /** Null if all let the call through; else those that did have it back. */
    @Nullable
    Refusal enter() {
        for (int i = 0; i < guards.length; i++) {
            Refusal refusal = guards[i].enter();
            if (refusal != null) {
                leave(i);
                return refusal;
            }
        }
        return null;
    }

    /** The call is not made after all. */
    void leave() {
        leave(guards.length);
    }

    private void leave(int entered) {
        for (int i = entered - 1; i >= 0; i--) {
            guards[i].leave();
        }
    }

    long start() {
        return guards.length == 0 ? 0 : guards[0].start();
    }

    void ended(long start, @Nullable Object result, @Nullable Throwable failure) {
        ended(guards.length - 1, start, result, failure);
    }

    /** All hear of it, though a listener of one throws. */
    private void ended(int index, long start, @Nullable Object result, @Nullable Throwable failure) {
        if (index >= 0) {
            try {
                guards[index].ended(start, result, failure);
            } finally {
                ended(index - 1, start, result, failure);
            }
        }
    }

    /** The guard that takes this failure for one of what is called, or null. */
    @Nullable
    Guard trippedBy(Throwable failure) {
        return guards.length > 0 && guards[0].isTrippedBy(failure) ? guards[0] : null;
    }

    boolean isEmpty() {
        return guards.length == 0;
    }

    @Override
    public String toString() {
        return List.of(guards).toString();
    }
}
