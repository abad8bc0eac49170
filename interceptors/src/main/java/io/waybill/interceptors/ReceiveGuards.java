package io.waybill.interceptors;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.retry.Retry;
import io.waybill.ReceiveInterceptor;
import io.waybill.message.Delivery;
import io.waybill.message.MessagingException;
import io.waybill.message.PauseException;
import io.waybill.message.RefusedException;
import io.waybill.message.RetryLaterException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Resilience4j's guards around the handling of deliveries: {@code Retry(CircuitBreaker(RateLimiter(Bulkhead(handler))))},
 * in this order whatever the order of the calls. Those that are not given are left out.
 *
 * <p>Created by applications with {@link #builder}; one may be given to several consumers, which then share its guards;
 * and one circuit breaker may be in several. Safe for use by many threads; holds nothing that must be closed. The guards
 * are the application's own objects, so their registries, configurations, events and metrics stay as they are; each needs
 * its module of Resilience4j, and no other.
 *
 * <p>No guard makes an attempt fail. What one does not let through is put off: the consumer pauses for a moment (see
 * {@link PauseException}), the delivery keeps its place and its attempt number, the order of its key is kept, nothing is
 * dead-lettered, and while it lasts nothing more is fetched. {@code Consumer.pause()} is not touched.
 *
 * <ul>
 *   <li>The <b>rate limiter</b> and the <b>bulkhead</b> first wait on the handler's thread, for at most their own
 *       {@code timeoutDuration} and {@code maxWaitDuration}; a close or a change of owners waits for that thread. The
 *       permission of a bulkhead is held until the handler has ended.
 *   <li>The <b>circuit breaker</b> counts what the handler throws as its own configuration says, but for
 *       {@link RefusedException} and {@link RetryLaterException}, which speak of one delivery. While it is open the
 *       consumer pauses, and asks it ten times a second; half open it lets through what its configuration permits. What
 *       fails while it is not closed, or opens it, says more of what the handler calls than of the delivery: such an
 *       attempt does not count. So throw {@code RefusedException} for a message that can never be handled: if all that a
 *       consumer has is one such message, the circuit opens for it again and again.
 *   <li>The <b>retry</b> calls the handler again in place, all within one attempt of the consumer's
 *       {@link io.waybill.message.RetryPolicy}: 3 tries in place and 5 attempts are up to 15 calls. It holds the
 *       handler's thread meanwhile, so it is for waits of milliseconds; the consumer's own policy holds no thread.
 * </ul>
 */
public final class ReceiveGuards implements ReceiveInterceptor {
    private static final Duration TRIPPED = Duration.ofMillis(100);

    private final @Nullable HandlingRetry retry;
    private final GuardStack guards;

    private ReceiveGuards(@Nullable HandlingRetry retry, GuardStack guards) {
        this.retry = retry;
        this.guards = guards;
    }

    /**
     * Begins with no guards.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public boolean handlesAgain() {
        return retry != null;
    }

    @Override
    public void intercept(Chain chain) throws Exception {
        if (retry == null) {
            once(chain, chain.delivery());
        } else {
            retry.run(() -> once(chain, chain.delivery()));
        }
    }

    private void once(Chain chain, Delivery delivery) throws Exception {
        Refusal refusal = guards.enter();
        if (refusal != null) {
            throw new PauseException(refusal.reason(), refusal.lookAgain(), refusal.cause());
        }
        long start = guards.start();
        try {
            chain.proceed(delivery);
        } catch (PauseException notNow) { // another guard, inside
            guards.leave();
            throw notNow;
        } catch (Throwable failure) {
            guards.ended(start, null, failure);
            Guard tripped = guards.trippedBy(failure);
            if (tripped != null) {
                throw new PauseException(
                        tripped + " is not closed, and " + failure.getClass().getName() + " was thrown.",
                        TRIPPED,
                        failure);
            }
            throw failure;
        }
        guards.ended(start, null, null);
    }

    @Override
    public String toString() {
        return "ReceiveGuards[" + (retry == null ? "" : retry + " around ") + guards + "]";
    }

    /** Collects guards; used by one thread. Each guard is given once. */
    @SuppressWarnings("exports") // who has a guard to give requires its module already
    public static final class Builder {
        private @Nullable HandlingRetry retry;
        private @Nullable BreakerGuard breaker;
        private @Nullable LimiterGuard limiter;
        private @Nullable BulkheadGuard bulkhead;

        private Builder() {}

        /**
         * Handles again in place what threw, within one attempt. {@link RefusedException} and {@link RetryLaterException}
         * pass by it. Default: no retry in place; the consumer's own policy is the better one, as a rule.
         *
         * @param retry the application's
         * @return this
         * @throws MessagingException INVALID if there is one already
         */
        public Builder retry(Retry retry) {
            Builders.once("retry", this.retry);
            this.retry = new HandlingRetry(retry);
            return this;
        }

        /**
         * Pauses while this circuit is open. Default: no circuit breaker.
         *
         * @param breaker the application's
         * @return this
         * @throws MessagingException INVALID if there is one already
         */
        public Builder circuitBreaker(CircuitBreaker breaker) {
            Builders.once("circuit breaker", this.breaker);
            this.breaker = new BreakerGuard(
                    breaker, what -> !(what instanceof RefusedException || what instanceof RetryLaterException));
            return this;
        }

        /**
         * Handles no faster than this allows. Default: no rate limiter.
         *
         * @param limiter the application's
         * @return this
         * @throws MessagingException INVALID if there is one already
         */
        public Builder rateLimiter(RateLimiter limiter) {
            Builders.once("rate limiter", this.limiter);
            this.limiter = new LimiterGuard(limiter, true);
            return this;
        }

        /**
         * Has no more handlers running than this allows, over all that share it. Default: no bulkhead.
         *
         * @param bulkhead the application's
         * @return this
         * @throws MessagingException INVALID if there is one already
         */
        public Builder bulkhead(Bulkhead bulkhead) {
            Builders.once("bulkhead", this.bulkhead);
            this.bulkhead = new BulkheadGuard(bulkhead);
            return this;
        }

        /**
         * Puts the guards together.
         *
         * @return an interceptor, as a rule the first that a consumer is given
         * @throws MessagingException INVALID if there is no guard
         */
        public ReceiveGuards build() {
            GuardStack guards = GuardStack.of(breaker, limiter, bulkhead);
            if (retry == null && guards.isEmpty()) {
                throw Builders.invalid("ReceiveGuards were given no guard; give one or more");
            }
            return new ReceiveGuards(retry, guards);
        }
    }
}
