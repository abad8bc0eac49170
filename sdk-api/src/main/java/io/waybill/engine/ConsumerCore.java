package io.waybill.engine;

import io.waybill.message.Capability;
import io.waybill.message.CloseReport;
import io.waybill.message.Delivery;
import io.waybill.message.MessagingException;
import io.waybill.message.State;
import io.waybill.message.Support;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Adapter;
import io.waybill.spi.ReceiveLaneInterceptor;
import io.waybill.spi.ReceiveLaneInterceptor.Ending;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running subscription: keeps a {@link PollLoop} alive, opening another receiver with back-off whenever one fails
 * (rule C15). Safe for use by many threads.
 */
public final class ConsumerCore {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.consumer");
    private static final long FIRST_BACKOFF_MILLIS = 100;
    private static final long LONGEST_BACKOFF_MILLIS = 5_000;
    /** Settling and leaving, after the drain took all the time there was. */
    private static final long LEAVING_MILLIS = 2_000;

    /** The deadline of a close that nobody asked for. */
    static final long NEVER = Long.MIN_VALUE;

    private final Adapter adapter;
    private final ConsumerOptions options;
    private final List<Switched<ReceiveLaneInterceptor>> interceptors;
    private final ConsumerEvents events;
    private final ConsumerCounters counters = new ConsumerCounters();
    private final Lifecycle lifecycle;
    private final WorkerPool pool;
    private final DeadLetters deadLetters;
    private final DeliveryRunner runner;
    private final StartPositions startPositions;
    private final Thread thread;
    private final CountDownLatch closeRequested = new CountDownLatch(1);
    private final AtomicBoolean closeBegun = new AtomicBoolean();
    /** The polling thread's; passed on from one loop to the next. */
    private final Map<TopicPartition, Assignment> lingering = new HashMap<>();

    private volatile @Nullable PollLoop loop;
    private volatile long closeDeadline = NEVER;
    private volatile CloseReport report = CloseReport.CLEAN;

    /**
     * Prepares a consumer; {@link #start} starts it.
     *
     * @param adapter the broker
     * @param options how it works
     * @param processor what is done with deliveries
     * @param interceptors what sees deliveries on arrival
     * @param events told of what happens
     * @param threads shared threads
     * @param deadLetterProducer opens what dead letters are sent through
     */
    public ConsumerCore(
            Adapter adapter,
            ConsumerOptions options,
            Processor processor,
            List<Switched<ReceiveLaneInterceptor>> interceptors,
            ConsumerEvents events,
            SharedThreads threads,
            Supplier<ProducerCore> deadLetterProducer) {
        this.adapter = adapter;
        this.options = options;
        this.interceptors = List.copyOf(interceptors);
        this.events = events;
        this.lifecycle = new Lifecycle("Consumer of group '" + options.group() + "'", events::state);
        this.pool = new WorkerPool("waybill-" + options.group(), options.concurrency());
        this.deadLetters = new DeadLetters(options, deadLetterProducer);
        this.runner = new DeliveryRunner(options, processor, this::ended, deadLetters, threads, counters);
        this.startPositions = new StartPositions(adapter, options);
        this.thread = Threads.platform("waybill-poll-" + options.group(), this::run);
    }

    /**
     * Gives a new group its positions, joins it, and starts to read. Called once.
     *
     * @throws MessagingException if the broker does not let it
     */
    public void start() {
        int opened = 0;
        try {
            for (Switched<ReceiveLaneInterceptor> interceptor : interceptors) {
                interceptor.target().opened(options.group(), adapter.controlLogs());
                opened++;
            }
            loop = open();
        } catch (Throwable failure) {
            closeInterceptors(interceptors.subList(0, opened));
            closeBegun.set(true);
            lifecycle.move(State.CLOSED, null);
            throw Failures.of(adapter, "Consumer of group '" + options.group() + "' cannot be opened", failure);
        }
        thread.start();
    }

    private void run() {
        int failures = 0;
        do {
            PollLoop current = loop;
            try {
                if (current == null) {
                    current = open();
                    loop = current;
                }
                current.run();
                report = current.close();
            } catch (Throwable failure) {
                if (lifecycle.state() == State.OPEN) {
                    failures = 0;
                }
                lifecycle.move(
                        State.RECOVERING,
                        Failures.of(adapter, "Consumer of group '" + options.group() + "' failed", failure));
                LOG.debug("Consumer of group '{}' failed", options.group(), failure);
                if (current != null) {
                    report = new CloseReport(0, current.abandon());
                }
                backOff(failures++);
            } finally {
                loop = null;
            }
        } while (!closing());
        int running = pool.close(closeDeadline);
        report = new CloseReport(running, report.unsettled());
        if (!report.clean()) {
            LOG.warn("Consumer of group '{}' was closed with work left: {}", options.group(), report);
        }
        deadLetters.close();
        closeInterceptors(interceptors);
        lifecycle.move(State.CLOSED, null);
    }

    /** Those that are switched off hear it, too, as they hear of settlements. */
    private void ended(Delivery delivery, Ending ending) {
        for (Switched<ReceiveLaneInterceptor> interceptor : interceptors) {
            try {
                interceptor.target().ended(delivery, ending);
            } catch (RuntimeException e) {
                LOG.error("A lane interceptor of group '{}' failed at the end of {}", options.group(), delivery, e);
            }
        }
    }

    private void closeInterceptors(List<Switched<ReceiveLaneInterceptor>> opened) {
        for (Switched<ReceiveLaneInterceptor> interceptor : opened) {
            try {
                interceptor.target().closed();
            } catch (RuntimeException e) {
                LOG.error("A lane interceptor of group '{}' failed at its end", options.group(), e);
            }
        }
    }

    private PollLoop open() throws Exception {
        if (keepsPositions()) {
            startPositions.prepareGroup();
        }
        Receiver receiver = adapter.openReceiver(new ReceiverOptions(
                options.group(),
                options.topics(),
                options.member(),
                options.batchMessages(),
                options.bufferBytes(),
                options.session(),
                options.drain()));
        try {
            return new PollLoop(
                    adapter,
                    options,
                    startPositions,
                    interceptors,
                    pool,
                    runner,
                    counters,
                    lifecycle,
                    events,
                    () -> closeDeadline,
                    lingering,
                    receiver);
        } catch (Throwable failure) {
            receiver.close(Duration.ZERO);
            throw failure;
        }
    }

    private boolean keepsPositions() {
        return adapter.capabilities().of(Capability.RESET_POSITIONS) != Support.UNSUPPORTED;
    }

    private void backOff(int failures) {
        long millis = Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(10, failures));
        try {
            boolean asked = closeRequested.await(millis, TimeUnit.MILLISECONDS);
            LOG.debug("Waited {} ms, closing: {}", millis, asked);
        } catch (InterruptedException e) {
            LOG.debug("The polling thread was interrupted; it goes on", e);
        }
    }

    private boolean closing() {
        return closeRequested.getCount() == 0;
    }

    /** Starts no handler any more until {@link #resume}; partitions are kept. */
    public void pause() {
        pool.pause();
        wakeup();
    }

    /** Goes on. */
    public void resume() {
        pool.resume();
        wakeup();
    }

    /**
     * Whether it is paused.
     *
     * @return true between pause and resume
     */
    public boolean isPaused() {
        return pool.isPaused() && !closing();
    }

    /**
     * Why nothing can be handled for now, though it is not paused.
     *
     * @return the reason, or null if something can
     */
    public @Nullable String heldBecause() {
        return pool.hold().lasts() && !closing() ? pool.hold().reason() : null;
    }

    private void wakeup() {
        PollLoop current = loop;
        if (current != null) {
            current.wakeup();
        }
    }

    /**
     * Its state.
     *
     * @return the state
     */
    public State state() {
        return lifecycle.state();
    }

    /**
     * Why it is in its state.
     *
     * @return what it recovers from, or null
     */
    public @Nullable Throwable cause() {
        return lifecycle.cause();
    }

    /**
     * What it owns now.
     *
     * @return the partitions
     */
    public Set<TopicPartition> assignment() {
        PollLoop current = loop;
        return current == null ? Set.of() : new TreeSet<>(current.snapshot().keySet());
    }

    /**
     * What it counted since it was opened.
     *
     * @return numbers by name
     */
    public Map<String, Long> counters() {
        Map<String, Long> numbers = new TreeMap<>();
        numbers.put("delivered", counters.delivered.sum());
        numbers.put("handled", counters.handled.sum());
        numbers.put("failed", counters.failed.sum());
        numbers.put("deadLettered", counters.deadLettered.sum());
        numbers.put("stale", counters.stale.sum());
        PollLoop current = loop;
        Map<TopicPartition, Assignment> owned = current == null ? Map.of() : current.snapshot();
        numbers.put("partitions", (long) owned.size());
        numbers.put(
                "bufferedBytes",
                owned.values().stream().mapToLong(Assignment::bufferedBytes).sum());
        return numbers;
    }

    /**
     * The native consumer.
     *
     * @param type the type
     * @param <T> the type
     * @return the object or null
     */
    public <T> @Nullable T unwrap(Class<T> type) {
        PollLoop current = loop;
        return current == null ? null : current.receiver().unwrap(type).orElse(null);
    }

    /**
     * Starts no handler any more, waits for those that run, settles, leaves the group. Called by a handler or listener it
     * returns at once, since it would wait for its caller.
     *
     * @param timeout how long it may take
     * @return what was left; if it is not over yet, what is left now
     */
    public CloseReport close(Duration timeout) {
        beginClose(timeout);
        return awaitClose(timeout);
    }

    /**
     * The first half of a close: asks for it.
     *
     * @param timeout how long it may take
     */
    public void beginClose(Duration timeout) {
        if (closeBegun.compareAndSet(false, true)) {
            lifecycle.move(State.CLOSING, null);
            closeDeadline = System.nanoTime() + Nanos.of(timeout);
            closeRequested.countDown();
            wakeup();
        }
    }

    /**
     * The second half: waits for its end.
     *
     * @param timeout how long
     * @return what was left
     */
    public CloseReport awaitClose(Duration timeout) {
        if (!isOwn(Thread.currentThread())) {
            try {
                thread.join(TimeUnit.NANOSECONDS.toMillis(Nanos.of(timeout)) + LEAVING_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return thread.isAlive() ? new CloseReport(pool.busy(), assignment().size()) : report;
    }

    /**
     * Whether a thread runs a handler or listener of this consumer.
     *
     * @param candidate a thread
     * @return true if a close must not wait on it
     */
    public boolean isOwn(Thread candidate) {
        return candidate == thread || pool.isMine(candidate);
    }
}
