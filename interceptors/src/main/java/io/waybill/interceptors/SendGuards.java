package io.waybill.interceptors;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.retry.Retry;
import io.waybill.SendInterceptor;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Resilience4j's guards around sends: {@code Retry(CircuitBreaker(RateLimiter(Bulkhead(send))))}, in this order whatever
 * the order of the calls. Those that are not given are left out.
 *
 * <p>Created by applications with {@link #builder}; one may be given to several producers, which then share its guards.
 * Safe for use by many threads; holds nothing that must be closed. The guards are the application's own objects, so their
 * registries, configurations, events and metrics stay as they are; each needs its module of Resilience4j, and no other.
 *
 * <ul>
 *   <li>The <b>rate limiter</b> and the <b>bulkhead</b> wait on the sender's thread, asynchronous sends included, for at
 *       most their own {@code timeoutDuration} and {@code maxWaitDuration}. Then the send fails with
 *       {@link ErrorKind#OVERLOADED}: it was not handed over. The bulkhead's permission is held until the outcome is known.
 *   <li>The <b>circuit breaker</b> counts {@link ErrorKind#UNAVAILABLE} and {@link ErrorKind#OUTCOME_UNKNOWN}, which
 *       timeouts end as, as failures, if its own configuration does, too. Other failures count as nothing. While it is
 *       open, a send fails with UNAVAILABLE, was not handed over, and the text names the breaker.
 *   <li>The <b>retry</b> sends the same {@link Message} again, so it keeps its id, and everything inside runs anew. Only
 *       failures of some kinds are tried again, by default definite ones that may pass: UNAVAILABLE, that of an open
 *       circuit included. No thread waits in between: the next attempt is made by another one after the retry's interval.
 * </ul>
 *
 * <p>With a retry, {@code sendTimeout} bounds an attempt, not the send. A send that waits for its next attempt may be
 * overtaken by a later one of the same key, unless the caller waits for each outcome before its next send, as
 * {@code send} does. Closing the producer does not wait for it: its next attempt then ends as CLOSED. If any attempt ended
 * as OUTCOME_UNKNOWN and none was stored, the send ends as OUTCOME_UNKNOWN, whatever the last one met.
 */
public final class SendGuards implements SendInterceptor {
    private final @Nullable SendRetry retry;
    private final GuardStack guards;

    private SendGuards(@Nullable SendRetry retry, GuardStack guards) {
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
    public boolean sendsAgain() {
        return retry != null;
    }

    @Override
    public CompletableFuture<Receipt> intercept(Chain chain) {
        if (retry == null) {
            return once(chain, chain.message());
        }
        return retry.send(chain.message(), message -> once(chain, message));
    }

    private CompletableFuture<Receipt> once(Chain chain, Message message) {
        Refusal refusal = guards.enter();
        if (refusal != null) {
            throw new MessagingException(
                    refusal.kind(),
                    "Cannot send to topic '" + message.topic() + "': " + refusal.reason() + " Nothing was handed over.",
                    refusal.cause());
        }
        long start = guards.start();
        CompletableFuture<Receipt> sent;
        try {
            sent = chain.proceed(message);
        } catch (RuntimeException | Error e) {
            guards.ended(start, null, e);
            throw e;
        }
        return Outcomes.observed(sent, (receipt, failure) -> guards.ended(start, receipt, failure));
    }

    @Override
    public String toString() {
        return "SendGuards[" + (retry == null ? "" : retry + " around ") + guards + "]";
    }

    /** Collects guards; used by one thread. Each call checks its argument at once; each guard is given once. */
    @SuppressWarnings("exports") // who has a guard to give requires its module already
    public static final class Builder {
        private static final long LEAST_BYTES = 64 << 10;
        private static final Set<ErrorKind> MAY_PASS =
                EnumSet.of(ErrorKind.UNAVAILABLE, ErrorKind.OVERLOADED, ErrorKind.OUTCOME_UNKNOWN);

        private @Nullable Retry retry;
        private Set<ErrorKind> retried = EnumSet.of(ErrorKind.UNAVAILABLE);
        private @Nullable ScheduledExecutorService retryExecutor;
        private long maxRetryBytes = 32L << 20;
        private @Nullable BreakerGuard breaker;
        private @Nullable LimiterGuard limiter;
        private @Nullable BulkheadGuard bulkhead;

        private Builder() {}

        /**
         * Tries again what surely was not stored and may be next time: {@link ErrorKind#UNAVAILABLE}. The retry says how
         * often and when, and may narrow this by its own predicates. Default: no retry.
         *
         * @param retry the application's
         * @return this
         * @throws MessagingException INVALID if there is one already
         */
        public Builder retry(Retry retry) {
            return retry(retry, ErrorKind.UNAVAILABLE);
        }

        /**
         * Tries failures of these kinds again. {@link ErrorKind#OUTCOME_UNKNOWN} means that consumers may get the message
         * twice, with the same id: it is tried again only if it is named here. Failures of other kinds pass by the retry,
         * which does not count them.
         *
         * @param retry the application's
         * @param kind UNAVAILABLE, OVERLOADED or OUTCOME_UNKNOWN
         * @param more of the same
         * @return this
         * @throws MessagingException INVALID if there is one already, or for a kind that no other attempt can mend
         */
        public Builder retry(Retry retry, ErrorKind kind, ErrorKind... more) {
            Builders.once("retry", this.retry);
            Set<ErrorKind> kinds = EnumSet.of(kind, more);
            for (ErrorKind one : kinds) {
                if (!MAY_PASS.contains(one)) {
                    throw Builders.invalid("A retry was to send again what failed as " + one
                            + ", which no other attempt can mend; name some of " + MAY_PASS);
                }
            }
            this.retry = retry;
            this.retried = kinds;
            return this;
        }

        /**
         * Makes the attempts after the first. They may block there for as long as a send may. Default: up to four daemon
         * threads of these guards, which end when there is nothing to try again.
         *
         * @param executor the application's; it is not closed
         * @return this
         */
        public Builder retryExecutor(ScheduledExecutorService executor) {
            Builders.once("retry executor", retryExecutor);
            this.retryExecutor = executor;
            return this;
        }

        /**
         * Bounds the memory of messages that wait for their next attempt: bodies, keys, headers and 200 bytes each. What
         * fails beyond it is not tried again. Default 32 MiB.
         *
         * @param bytes at least 65,536
         * @return this
         * @throws MessagingException INVALID for less
         */
        public Builder maxRetryBytes(long bytes) {
            if (bytes < LEAST_BYTES) {
                throw Builders.invalid("maxRetryBytes was given " + bytes + "; use " + LEAST_BYTES + " or more");
            }
            this.maxRetryBytes = bytes;
            return this;
        }

        /**
         * Sends nothing while this circuit is open. Counts UNAVAILABLE and OUTCOME_UNKNOWN as failures. Default: no
         * circuit breaker.
         *
         * @param breaker the application's
         * @return this
         * @throws MessagingException INVALID if there is one already
         */
        public Builder circuitBreaker(CircuitBreaker breaker) {
            return circuitBreaker(breaker, ErrorKind.UNAVAILABLE, ErrorKind.OUTCOME_UNKNOWN);
        }

        /**
         * Sends nothing while this circuit is open, and counts failures of these kinds, if its own configuration counts
         * them, too. All others count as nothing.
         *
         * @param breaker the application's
         * @param failure what counts as a failure
         * @param more of the same
         * @return this
         * @throws MessagingException INVALID if there is one already
         */
        public Builder circuitBreaker(CircuitBreaker breaker, ErrorKind failure, ErrorKind... more) {
            Builders.once("circuit breaker", this.breaker);
            Set<ErrorKind> kinds = EnumSet.of(failure, more);
            this.breaker = new BreakerGuard(
                    breaker, what -> what instanceof MessagingException known && kinds.contains(known.kind()));
            return this;
        }

        /**
         * Sends no faster than this allows. Default: no rate limiter.
         *
         * @param limiter the application's
         * @return this
         * @throws MessagingException INVALID if there is one already
         */
        public Builder rateLimiter(RateLimiter limiter) {
            Builders.once("rate limiter", this.limiter);
            this.limiter = new LimiterGuard(limiter, false);
            return this;
        }

        /**
         * Has no more sends under way than this allows. Default: no bulkhead.
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
         * @return an interceptor, as a rule the first that a producer is given
         * @throws MessagingException INVALID if there is no guard
         */
        public SendGuards build() {
            GuardStack guards = GuardStack.of(breaker, limiter, bulkhead);
            if (retry == null && guards.isEmpty()) {
                throw Builders.invalid("SendGuards were given no guard; give one or more");
            }
            return new SendGuards(
                    retry == null ? null : new SendRetry(retry, retried, retryExecutor, maxRetryBytes), guards);
        }
    }
}
