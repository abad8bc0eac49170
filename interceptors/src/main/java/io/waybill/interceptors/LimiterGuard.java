package io.waybill.interceptors;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.waybill.message.ErrorKind;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Waits for a rate limiter's permission. */
final class LimiterGuard extends Guard {
    private static final Duration SOONEST = Duration.ofMillis(1);
    private static final Duration LATEST = Duration.ofMillis(100);

    private final RateLimiter limiter;
    private final boolean keepsUnused;
    private final AtomicInteger unused = new AtomicInteger();

    /** What asks again and again should keep what it got in vain: else it would use up the rate by asking. */
    LimiterGuard(RateLimiter limiter, boolean keepsUnused) {
        this.limiter = limiter;
        this.keepsUnused = keepsUnused;
    }

    @Override
    @Nullable
    Refusal enter() {
        if (takeUnused() || limiter.acquirePermission()) {
            return null;
        }
        boolean interrupted = Thread.currentThread().isInterrupted();
        Duration period = limiter.getRateLimiterConfig().getLimitRefreshPeriod();
        return new Refusal(
                ErrorKind.OVERLOADED,
                interrupted
                        ? this + " was waited for, and the thread was interrupted."
                        : this + " gave no permission within "
                                + limiter.getRateLimiterConfig()
                                        .getTimeoutDuration()
                                        .toMillis() + " ms.",
                period.compareTo(SOONEST) < 0 ? SOONEST : period.compareTo(LATEST) > 0 ? LATEST : period,
                null);
    }

    private boolean takeUnused() {
        return unused.get() > 0 && unused.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    @Override
    void leave() {
        if (keepsUnused) {
            unused.incrementAndGet();
        }
    }

    @Override
    void ended(long start, @Nullable Object result, @Nullable Throwable failure) {
        if (failure != null) {
            limiter.onError(failure);
        } else if (result != null) {
            limiter.onResult(result);
        } else {
            limiter.onSuccess();
        }
    }

    @Override
    public String toString() {
        return "Rate limiter '" + limiter.getName() + "'";
    }
}
