package io.waybill.interceptors;

import io.waybill.ReceiveInterceptor;
import io.waybill.SendInterceptor;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.PauseException;
import io.waybill.message.Receipt;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts sends and their outcomes, deliveries and their ends.
 *
 * <p>Created by applications; one may be given to several producers and consumers, and then counts all of them. Safe for
 * use by many threads; holds nothing that must be closed. A send is counted before its caller learns the outcome. Being
 * an interceptor it counts attempts: a delivery that fails twice and is handled then was delivered three times; what a
 * {@link PauseException} puts off is no attempt. What
 * happens without it, such as the writing of dead letters, it does not see.
 */
public final class CountingInterceptor implements SendInterceptor, ReceiveInterceptor {
    private final LongAdder sent = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final Map<ErrorKind, LongAdder> sendFailures = new ConcurrentHashMap<>();
    private final LongAdder delivered = new LongAdder();
    private final LongAdder handled = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** Starts at zero. */
    public CountingInterceptor() {}

    @Override
    public CompletableFuture<Receipt> intercept(SendInterceptor.Chain chain) {
        sent.increment();
        CompletableFuture<Receipt> outcome;
        try {
            outcome = chain.proceed(chain.message());
        } catch (RuntimeException | Error e) {
            ended(e);
            throw e;
        }
        return Outcomes.observed(outcome, (receipt, failure) -> ended(failure));
    }

    private void ended(@Nullable Throwable failure) {
        if (failure == null) {
            acknowledged.increment();
        } else {
            ErrorKind kind = failure instanceof MessagingException known ? known.kind() : ErrorKind.INTERNAL;
            sendFailures.computeIfAbsent(kind, any -> new LongAdder()).increment();
        }
    }

    @Override
    public void intercept(ReceiveInterceptor.Chain chain) throws Exception {
        delivered.increment();
        try {
            chain.proceed(chain.delivery());
        } catch (PauseException notNow) {
            delivered.decrement(); // it comes again as the same attempt
            throw notNow;
        } catch (Throwable e) {
            failed.increment();
            throw e;
        }
        handled.increment();
    }

    /**
     * The numbers now. They are read one after the other: while messages flow, they may differ by those under way.
     *
     * @return a snapshot
     */
    public Counts counts() {
        // The ends are read before the beginnings, so that no snapshot shows more of them.
        Map<ErrorKind, Long> failures = new EnumMap<>(ErrorKind.class);
        sendFailures.forEach((kind, count) -> failures.put(kind, count.sum()));
        long acknowledgedNow = acknowledged.sum();
        long handledNow = handled.sum();
        long failedNow = failed.sum();
        return new Counts(sent.sum(), acknowledgedNow, failures, delivered.sum(), handledNow, failedNow);
    }

    @Override
    public String toString() {
        return counts().toString();
    }

    /**
     * What was counted.
     *
     * @param sent calls of send
     * @param acknowledged sends that ended with a receipt
     * @param sendFailures sends that ended with a failure, by kind; kinds that did not occur are left out, and what is no
     *     {@link MessagingException} counts as INTERNAL
     * @param delivered attempts to handle a delivery
     * @param handled attempts that succeeded
     * @param failed attempts that failed
     */
    public record Counts(
            long sent,
            long acknowledged,
            Map<ErrorKind, Long> sendFailures,
            long delivered,
            long handled,
            long failed) {
        /**
         * Copies the map.
         *
         * @param sent calls of send
         * @param acknowledged sends that ended with a receipt
         * @param sendFailures sends that ended with a failure, by kind
         * @param delivered attempts to handle a delivery
         * @param handled attempts that succeeded
         * @param failed attempts that failed
         */
        public Counts {
            sendFailures = Map.copyOf(sendFailures);
        }

        /**
         * Sends that have no outcome yet.
         *
         * @return sent, less acknowledged, less failures of every kind
         */
        public long open() {
            return sent
                    - acknowledged
                    - sendFailures.values().stream().mapToLong(Long::longValue).sum();
        }
    }
}
