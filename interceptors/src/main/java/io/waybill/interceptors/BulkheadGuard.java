package io.waybill.interceptors;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.waybill.message.ErrorKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Holds a bulkhead's permission until a call has ended. */
final class BulkheadGuard extends Guard {
    /** Others of the same consumer that end are noticed at once; this is for those elsewhere. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final Bulkhead bulkhead;

    BulkheadGuard(Bulkhead bulkhead) {
        this.bulkhead = bulkhead;
    }

    @Override
    @Nullable
    Refusal enter() {
        if (bulkhead.tryAcquirePermission()) {
            return null;
        }
        return new Refusal(
                ErrorKind.OVERLOADED,
                this + " is full: " + bulkhead.getBulkheadConfig().getMaxConcurrentCalls()
                        + " calls are under way, and none ended within "
                        + bulkhead.getBulkheadConfig().getMaxWaitDuration().toMillis() + " ms.",
                LOOK_AGAIN,
                null);
    }

    @Override
    void leave() {
        bulkhead.releasePermission();
    }

    @Override
    void ended(long start, @Nullable Object result, @Nullable Throwable failure) {
        bulkhead.onComplete();
    }

    @Override
    public String toString() {
        return "Bulkhead '" + bulkhead.getName() + "'";
    }
}
