package io.waybill.interceptors;

import io.waybill.ReceiveInterceptor;
import io.waybill.SendInterceptor;
import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.PauseException;
import io.waybill.message.Receipt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes one line for the outcome of each send, and one for the end of each attempt to handle a delivery, with its time.
 *
 * <p>Created by applications; one may be given to several producers and consumers. Safe for use by many threads; holds
 * nothing that must be closed. A line names topic, partition, position, id, size and time; it never holds key, headers or
 * body, nor the text of a handler's exception, which may repeat them: of that it names the class. Success is logged at the
 * chosen level, failure at WARN, or at the chosen level if that is ERROR. Where neither is on, it costs two comparisons.
 * What a {@link PauseException} puts off is no attempt and has no line.
 */
public final class LoggingInterceptor implements SendInterceptor, ReceiveInterceptor {
    private static final double NANOS_PER_MILLI = 1e6;

    private final Logger logger;
    private final Level success;
    private final Level failure;

    private LoggingInterceptor(Logger logger, Level level) {
        this.logger = logger;
        this.success = level;
        this.failure = level == Level.ERROR ? Level.ERROR : Level.WARN;
    }

    /**
     * Logs to the logger {@code io.waybill.interceptors.LoggingInterceptor}.
     *
     * @param level how successes are logged
     * @return a new interceptor
     */
    public static LoggingInterceptor at(Level level) {
        return to(LoggerFactory.getLogger(LoggingInterceptor.class), level);
    }

    /**
     * Logs to a logger of the application.
     *
     * @param logger where to
     * @param level how successes are logged
     * @return a new interceptor
     */
    public static LoggingInterceptor to(Logger logger, Level level) {
        return new LoggingInterceptor(logger, level);
    }

    private boolean off() {
        return !logger.isEnabledForLevel(failure) && !logger.isEnabledForLevel(success);
    }

    @Override
    public CompletableFuture<Receipt> intercept(SendInterceptor.Chain chain) {
        Message message = chain.message();
        if (off()) {
            return chain.proceed(message);
        }
        long start = System.nanoTime();
        CompletableFuture<Receipt> outcome;
        try {
            outcome = chain.proceed(message);
        } catch (RuntimeException | Error e) {
            notSent(message, e, start);
            throw e;
        }
        return Outcomes.observed(outcome, (receipt, problem) -> {
            if (receipt == null) {
                notSent(message, problem, start);
            } else if (logger.isEnabledForLevel(success)) {
                logger.atLevel(success)
                        .log(
                                "sent {} to {}-{}@{}, {} bytes, {} ms",
                                receipt.id(),
                                receipt.topic(),
                                receipt.partition(),
                                receipt.position(),
                                message.body().length,
                                millisSince(start));
            }
        });
    }

    private void notSent(Message message, @Nullable Throwable problem, long start) {
        logger.atLevel(failure)
                .log(
                        "not confirmed {} to {}, {} bytes, {} ms: {}",
                        message.id(),
                        message.topic(),
                        message.body().length,
                        millisSince(start),
                        problem instanceof MessagingException known
                                ? known.kind() + ", " + known.getMessage()
                                : nameOf(problem));
    }

    @Override
    public void intercept(ReceiveInterceptor.Chain chain) throws Exception {
        Delivery delivery = chain.delivery();
        if (off()) {
            chain.proceed(delivery);
            return;
        }
        long start = System.nanoTime();
        try {
            chain.proceed(delivery);
        } catch (PauseException notNow) {
            throw notNow; // no attempt was made; the consumer says why it pauses
        } catch (Throwable e) {
            attempt(failure, "failed", delivery, start, ": " + nameOf(e));
            throw e;
        }
        attempt(success, "handled", delivery, start, "");
    }

    private void attempt(Level level, String end, Delivery delivery, long start, String reason) {
        if (logger.isEnabledForLevel(level)) {
            logger.atLevel(level)
                    .log(
                            "{} {} from {}-{}@{}, attempt {}, {} bytes, {} ms{}",
                            end,
                            delivery.id(),
                            delivery.topic(),
                            delivery.partition(),
                            delivery.position(),
                            delivery.attempt(),
                            delivery.message().body().length,
                            millisSince(start),
                            reason);
        }
    }

    private static String nameOf(@Nullable Throwable problem) {
        return problem == null ? "no reason" : problem.getClass().getName();
    }

    private static double millisSince(long start) {
        return Math.round((System.nanoTime() - start) / NANOS_PER_MILLI * 1000) / 1000.0;
    }
}
