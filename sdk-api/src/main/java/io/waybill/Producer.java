package io.waybill;

import io.waybill.engine.Failures;
import io.waybill.engine.ProducerCore;
import io.waybill.engine.ProducerOptions;
import io.waybill.engine.Switched;
import io.waybill.message.CloseReport;
import io.waybill.message.ErrorKind;
import io.waybill.message.Health;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.message.SendResult;
import io.waybill.message.State;
import io.waybill.spi.SendLaneInterceptor;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages, and says of each whether the broker holds it.
 *
 * <p>Created by {@link Waybill#producer}; one per application is enough, safe for use by many threads; ends with
 * {@link #close} or with its connection. Every send has one of three outcomes: a {@link Receipt}, a definite failure, or
 * {@link ErrorKind#OUTCOME_UNKNOWN} (rules S1, S2). Nothing is sent again unasked. The acknowledged messages of a key
 * are stored in the order of the calls of one thread (rule S6).
 */
public final class Producer implements AutoCloseable {
    private final Waybill waybill;
    private final ProducerCore core;
    private final String name;
    private final Settings settings;
    private final SendChain.Step sending;

    private Producer(Waybill waybill, ProducerCore core, Builder builder) {
        this.waybill = waybill;
        this.core = core;
        this.name = builder.name;
        this.settings = builder.settings;
        this.sending = SendChain.Step.of(builder.interceptors, core);
        core.onClosed(() -> waybill.closed(this));
    }

    /**
     * Sends a message and waits for the outcome, never for a timer that collects batches.
     *
     * @param message the message
     * @return the broker's statement that it holds it
     * @throws MessagingException INVALID, NOT_FOUND, UNAUTHORIZED, UNAVAILABLE, REFUSED, OVERLOADED, CLOSED: it is not
     *     stored; OUTCOME_UNKNOWN: nobody knows, also if this thread is interrupted meanwhile
     */
    public Receipt send(Message message) {
        try {
            return sendAsync(message).get();
        } catch (ExecutionException e) {
            throw inCaller(Failures.unwrap(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MessagingException(
                    ErrorKind.OUTCOME_UNKNOWN,
                    "Sending to '" + message.topic() + "' was interrupted while it waited for the broker. Sending the"
                            + " same Message object again keeps its id.",
                    e);
        }
    }

    /** The same failure with the caller's stack, which is what people look for. */
    private static RuntimeException inCaller(Throwable failure) {
        if (failure instanceof MessagingException known) {
            return new MessagingException(
                    known.kind(),
                    String.valueOf(known.getMessage()),
                    known.getCause() == null ? known : known.getCause());
        }
        if (failure instanceof RuntimeException unchecked) {
            return unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return new MessagingException(
                ErrorKind.OUTCOME_UNKNOWN,
                "A send interceptor failed: " + failure + ". It may have sent the message before.",
                failure);
    }

    /**
     * Sends a message. Blocks for at most {@code maxBlock} while too much is in flight, and for at most
     * {@code sendTimeout} while its topic is looked up for the first time. All failures come through the future.
     *
     * @param message the message
     * @return completed with the outcome, on a thread of the broker's client: what depends on it must not block, as a send
     *     may, or must use the {@code ...Async} methods
     */
    public CompletableFuture<Receipt> sendAsync(Message message) {
        try {
            return sending.run(message);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Sends a list of messages and waits for all outcomes. Nothing is atomic: some may be stored and others not.
     *
     * @param messages the messages; those of a key keep this order
     * @return a result for each, in the list's order
     */
    public List<SendResult> sendAll(List<Message> messages) {
        List<CompletableFuture<Receipt>> futures = new ArrayList<>(messages.size());
        messages.forEach(message -> futures.add(sendAsync(message)));
        List<SendResult> results = new ArrayList<>(messages.size());
        for (int i = 0; i < futures.size(); i++) {
            results.add(result(messages.get(i), futures.get(i)));
        }
        return results;
    }

    private static SendResult result(Message message, CompletableFuture<Receipt> future) {
        try {
            return new SendResult(message, future.get(), null);
        } catch (ExecutionException e) {
            MessagingException failure = e.getCause() instanceof MessagingException known
                    ? known
                    : new MessagingException(
                            ErrorKind.OUTCOME_UNKNOWN,
                            "A send interceptor failed: " + e.getCause() + ". It may have sent the message before.",
                            e);
            return new SendResult(message, null, failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new SendResult(
                    message,
                    null,
                    new MessagingException(ErrorKind.OUTCOME_UNKNOWN, "Interrupted while waiting for the broker", e));
        }
    }

    /**
     * Its name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Its state.
     *
     * @return the state
     */
    public State state() {
        return core.state();
    }

    /**
     * How it does.
     *
     * @return health with the numbers {@code acknowledged}, {@code refused}, {@code unknown}, {@code inFlightBytes}
     */
    public Health health() {
        State state = core.state();
        Throwable cause = core.cause();
        return new Health(
                state == State.OPEN,
                state,
                cause == null ? "Producer '" + name + "' is " + state : String.valueOf(cause.getMessage()),
                Map.of(
                        "acknowledged", core.acknowledged(),
                        "refused", core.refused(),
                        "unknown", core.unknown(),
                        "inFlightBytes", core.inFlightBytes()));
    }

    /**
     * Every setting of this producer with value and origin; secrets masked.
     *
     * @return lines for people
     */
    public String effectiveConfig() {
        return Waybill.print(settings);
    }

    /**
     * The native producer behind it.
     *
     * @param type the type; the adapter's package comment lists those there are
     * @param <T> the type
     * @return the object
     * @throws MessagingException UNSUPPORTED if there is none of this type
     */
    public <T> T unwrap(Class<T> type) {
        return Waybill.unwrapped(Optional.ofNullable(core.unwrap(type)), type, waybill.adapter());
    }

    /** Closes within {@code close.timeout} (30 s); what could not be flushed is logged. */
    @Override
    public void close() {
        close(settings.get(CoreSettings.CLOSE_TIMEOUT));
    }

    /**
     * Takes no more messages, waits until all that are under way have their outcome and what hangs on their futures has run
     * where they are completed, and closes. A second call waits for the first, and cuts it short when its own time is up. Called
     * by what hangs on a future, by a listener or by a lane interceptor, it returns at once, and the close goes on behind it.
     *
     * @param timeout how long it may take
     * @return how many sends had no outcome when the time was up; they ended as OUTCOME_UNKNOWN; CLEAN, which says nothing
     *     then, if it is not over yet
     */
    public CloseReport close(Duration timeout) {
        return core.close(timeout);
    }

    @Override
    public String toString() {
        return "Producer[" + name + ", " + core.state() + "]";
    }

    /** Collects a producer's settings; used by one thread. Each call checks its argument at once. */
    public static final class Builder {
        private final Waybill waybill;
        private final String name;
        private final List<Switched<SendInterceptor>> interceptors = new ArrayList<>();
        private final List<Switched<SendLaneInterceptor>> laneInterceptors = new ArrayList<>();
        private StateListener stateListener = (state, cause) -> {};
        private Settings settings;

        Builder(Waybill waybill, String name) {
            this.waybill = waybill;
            this.name = name;
            this.settings = waybill.settings();
        }

        /**
         * Bounds every send: after this it has an outcome. Default 30 s.
         *
         * @param timeout at least 100 ms
         * @return this
         */
        public Builder sendTimeout(Duration timeout) {
            return set(
                    CoreSettings.SEND_TIMEOUT,
                    CoreSettings.atLeast("sendTimeout", timeout, CoreSettings.SHORTEST_SEND));
        }

        /**
         * Bounds how long a send waits for room when too much is in flight. Default 10 s.
         *
         * @param longest zero or more
         * @return this
         */
        public Builder maxBlock(Duration longest) {
            return set(CoreSettings.MAX_BLOCK, CoreSettings.atLeast("maxBlock", longest, Duration.ZERO));
        }

        /**
         * Bounds the memory of what is in flight: bodies, keys, headers and 200 bytes each. Default 32 MiB.
         *
         * @param bytes at least 65,536
         * @return this
         */
        public Builder maxInFlightBytes(long bytes) {
            return set(
                    CoreSettings.MAX_IN_FLIGHT_BYTES,
                    CoreSettings.within("maxInFlightBytes", bytes, 64 << 10, Long.MAX_VALUE));
        }

        /**
         * Bounds a body. Default 1,000,000 bytes; the broker's own limit must allow what is set here.
         *
         * @param bytes 0 to 2^30
         * @return this
         */
        public Builder maxBody(int bytes) {
            return set(CoreSettings.MAX_BODY, CoreSettings.within("maxBody", bytes, 0, 1 << 30));
        }

        /**
         * Adds an interceptor inside those added before.
         *
         * @param interceptor wraps each send
         * @return this
         */
        public Builder intercept(SendInterceptor interceptor) {
            interceptors.add(new Switched<>(interceptor, () -> true));
            return this;
        }

        /**
         * Adds an interceptor that can be switched.
         *
         * @param interceptor wraps each send
         * @param power whether it does
         * @return this
         */
        public Builder intercept(SendInterceptor interceptor, Switch power) {
            interceptors.add(new Switched<>(interceptor, power::isOn));
            return this;
        }

        /**
         * Adds an interceptor that runs inside the partition's lane, right before each hand-over.
         *
         * @param interceptor runs before each hand-over
         * @return this
         * @throws MessagingException INVALID if there are 31 already
         */
        public Builder interceptLane(SendLaneInterceptor interceptor) {
            return interceptLane(interceptor, Switch.on());
        }

        /**
         * Adds an interceptor inside the partition's lane; at most 31.
         *
         * @param interceptor sees each message at hand-over
         * @param power whether it does
         * @return this
         */
        public Builder interceptLane(SendLaneInterceptor interceptor, Switch power) {
            CoreSettings.within("lane interceptors", laneInterceptors.size() + 1L, 1, 31);
            laneInterceptors.add(new Switched<>(interceptor, power::isOn));
            return this;
        }

        /**
         * Told of state changes. Default: nobody.
         *
         * @param listener the listener
         * @return this
         */
        public Builder onState(StateListener listener) {
            stateListener = listener;
            return this;
        }

        private <T> Builder set(Setting<T> setting, T value) {
            settings = settings.with(setting, value);
            return this;
        }

        /**
         * Opens it.
         *
         * @return a new producer, owned by the connection
         * @throws MessagingException UNAVAILABLE or another kind if the broker client cannot be opened
         */
        public Producer open() {
            waybill.checkOpen();
            Producer producer =
                    new Producer(waybill, openCore(waybill, name, settings, laneInterceptors, stateListener), this);
            waybill.opened(producer);
            return producer;
        }

        static ProducerCore openCore(
                Waybill waybill,
                String name,
                Settings settings,
                List<Switched<SendLaneInterceptor>> laneInterceptors,
                StateListener listener) {
            ProducerOptions options = new ProducerOptions(
                    name,
                    settings.get(CoreSettings.SEND_TIMEOUT),
                    settings.get(CoreSettings.MAX_BLOCK),
                    settings.get(CoreSettings.MAX_IN_FLIGHT_BYTES),
                    Math.toIntExact(settings.get(CoreSettings.MAX_BODY)));
            return new ProducerCore(
                    waybill.adapter(),
                    options,
                    laneInterceptors,
                    waybill.threads(),
                    (State state, @Nullable Throwable why) -> listener.changed(state, why));
        }
    }
}
