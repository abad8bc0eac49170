package io.waybill.engine;

import io.waybill.message.CloseReport;
import io.waybill.message.ErrorKind;
import io.waybill.message.Limits;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.message.State;
import io.waybill.spi.Adapter;
import io.waybill.spi.SendLaneInterceptor;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a producer does: admit, route, hand over, bound, account. Safe for use by many threads. */
public final class ProducerCore {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.producer");

    /** What a message costs in memory beyond its own bytes, roughly. */
    private static final int OVERHEAD = 200;

    /** Messages without a key stay in a partition for so many, so that batches fill. */
    private static final int STICKY_BITS = 6;

    private static final long TICK_MILLIS = 100;

    /** For a close that was cut short. */
    private static final long CUT_NANOS = 1_000_000_000;

    /** What calls the code of others that may close the producer. */
    private static final Set<Class<?>> TELLING = Set.of(PendingSend.class, SendLane.class, Lifecycle.class);

    /** How often topics are looked at, for growth that was not made through Waybill, and for other settings. */
    private static final long LOOK_SECONDS = 60;

    private final Adapter adapter;
    private final ProducerOptions options;
    private final SharedThreads threads;
    private final Sender sender;
    private final Admission admission;
    private final Lifecycle lifecycle;
    private final List<Switched<SendLaneInterceptor>> interceptors;
    private final Routes routes;

    private final AtomicInteger keyless = new AtomicInteger();
    private final Outcomes outcomes = new Outcomes();
    private final long maxBlockNanos;
    private final long sendTimeoutNanos;
    private final int maxBatchesInFlight;
    private final int maxBatchMessages;
    private final int maxBatchBytes;
    private final ScheduledFuture<?> ticker;
    private final ScheduledFuture<?> looker;
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<CloseReport> closed = new CompletableFuture<>();
    private long failedBeforeCut = -1; // guarded by closed
    private volatile long now = System.nanoTime();
    private volatile boolean expireAll;
    private volatile boolean swept = true;

    /**
     * Opens a producer.
     *
     * @param adapter the broker
     * @param options how it works
     * @param interceptors what runs inside the lanes
     * @param threads shared threads
     * @param listener told of state changes
     */
    public ProducerCore(
            Adapter adapter,
            ProducerOptions options,
            List<Switched<SendLaneInterceptor>> interceptors,
            SharedThreads threads,
            BiConsumer<State, @Nullable Throwable> listener) {
        this.adapter = adapter;
        this.options = options;
        this.threads = threads;
        this.interceptors = List.copyOf(interceptors);
        this.admission = new Admission(options.maxInFlightBytes());
        this.lifecycle = new Lifecycle("Producer '" + options.name() + "'", listener);
        this.maxBlockNanos = Nanos.of(options.maxBlock());
        this.sendTimeoutNanos = Nanos.of(options.sendTimeout());
        try {
            this.sender = adapter.openSender(new SenderOptions(
                    options.name(),
                    options.sendTimeout(),
                    options.maxBlock(),
                    options.maxInFlightBytes(),
                    options.maxBodyBytes()));
        } catch (Exception e) {
            throw Failures.of(adapter, "Cannot open producer '" + options.name() + "' at " + adapter.endpoint(), e);
        }
        openInterceptors();
        this.routes = new Routes(options.name(), sender, (topic, partition) -> new SendLane(this, topic, partition));
        this.maxBatchesInFlight = sender.maxBatchesInFlight();
        this.maxBatchMessages = sender.maxBatchMessages();
        this.maxBatchBytes = sender.maxBatchBytes();
        try {
            this.ticker =
                    threads.timer().scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
            this.looker = threads.timer()
                    .scheduleWithFixedDelay(
                            () -> threads.helper().execute(routes::lookForGrowth),
                            LOOK_SECONDS,
                            LOOK_SECONDS,
                            TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            closeInterceptors(interceptors);
            sender.close(Duration.ZERO);
            throw new MessagingException(
                    ErrorKind.CLOSED, "Cannot open producer '" + options.name() + "': the connection is closed.", e);
        }
        lifecycle.move(State.OPEN, null);
    }

    private void openInterceptors() {
        int opened = 0;
        try {
            for (Switched<SendLaneInterceptor> interceptor : interceptors) {
                interceptor.target().opened(options.name(), adapter.controlLogs());
                opened++;
            }
        } catch (Exception e) {
            closeInterceptors(interceptors.subList(0, opened));
            sender.close(Duration.ZERO);
            throw Failures.of(
                    adapter, "Cannot open producer '" + options.name() + "': a lane interceptor cannot begin", e);
        }
    }

    private void closeInterceptors(List<Switched<SendLaneInterceptor>> opened) {
        for (Switched<SendLaneInterceptor> interceptor : opened) {
            try {
                interceptor.target().closed();
            } catch (RuntimeException e) {
                LOG.error("A lane interceptor of producer '{}' failed at its end", options.name(), e);
            }
        }
    }

    /**
     * Sends a message.
     *
     * @param message the message
     * @return completed when the outcome is known, on the broker client's thread
     * @throws MessagingException if it is refused before hand-over
     */
    public CompletableFuture<Receipt> send(Message message) {
        Limits.check(message, options.maxBodyBytes());
        return sendSystem(message);
    }

    /** As {@link #send}, without the limits: dead letters carry more headers than applications may set. */
    CompletableFuture<Receipt> sendSystem(Message message) {
        byte[] key = message.key();
        int size = OVERHEAD
                + message.body().length
                + (key == null ? 0 : key.length)
                + message.headers().encodedBytes();
        SendLane[] lanes = lanes(message.topic());
        admission.acquire(size, maxBlockNanos, options.name());
        SendLane lane = lanes[
                key == null
                        ? (keyless.getAndIncrement() >>> STICKY_BITS) % lanes.length
                        : Partitioner.partition(key, lanes.length)];
        PendingSend send = new PendingSend(message, lane, size, now + sendTimeoutNanos);
        lane.submit(send);
        return send;
    }

    private SendLane[] lanes(String topic) {
        SendLane[] known = routes.known(topic);
        if (known != null) {
            return known;
        }
        if (closing.get()) {
            throw Admission.closed(options.name());
        }
        try {
            return routes.lookUp(topic);
        } catch (Exception e) {
            MessagingException failure = Failures.of(
                    adapter, "Cannot send to topic '" + topic + "', which was looked up first; nothing was stored", e);
            if (failure.kind() == ErrorKind.UNAVAILABLE) {
                lifecycle.move(State.RECOVERING, failure);
            }
            throw failure;
        }
    }

    /** @param scratch {@link io.waybill.spi.WaybillHeader#LENGTH} bytes, in which the header is while nobody replaces it */
    void intercept(PendingSend send, byte[] scratch) {
        for (int i = 0; i < interceptors.size(); i++) {
            Switched<SendLaneInterceptor> interceptor = interceptors.get(i);
            if (interceptor.on().getAsBoolean()) {
                byte[] header = interceptor.target().handOver(send, send.waybill(scratch));
                send.seenBy(i, header == scratch ? null : header);
            }
        }
    }

    /** Keeps the books of an outcome; whatever interceptors and listeners do. */
    void ended(PendingSend send, @Nullable MessagingException failure) {
        outcomes.ended(failure);
        for (int i = 0; i < interceptors.size(); i++) {
            if (send.wasSeenBy(i)) {
                try {
                    interceptors.get(i).target().completed(send, failure);
                } catch (Throwable e) {
                    LOG.error("A lane interceptor of producer '{}' failed after the outcome", options.name(), e);
                }
            }
        }
        admission.release(send.size);
        if (failure != null) {
            failed(send, failure);
        } else if (lifecycle.state() == State.RECOVERING) {
            lifecycle.move(State.OPEN, null);
        }
    }

    /** The caller has heard of an outcome. */
    void told() {
        outcomes.told();
    }

    private void failed(PendingSend send, MessagingException failure) {
        switch (failure.kind()) {
            case OUTCOME_UNKNOWN, UNAVAILABLE -> lifecycle.move(State.RECOVERING, failure);
            case NOT_FOUND -> routes.forget(send.message().topic());
            default -> {}
        }
    }

    /** On the shared timer, which must not be held up: what completes futures is for a helper. */
    private void tick() {
        now = System.nanoTime();
        boolean used = admission.used() > 0;
        if ((used || !swept) && sweeping.compareAndSet(false, true)) {
            swept = !used; // once more when nothing is in flight, to let go of what has ended
            try {
                threads.helper().execute(this::sweep);
            } catch (Throwable e) {
                sweeping.set(false);
                LOG.debug("No helper thread to be had", e);
            }
        }
    }

    private void sweep() {
        try {
            sweepLanes();
        } finally {
            sweeping.set(false);
        }
    }

    private void sweepLanes() {
        routes.forEachLane(SendLane::sweep);
    }

    /** The time, as old as the last tick. */
    long clock() {
        return now;
    }

    boolean isOver(long deadline) {
        return expireAll || now - deadline > 0;
    }

    boolean isClosing() {
        return expireAll;
    }

    Adapter adapter() {
        return adapter;
    }

    Sender sender() {
        return sender;
    }

    Executor helper() {
        return threads.helper();
    }

    Duration sendTimeout() {
        return options.sendTimeout();
    }

    int maxBatchesInFlight() {
        return maxBatchesInFlight;
    }

    int maxBatchMessages() {
        return maxBatchMessages;
    }

    int maxBatchBytes() {
        return maxBatchBytes;
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
     * @return the failure that it recovers from, or null
     */
    public @Nullable Throwable cause() {
        return lifecycle.cause();
    }

    /**
     * How many sends ended with a receipt.
     *
     * @return the number
     */
    public long acknowledged() {
        return outcomes.acknowledged();
    }

    /**
     * How many sends surely failed after they were admitted.
     *
     * @return the number
     */
    public long refused() {
        return outcomes.refused();
    }

    /**
     * How many sends ended with nobody knowing.
     *
     * @return the number
     */
    public long unknown() {
        return outcomes.unknown();
    }

    /**
     * What is in flight.
     *
     * @return bytes, with overhead
     */
    public long inFlightBytes() {
        return admission.used();
    }

    /**
     * The native producer.
     *
     * @param type the type
     * @param <T> the type
     * @return the object or null
     */
    public <T> @Nullable T unwrap(Class<T> type) {
        return sender.unwrap(type).orElse(null);
    }

    /**
     * Takes nothing more, waits for what is under way and for what hangs on its futures, closes. Called by what would have to
     * return first, see {@link #isTelling}, it returns at once, and the close goes on behind it. Who calls it again waits for the
     * first close, and cuts it short when its own time is up.
     *
     * @param timeout how long it may take
     * @return what was left; what is left ends as unknown; CLEAN, which says nothing then, if it is not over yet
     */
    public CloseReport close(Duration timeout) {
        boolean telling = isTelling();
        if (closing.compareAndSet(false, true)) {
            lifecycle.move(State.CLOSING, null);
            if (!telling) {
                return closeNow(timeout);
            }
            admission.refuse();
            threads.finish("waybill-close", () -> {
                var unused = closeNow(timeout);
            });
        }
        if (!telling) {
            awaitFirstClose(timeout);
        }
        return closed.getNow(CloseReport.CLEAN);
    }

    private void awaitFirstClose(Duration timeout) {
        try {
            if (!isClosedWithin(Nanos.of(timeout))) {
                cut();
                boolean unused = isClosedWithin(CUT_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosedWithin(long nanos) throws InterruptedException {
        try {
            CloseReport unused = closed.get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /**
     * Runs something when a close is over, or at once if it is.
     *
     * @param action what to run, in the thread that closes
     */
    public void onClosed(Runnable action) {
        var unused = closed.thenRun(action);
    }

    /** Ends what has no outcome yet. */
    private void cut() {
        long unused = failedBeforeCut();
        expireAll = true;
        sweepLanes();
    }

    /** How many sends had failed by themselves; fixed by the first call. */
    private long failedBeforeCut() {
        synchronized (closed) {
            if (failedBeforeCut < 0) {
                failedBeforeCut = outcomes.failed();
            }
            return failedBeforeCut;
        }
    }

    private CloseReport closeNow(Duration timeout) {
        CloseReport report = CloseReport.CLEAN;
        try {
            long deadline = System.nanoTime() + Nanos.of(timeout);
            boolean flushed = admission.close(Nanos.of(timeout));
            long before = failedBeforeCut();
            if (!flushed) {
                cut();
            }
            sender.close(Nanos.until(deadline));
            cut(); // what the adapter forgot
            long untold = outcomes.awaitTold(deadline);
            if (untold > 0) {
                LOG.warn("Producer '{}' was closed while what hangs on {} futures still ran", options.name(), untold);
            }
            int unfinished = (int) (outcomes.failed() - before);
            if (unfinished > 0) {
                report = new CloseReport(unfinished, 0);
                LOG.warn(
                        "Producer '{}' was closed with {} sends that nobody confirmed within {}",
                        options.name(),
                        unfinished,
                        timeout);
            }
        } finally {
            ticker.cancel(false);
            looker.cancel(false);
            closeInterceptors(interceptors);
            lifecycle.move(State.CLOSED, null);
            closed.complete(report);
        }
        return report;
    }

    /**
     * Whether the caller runs inside of a send or of its outcome, or listens to a state: what hangs on a future, a lane
     * interceptor, a listener.
     *
     * @return true if a close must not wait on this thread
     */
    public static boolean isTelling() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.anyMatch(frame -> TELLING.contains(frame.getDeclaringClass())));
    }
}
