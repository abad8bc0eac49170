package io.waybill.interceptors;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.waybill.message.ErrorKind;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tells a circuit breaker how calls end, and asks it before each. */
final class BreakerGuard extends Guard {
    private static final Duration WHILE_OPEN = Duration.ofMillis(100);
    private static final Duration WHILE_OTHERS_TRY = Duration.ofMillis(20);

    private final CircuitBreaker breaker;
    private final Predicate<Throwable> concernsIt;

    /** Failures that do not concern it are neither failures nor successes. */
    BreakerGuard(CircuitBreaker breaker, Predicate<Throwable> concernsIt) {
        this.breaker = breaker;
        this.concernsIt = concernsIt;
    }

    @Override
    @Nullable
    Refusal enter() {
        if (breaker.tryAcquirePermission()) {
            return null;
        }
        return new Refusal(
                ErrorKind.UNAVAILABLE,
                this + " is " + breaker.getState() + " and lets nothing through now.",
                breaker.getState() == CircuitBreaker.State.HALF_OPEN ? WHILE_OTHERS_TRY : WHILE_OPEN,
                CallNotPermittedException.createCallNotPermittedException(breaker));
    }

    @Override
    void leave() {
        breaker.releasePermission();
    }

    @Override
    long start() {
        return breaker.getCurrentTimestamp();
    }

    @Override
    void ended(long start, @Nullable Object result, @Nullable Throwable failure) {
        long duration = breaker.getCurrentTimestamp() - start;
        if (failure == null) {
            if (result == null) {
                breaker.onSuccess(duration, breaker.getTimestampUnit());
            } else {
                breaker.onResult(duration, breaker.getTimestampUnit(), result);
            }
        } else if (concernsIt.test(failure)) {
            breaker.onError(duration, breaker.getTimestampUnit(), failure);
        } else {
            breaker.releasePermission();
        }
    }

    @Override
    boolean isTrippedBy(Throwable failure) {
        CircuitBreakerConfig config = breaker.getCircuitBreakerConfig();
        boolean recorded = concernsIt.test(failure)
                && !config.getIgnoreExceptionPredicate().test(failure)
                && config.getRecordExceptionPredicate().test(failure);
        return recorded
                && switch (breaker.getState()) {
                    case OPEN, FORCED_OPEN, HALF_OPEN -> true;
                    default -> false;
                };
    }

    @Override
    public String toString() {
        return "Circuit breaker '" + breaker.getName() + "'";
    }
}
