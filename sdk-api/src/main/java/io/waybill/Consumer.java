package io.waybill;

import io.waybill.engine.ConsumerCore;
import io.waybill.engine.ConsumerEvents;
import io.waybill.engine.ConsumerOptions;
import io.waybill.engine.Failures;
import io.waybill.engine.Processor;
import io.waybill.engine.Switched;
import io.waybill.message.Capabilities;
import io.waybill.message.Capability;
import io.waybill.message.CloseReport;
import io.waybill.message.Codec;
import io.waybill.message.ErrorKind;
import io.waybill.message.Health;
import io.waybill.message.Limits;
import io.waybill.message.MessagingException;
import io.waybill.message.Ordering;
import io.waybill.message.RefusedException;
import io.waybill.message.RetryPolicy;
import io.waybill.message.StartPosition;
import io.waybill.message.State;
import io.waybill.message.Support;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicPartition;
import io.waybill.message.TopicSpec;
import io.waybill.spi.Adapter;
import io.waybill.spi.ReceiveLaneInterceptor;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A running subscription of one instance: it takes its share of the partitions and calls the handler.
 *
 * <p>Created by {@link Waybill#consumer}; safe for use by many threads; ends with {@link #close} or with its connection.
 * A message is acknowledged only after the handler returned (rule C1). When the broker is lost it comes back by itself
 * and says so (rule C15).
 */
public final class Consumer implements AutoCloseable {
    private final Waybill waybill;
    private final ConsumerCore core;
    private final String group;
    private final Settings settings;

    private Consumer(Waybill waybill, ConsumerCore core, Builder builder) {
        this.waybill = waybill;
        this.core = core;
        this.group = builder.group;
        this.settings = builder.settings;
    }

    /** Starts no handler any more until {@link #resume}; those that run go on, partitions are kept. */
    public void pause() {
        core.pause();
    }

    /** Goes on after {@link #pause}. */
    public void resume() {
        core.resume();
    }

    /**
     * Its group.
     *
     * @return the name
     */
    public String group() {
        return group;
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
     * What this instance owns now.
     *
     * @return the partitions, a copy
     */
    public Set<TopicPartition> assignment() {
        return core.assignment();
    }

    /**
     * How it does.
     *
     * @return health with the numbers {@code delivered}, {@code handled}, {@code failed} (attempts),
     *     {@code deadLettered}, {@code stale} (finished after the partition had gone), {@code partitions},
     *     {@code bufferedBytes}
     */
    public Health health() {
        State state = core.state();
        Throwable cause = core.cause();
        String held = core.heldBecause();
        String text = "Consumer of group '" + group + "' is " + state + (core.isPaused() ? ", paused" : "")
                + (held == null ? "" : ", handles nothing for now: " + held);
        return new Health(
                state == State.OPEN, state, cause == null ? text : text + ": " + cause.getMessage(), core.counters());
    }

    /**
     * Every setting of this consumer with value and origin; secrets masked.
     *
     * @return lines for people
     */
    public String effectiveConfig() {
        return Waybill.print(settings);
    }

    /**
     * The native consumer behind it, while there is one. It belongs to Waybill's polling thread.
     *
     * @param type the type; the adapter's package comment lists those there are
     * @param <T> the type
     * @return the object
     * @throws MessagingException UNSUPPORTED if there is none of this type
     */
    public <T> T unwrap(Class<T> type) {
        return Waybill.unwrapped(Optional.ofNullable(core.unwrap(type)), type, waybill.adapter());
    }

    void beginClose(Duration timeout) {
        core.beginClose(timeout);
    }

    /** Whether a thread runs a handler or listener of this consumer. */
    boolean isOwn(Thread candidate) {
        return core.isOwn(candidate);
    }

    /** Closes within {@code close.timeout} (30 s); what could not be finished is logged. */
    @Override
    public void close() {
        close(settings.get(CoreSettings.CLOSE_TIMEOUT));
    }

    /**
     * Starts no handler any more, waits for those that run, settles what is finished and leaves the group. May be called
     * twice. Called by a handler or listener of this consumer it returns at once, and the close goes on behind it; so it
     * does when this thread is interrupted.
     *
     * @param timeout how long handlers are waited for; to settle and leave may take two seconds more
     * @return what was left, or what is left so far if it is not over yet
     */
    public CloseReport close(Duration timeout) {
        try {
            return core.close(timeout);
        } finally {
            waybill.closed(this);
        }
    }

    @Override
    public String toString() {
        return "Consumer[" + group + ", " + core.state() + "]";
    }

    /** Collects a consumer's settings; used by one thread. Each call checks its argument at once. */
    public static final class Builder {
        private final Waybill waybill;
        private final String group;
        private final List<Switched<ReceiveInterceptor>> interceptors = new ArrayList<>();
        private final List<Switched<ReceiveLaneInterceptor>> laneInterceptors = new ArrayList<>();
        private StateListener stateListener = (state, cause) -> {};
        private ConsumerListener listener = new ConsumerListener() {};
        private Settings settings;

        Builder(Waybill waybill, String group) {
            this.waybill = waybill;
            this.group = group;
            this.settings = waybill.settings();
        }

        /**
         * Which deliveries wait for each other. Default {@link Ordering#KEY}.
         *
         * @param ordering the order that is kept
         * @return this
         */
        public Builder ordering(Ordering ordering) {
            return set(CoreSettings.ORDERING, ordering);
        }

        /**
         * How many handlers run at once at most, over all partitions of this instance. Default 16.
         *
         * @param handlers 1 to 100,000
         * @return this
         */
        public Builder concurrency(int handlers) {
            return set(CoreSettings.CONCURRENCY, CoreSettings.within("concurrency", handlers, 1, 100_000));
        }

        /**
         * How many deliveries of a partition may lie between the first unfinished one and the last. When the window is
         * full the partition is paused. After a crash at most the window is delivered again. Default 65,536.
         *
         * @param deliveries 64 to 2^24
         * @return this
         */
        public Builder window(int deliveries) {
            return set(CoreSettings.WINDOW, CoreSettings.within("window", deliveries, 64, 1 << 24));
        }

        /**
         * When a partition is paused because of one delivery, and that delivery fails again, it goes to the dead letters
         * at once, so that the partition goes on. Default: off, the partition waits.
         *
         * @return this
         */
        public Builder parkWhenFull() {
            return set(CoreSettings.PARK_WHEN_FULL, true);
        }

        /**
         * Bounds the memory of deliveries that wait for a handler, over all partitions: bodies, headers, keys and 256
         * bytes each, but not below 1 MiB for each partition. Default 32 MiB.
         *
         * @param bytes at least 65,536
         * @return this
         */
        public Builder bufferBytes(long bytes) {
            return set(CoreSettings.BUFFER_BYTES, CoreSettings.within("bufferBytes", bytes, 64 << 10, Long.MAX_VALUE));
        }

        /**
         * How failures are tried again. Default {@link RetryPolicy#DEFAULT}.
         *
         * @param policy the policy
         * @return this
         */
        public Builder retry(RetryPolicy policy) {
            settings = settings.with(CoreSettings.RETRY_ATTEMPTS, (long) policy.attempts())
                    .with(CoreSettings.RETRY_FIRST, policy.first())
                    .with(CoreSettings.RETRY_LONGEST, policy.longest());
            return this;
        }

        /**
         * Where deliveries go that failed for the last time. Default {@code <topic>.<group>.dead}. The topic is created
         * on subscribe if it is not there, with as many partitions.
         *
         * @param topic a topic's name
         * @return this
         */
        public Builder deadLetterTopic(String topic) {
            return set(CoreSettings.DEAD_LETTER_TOPIC, Limits.topic(topic));
        }

        /**
         * Where a new group starts; that place is fixed when {@code subscribe} returns. Default: at the first message on
         * brokers that can, behind the last on others.
         *
         * @param position the position
         * @return this
         */
        public Builder start(StartPosition position) {
            return set(CoreSettings.START, position);
        }

        /**
         * How long the partitions of an instance that fell silent stay its own. Default 10 s.
         *
         * @param time at least 1 s
         * @return this
         */
        public Builder session(Duration time) {
            return set(CoreSettings.SESSION, CoreSettings.atLeast("session", time, CoreSettings.SHORTEST_SESSION));
        }

        /**
         * How long a partition that is given up may take to finish what runs. Default 30 s.
         *
         * @param time zero or more
         * @return this
         */
        public Builder drain(Duration time) {
            return set(CoreSettings.DRAIN, CoreSettings.atLeast("drain", time, Duration.ZERO));
        }

        /**
         * How often what is finished is settled at the broker. Default 100 ms.
         *
         * @param time at least 1 ms
         * @return this
         */
        public Builder settleInterval(Duration time) {
            return set(
                    CoreSettings.SETTLE_INTERVAL,
                    CoreSettings.atLeast("settleInterval", time, CoreSettings.SHORTEST_SETTLE));
        }

        /**
         * Adds an interceptor inside those added before.
         *
         * @param interceptor wraps each attempt
         * @return this
         */
        public Builder intercept(ReceiveInterceptor interceptor) {
            interceptors.add(new Switched<>(interceptor, () -> true));
            return this;
        }

        /**
         * Adds an interceptor that can be switched.
         *
         * @param interceptor wraps each attempt
         * @param power whether it does
         * @return this
         */
        public Builder intercept(ReceiveInterceptor interceptor, Switch power) {
            interceptors.add(new Switched<>(interceptor, power::isOn));
            return this;
        }

        /**
         * Adds an interceptor that sees every delivery on arrival, in the partition's order.
         *
         * @param interceptor sees each delivery
         * @return this
         */
        public Builder interceptLane(ReceiveLaneInterceptor interceptor) {
            return interceptLane(interceptor, Switch.on());
        }

        /**
         * The same, with a switch. Of partitions and settlements the interceptor hears in either position.
         *
         * @param interceptor sees each delivery
         * @param power whether it does
         * @return this
         */
        public Builder interceptLane(ReceiveLaneInterceptor interceptor, Switch power) {
            laneInterceptors.add(new Switched<>(interceptor, power::isOn));
            return this;
        }

        /**
         * Told of state changes. Default: nobody.
         *
         * @param stateListener the listener
         * @return this
         */
        public Builder onState(StateListener stateListener) {
            this.stateListener = stateListener;
            return this;
        }

        /**
         * Told of assignments and trouble. Default: nobody.
         *
         * @param consumerListener the listener
         * @return this
         */
        public Builder listener(ConsumerListener consumerListener) {
            this.listener = consumerListener;
            return this;
        }

        private <T> Builder set(Setting<T> setting, T value) {
            settings = settings.with(setting, value);
            return this;
        }

        /**
         * Subscribes to a topic and starts.
         *
         * @param topic the topic; it exists
         * @param handler handles its messages
         * @return a running consumer, owned by the connection
         * @throws MessagingException NOT_FOUND if there is no such topic, UNSUPPORTED if the broker cannot start where
         *     it was told or has no groups, UNAVAILABLE or UNAUTHORIZED if the broker does not let it look
         */
        public Consumer subscribe(String topic, Handler handler) {
            return subscribe(List.of(topic), handler);
        }

        /**
         * Subscribes to a topic whose bodies a codec reads.
         *
         * @param topic the topic; it exists
         * @param codec reads the bodies
         * @param handler handles its messages
         * @param <T> the payload's type
         * @return a running consumer, owned by the connection
         * @throws MessagingException as above
         */
        public <T> Consumer subscribe(String topic, Codec<T> codec, PayloadHandler<T> handler) {
            return subscribe(topic, delivery -> {
                T payload;
                try {
                    payload = delivery.payload(codec);
                } catch (MessagingException e) {
                    throw new RefusedException(String.valueOf(e.getMessage()), e);
                }
                handler.handle(delivery, payload);
            });
        }

        /**
         * Subscribes to several topics and starts.
         *
         * @param topics the topics; they exist
         * @param handler handles their messages
         * @return a running consumer, owned by the connection
         * @throws MessagingException as above
         */
        public Consumer subscribe(Collection<String> topics, Handler handler) {
            waybill.checkOpen();
            if (topics.isEmpty()) {
                throw new MessagingException(
                        ErrorKind.INVALID, "Group '" + group + "' subscribes to no topic; name one or more");
            }
            Adapter adapter = waybill.adapter();
            StartPosition from = resolveStart(adapter);
            requireMembership(adapter);
            Map<String, String> deadLetters = new HashMap<>();
            for (String topic : topics) {
                String dead = deadLetterTopicOf(Limits.topic(topic));
                if (topics.contains(dead)) {
                    throw new MessagingException(
                            ErrorKind.INVALID,
                            "Group '" + group + "' subscribes to '" + dead + "', which is to get its dead letters: they"
                                    + " would go round for ever. Name another with deadLetterTopic(...).");
                }
                ensureDeadLetters(adapter, topic, dead);
                deadLetters.put(topic, dead);
            }
            ReceiveChain.Links chain = new ReceiveChain.Links(List.copyOf(interceptors), handler);
            Processor processor = delivery -> ReceiveChain.run(chain, delivery);
            ConsumerCore core = new ConsumerCore(
                    adapter,
                    options(Set.copyOf(topics), from, deadLetters),
                    processor,
                    laneInterceptors,
                    new Events(stateListener, listener),
                    waybill.threads(),
                    () -> Producer.Builder.openCore(
                            waybill, group + ".dead", settings, List.of(), (state, cause) -> {}));
            core.start();
            Consumer consumer = new Consumer(waybill, core, this);
            waybill.opened(consumer);
            return consumer;
        }

        private StartPosition resolveStart(Adapter adapter) {
            StartPosition start = settings.find(CoreSettings.START);
            if (start == null) {
                boolean canFirst = adapter.capabilities().of(Capability.START_FIRST) != Support.UNSUPPORTED;
                return canFirst ? StartPosition.first() : StartPosition.latest();
            }
            adapter.capabilities()
                    .require(start.capability(), adapter.name(), "Group '" + group + "' starting at " + start);
            return start;
        }

        private void requireMembership(Adapter adapter) {
            Capabilities capabilities = adapter.capabilities();
            capabilities.require(Capability.GROUP_MEMBERSHIP, adapter.name(), "Group '" + group + "'");
            if (capabilities.of(Capability.GROUP_MEMBERSHIP) == Support.EMULATED) {
                capabilities.require(
                        Capability.CONTROL_LOG, adapter.name(), "Group '" + group + "', whose members meet on a log,");
            }
        }

        private String deadLetterTopicOf(String topic) {
            String named = settings.find(CoreSettings.DEAD_LETTER_TOPIC);
            String name = named != null ? named : topic + "." + group + ".dead";
            if (name.length() > Limits.NAME_CHARACTERS || Limits.reserved(name)) {
                throw new MessagingException(
                        ErrorKind.INVALID,
                        "The dead-letter topic '" + name + "' would have more than " + Limits.NAME_CHARACTERS
                                + " characters, or a name that belongs to Waybill. Name another with"
                                + " deadLetterTopic(...).");
            }
            return name;
        }

        /** The dead-letter topic must be there before anything fails. */
        private void ensureDeadLetters(Adapter adapter, String topic, String dead) {
            try {
                TopicDescription source = adapter.admin()
                        .describeTopic(topic)
                        .orElseThrow(() -> Admin.topicNotFound("Group '" + group + "' cannot subscribe", topic));
                if (adapter.admin().describeTopic(dead).isEmpty()) {
                    createDeadLetters(adapter, TopicSpec.of(dead, source.partitions()));
                }
                if (adapter.capabilities().of(Capability.TOPIC_STORAGE) == Support.UNSUPPORTED) {
                    adapter.admin().createGroup(group + ".dead", dead); // else nothing would hold them
                }
            } catch (Exception e) {
                throw Failures.of(adapter, "Group '" + group + "' cannot subscribe to topic '" + topic + "'", e);
            }
        }

        private static void createDeadLetters(Adapter adapter, TopicSpec spec) {
            try {
                adapter.admin().createTopic(spec);
            } catch (Exception e) {
                if (adapter.classify(e) != ErrorKind.ALREADY_EXISTS) {
                    throw Failures.of(
                            adapter,
                            "Cannot create the dead-letter topic '" + spec.name()
                                    + "' (create it beforehand, or name another with deadLetterTopic(...))",
                            e);
                }
            }
        }

        private ConsumerOptions options(Set<String> topics, StartPosition from, Map<String, String> deadLetters) {
            return new ConsumerOptions(
                    group,
                    group + "-" + UUID.randomUUID(),
                    topics,
                    settings.get(CoreSettings.ORDERING),
                    Math.toIntExact(settings.get(CoreSettings.CONCURRENCY)),
                    Math.toIntExact(settings.get(CoreSettings.WINDOW)),
                    settings.get(CoreSettings.PARK_WHEN_FULL),
                    settings.get(CoreSettings.BUFFER_BYTES),
                    Math.toIntExact(settings.get(CoreSettings.POLL_MESSAGES)),
                    new RetryPolicy(
                            Math.toIntExact(settings.get(CoreSettings.RETRY_ATTEMPTS)),
                            settings.get(CoreSettings.RETRY_FIRST),
                            settings.get(CoreSettings.RETRY_LONGEST)),
                    deadLetters,
                    from,
                    settings.get(CoreSettings.SESSION),
                    settings.get(CoreSettings.DRAIN),
                    settings.get(CoreSettings.SETTLE_INTERVAL));
        }
    }

    /** The engine's news, for the user's listeners. */
    private record Events(StateListener states, ConsumerListener listener) implements ConsumerEvents {
        @Override
        public void state(State state, @Nullable Throwable cause) {
            states.changed(state, cause);
        }

        @Override
        public void assigned(Collection<TopicPartition> partitions) {
            listener.assigned(partitions);
        }

        @Override
        public void revoked(Collection<TopicPartition> partitions) {
            listener.revoked(partitions);
        }

        @Override
        public void heldUp(TopicPartition partition, long position) {
            listener.heldUp(partition, position);
        }

        @Override
        public void positionOutOfRange(TopicPartition partition, long position, long goesOnAt) {
            listener.positionOutOfRange(partition, position, goesOnAt);
        }
    }
}
