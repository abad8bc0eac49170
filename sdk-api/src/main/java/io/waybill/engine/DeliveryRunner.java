package io.waybill.engine;

import io.waybill.message.Delivery;
import io.waybill.message.PauseException;
import io.waybill.message.RefusedException;
import io.waybill.message.RetryLaterException;
import io.waybill.spi.ReceiveLaneInterceptor.Ending;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries a delivery once and says what is next (rules C1, C7, C8). */
final class DeliveryRunner {
    /** The delivery is finished. */
    static final long FINISHED = -1;
    /** The assignment ended; the delivery will come again, here or elsewhere. */
    static final long ABANDONED = -2;
    /** Nothing can be handled now; the pool holds. */
    static final long NOT_NOW = -3;

    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.consumer");

    private final ConsumerOptions options;
    private final Processor processor;
    private final BiConsumer<Delivery, Ending> ended;
    private final DeadLetters deadLetters;
    private final SharedThreads threads;
    private final ConsumerCounters counters;

    /** @param ended told of what ends without having been handled */
    DeliveryRunner(
            ConsumerOptions options,
            Processor processor,
            BiConsumer<Delivery, Ending> ended,
            DeadLetters deadLetters,
            SharedThreads threads,
            ConsumerCounters counters) {
        this.options = options;
        this.processor = processor;
        this.ended = ended;
        this.deadLetters = deadLetters;
        this.threads = threads;
        this.counters = counters;
    }

    /** {@link #FINISHED}, {@link #ABANDONED}, {@link #NOT_NOW}, or how many nanoseconds to wait before the next attempt. */
    long attempt(Assignment assignment, Entry entry) {
        if (entry.deadBecause != null) {
            return bury(assignment, entry, entry.deadBecause);
        }
        try {
            if (!process(entry) && !assignment.isEnded()) {
                ended.accept(entry.delivery(), Ending.FILTERED);
            }
            counters.handled.increment();
            assignment.pool().passed();
            return FINISHED;
        } catch (PauseException notNow) {
            return hold(assignment.pool(), notNow);
        } catch (Throwable failure) {
            assignment.pool().passed();
            return failed(assignment, entry, failure);
        }
    }

    private boolean process(Entry entry) throws Exception {
        try {
            return processor.process(entry.delivery());
        } finally {
            boolean unused = Thread.interrupted(); // what a handler left must not meet the next one, nor a dead letter
        }
    }

    /** The delivery stays as it is: no attempt of it was made, as far as it is concerned (rule I8). */
    private long hold(WorkerPool pool, PauseException notNow) {
        long number = pool.hold().begin(String.valueOf(notNow.getMessage()));
        if (number != 0) {
            later(() -> pool.endHold(number), Nanos.of(notNow.atMost()));
        }
        return NOT_NOW;
    }

    private long failed(Assignment assignment, Entry entry, Throwable failure) {
        counters.failed.increment();
        entry.failures++;
        // Not the broker's count: it rises for what was fetched and given back, too, without any handler's fault.
        boolean lastAttempt = entry.failures >= options.retry().attempts();
        boolean parks = options.parkWhenFull() && entry.failures > 1 && assignment.isHeldUpBy(entry);
        if (failure instanceof RefusedException || lastAttempt || parks) {
            entry.deadBecause = failure;
            entry.failures = 0;
            return bury(assignment, entry, failure);
        }
        long wait = failure instanceof RetryLaterException later ? Nanos.of(later.after()) : backOff(entry);
        log(() -> LOG.debug(
                "{} failed and is tried again in {} ms",
                entry.delivery(),
                TimeUnit.NANOSECONDS.toMillis(wait),
                failure));
        entry.tryAgain();
        return wait;
    }

    private long backOff(Entry entry) {
        return options.retry()
                .waitNanos(entry.failures, ThreadLocalRandom.current().nextDouble());
    }

    private long bury(Assignment assignment, Entry entry, Throwable reason) {
        if (assignment.isEnded()) { // it comes again, and whoever gets it may succeed
            stale();
            return ABANDONED;
        }
        try {
            deadLetters.write(entry.delivery(), reason);
        } catch (Throwable failure) {
            return notBuried(assignment, entry, failure);
        }
        ended.accept(entry.delivery(), Ending.DEAD_LETTERED);
        counters.deadLettered.increment();
        log(() -> LOG.warn("{} went to the dead letters of group '{}'", entry.delivery(), options.group(), reason));
        return FINISHED;
    }

    private long notBuried(Assignment assignment, Entry entry, Throwable failure) {
        entry.failures++;
        long wait = Math.max(backOff(entry), TimeUnit.MILLISECONDS.toNanos(1));
        log(() -> LOG.error(
                "{} cannot be written to the dead letters of group '{}'; it stays unacknowledged and its key waits;"
                        + " next attempt in {} ms",
                entry.delivery(),
                options.group(),
                TimeUnit.NANOSECONDS.toMillis(wait),
                failure));
        return assignment.isStopped() ? ABANDONED : wait;
    }

    /** Neither a logger that fails nor an exception that cannot be printed changes what becomes of a delivery. */
    private static void log(Runnable line) {
        try {
            line.run();
        } catch (Throwable e) {
            // nothing is left to say it with
        }
    }

    /** Runs something after a while. */
    void later(Runnable task, long nanos) {
        try {
            var unused = threads.timer().schedule(task, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The connection is closed; what waited will be delivered again", e);
        }
    }

    /** Something was finished after its assignment had ended. */
    void stale() {
        counters.stale.increment();
    }
}
