package io.waybill.memory;

import io.waybill.memory.MemoryBroker.Overflow;
import io.waybill.memory.MemoryBroker.Shape;
import io.waybill.message.Capabilities;
import io.waybill.message.Capability;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.Support;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.AdminOperations;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A connection to a broker in this JVM.
 *
 * <p>Created by {@code Waybill.connect("memory:...")}, or by {@link #create} for {@code Waybill.over}; safe for use by
 * many threads; ends with its connection.
 */
public final class MemoryAdapter implements Adapter {
    private static final Setting<Shape> SHAPE = Setting.choice("shape", Shape.class, Shape.LOG);
    private static final Setting<Overflow> OVERFLOW = Setting.choice("overflow", Overflow.class, Overflow.REFUSE);
    private static final Setting<Long> RETENTION =
            Setting.number("retention.messages", 1_000_000L, 1, Integer.MAX_VALUE);
    private static final Setting<Long> MAX_BATCHES =
            Setting.number("max.batches.in.flight", (long) Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
    private static final Setting<Duration> ACK_DELAY = Setting.duration("ack.delay", Duration.ZERO);
    private static final List<Setting<?>> ALL = List.of(SHAPE, OVERFLOW, RETENTION, MAX_BATCHES, ACK_DELAY);

    private final String name;
    private final Settings settings;
    private final MemoryBroker broker;
    private final Faults faults;
    private final MemoryAdmin admin;
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "waybill-memory");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<MemoryReceiver> receivers = ConcurrentHashMap.newKeySet();
    private final Set<MemorySender> senders = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connection = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private volatile boolean crashed;
    /** What this instance waits for before each of its calls, while it is frozen. */
    private volatile CountDownLatch frost = new CountDownLatch(0);

    private MemoryAdapter(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
        try {
            this.broker = MemoryBroker.acquire(
                    name, settings.get(SHAPE), Math.toIntExact(settings.get(RETENTION)), settings.get(OVERFLOW));
        } catch (MemoryException e) {
            throw new MessagingException(e.kind(), "Cannot open memory:" + name + ": " + e.getMessage(), e);
        }
        this.admin = new MemoryAdmin(this, broker);
        this.faults = new Faults(this);
    }

    /**
     * A broker of its own.
     *
     * @return a new adapter
     */
    public static MemoryAdapter create() {
        return create("");
    }

    /**
     * A broker that all adapters of this JVM with the same name share.
     *
     * @param name the broker's name
     * @return a new adapter
     */
    public static MemoryAdapter create(String name) {
        return new MemoryAdapter(name, Settings.defaults(ALL));
    }

    /** Makes adapters for {@code memory:} URIs. */
    public static final class Provider implements AdapterProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String scheme() {
            return "memory";
        }

        @Override
        public List<Setting<?>> settings() {
            return ALL;
        }

        @Override
        public Adapter create(ConnectionUri uri, Settings settings) {
            if (!uri.hosts().isEmpty()) {
                throw new MessagingException(
                        ErrorKind.INVALID, "A memory broker has no host. Use memory: or memory:name");
            }
            return new MemoryAdapter(uri.path(), settings);
        }
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String endpoint() {
        return "memory:" + name;
    }

    @Override
    public Capabilities capabilities() {
        Capabilities both = Capabilities.none()
                .with(Capability.GROUP_MEMBERSHIP, Support.EMULATED)
                .with(Capability.CONTROL_LOG, Support.NATIVE)
                .with(Capability.TOPIC_STORAGE, Support.NATIVE)
                .with(Capability.START_LATEST, Support.NATIVE);
        return broker.isQueue()
                ? both
                : both.with(Capability.START_FIRST, Support.NATIVE)
                        .with(Capability.START_TIME, Support.NATIVE)
                        .with(Capability.RESET_POSITIONS, Support.NATIVE);
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public void connect(Duration timeout) throws Exception {
        broker.checkUp();
    }

    @Override
    public Sender openSender(SenderOptions options) throws Exception {
        checkAlive();
        broker.checkUp();
        MemorySender sender = new MemorySender(this, broker);
        senders.add(sender);
        return sender;
    }

    @Override
    public Receiver openReceiver(ReceiverOptions options) throws Exception {
        checkAlive();
        for (String topic : options.topics()) {
            List<MemoryPartition> partitions = broker.topic(topic);
            if (broker.isQueue()) {
                MemoryGroup group = broker.group(options.group());
                partitions.forEach(partition -> group.start(partition.name(), partition.end()));
            }
        }
        MemoryReceiver receiver = (MemoryReceiver) MemoryReceiver.open(this, broker, options);
        receivers.add(receiver);
        return receiver;
    }

    @Override
    public AdminOperations admin() {
        return admin;
    }

    @Override
    public Optional<ControlLogs> controlLogs() {
        return Optional.of(new ControlLogs() {
            @Override
            public void create(String log) throws Exception {
                checkAlive();
                broker.checkUp();
                broker.logs.computeIfAbsent(log, l -> new MemoryLog());
            }

            @Override
            public void append(String log, byte[] record) throws Exception {
                find(log).append(record);
            }

            @Override
            public LogReader open(String log, boolean fromFirst) throws Exception {
                return find(log).open(fromFirst, MemoryAdapter.this);
            }

            private MemoryLog find(String log) throws MemoryException {
                checkAlive();
                broker.checkUp();
                MemoryLog found = broker.logs.get(log);
                if (found == null) {
                    throw new MemoryException(ErrorKind.NOT_FOUND, "Log '" + log + "' does not exist");
                }
                return found;
            }
        });
    }

    @Override
    public ErrorKind classify(Throwable failure) {
        return failure instanceof MemoryException known ? known.kind() : ErrorKind.INTERNAL;
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return type.isInstance(faults) ? Optional.of(type.cast(faults)) : Optional.empty();
    }

    @Override
    public void close() {
        if (closed.getAndIncrement() == 0) {
            senders.forEach(MemorySender::abandon);
            timer.shutdownNow();
            broker.release();
        }
    }

    void checkAlive() throws MemoryException {
        if (frost.getCount() > 0) { // else an interrupted caller, too, gets what it asked for
            awaitThaw();
        }
        if (crashed) {
            throw new MemoryException(ErrorKind.UNAVAILABLE, "This instance was told to crash");
        }
    }

    private void awaitThaw() throws MemoryException {
        try {
            frost.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MemoryException(ErrorKind.UNAVAILABLE, "Interrupted while this instance was frozen");
        }
    }

    void checkReachable() throws MemoryException {
        checkAlive();
        broker.checkUp();
    }

    /** Rises with every cut; what was opened before is dead. */
    int connection() {
        return connection.get();
    }

    int maxBatchesInFlight() {
        return Math.toIntExact(settings.get(MAX_BATCHES));
    }

    Duration ackDelay() {
        return settings.get(ACK_DELAY);
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    void closed(MemorySender sender) {
        senders.remove(sender);
    }

    void closed(MemoryReceiver receiver) {
        receivers.remove(receiver);
    }

    /**
     * What can be made to go wrong, for tests. Got by {@code waybill.unwrap(MemoryAdapter.Faults.class)}; all is well
     * until a method is called; safe for use by many threads. What concerns the broker concerns all its connections.
     */
    public static final class Faults {
        private static final Duration LAST_MOMENTS = Duration.ofMillis(5);

        private final MemoryAdapter adapter;
        private final MemoryBroker broker;

        private Faults(MemoryAdapter adapter) {
            this.adapter = adapter;
            this.broker = adapter.broker;
        }

        /** The broker is gone for everyone; what it holds is kept. */
        public void down() {
            broker.down = true;
            broker.outage.incrementAndGet();
        }

        /** As {@link #down}, and what the broker stored in the last moments it did not confirm. */
        public void kill() {
            broker.loseAcks = true;
            LockSupport.parkNanos(LAST_MOMENTS.toNanos());
            down();
            broker.loseAcks = false;
        }

        /** The broker is back. */
        public void up() {
            broker.down = false;
        }

        /** Cuts this connection once: receivers fail, lanes die, confirms on their way are lost. */
        public void cut() {
            adapter.connection.incrementAndGet();
            adapter.senders.forEach(MemorySender::abandon);
        }

        /**
         * The instance behind this connection dies, as the broker sees it: its partitions are free at once, and nothing
         * of it arrives any more. Its handlers go on, as those of a process that was only paused would.
         */
        public void crash() {
            adapter.crashed = true;
            adapter.frost.countDown();
            adapter.senders.forEach(MemorySender::abandon);
            adapter.receivers.forEach(MemoryReceiver::leave);
        }

        /**
         * The instance behind this connection is frozen, and its session is over: its partitions are free at once, and
         * whatever it asks of the broker waits until it is thawed or crashes, also its close. Its handlers go on.
         */
        public void freeze() {
            adapter.frost = new CountDownLatch(1);
            adapter.receivers.forEach(MemoryReceiver::leave);
        }

        /** A frozen instance goes on, where it was; what it owned it does not own any more, and hears of it. */
        public void thaw() {
            adapter.receivers.forEach(MemoryReceiver::comeBack);
            adapter.frost.countDown();
        }

        /**
         * Refuses sends.
         *
         * @param messages how many
         */
        public void refuse(int messages) {
            broker.refusals.set(messages);
        }

        /**
         * Refuses sends to a topic.
         *
         * @param topic the topic
         * @param denied whether to
         */
        public void deny(String topic, boolean denied) {
            if (denied) {
                broker.deniedTopics.add(topic);
            } else {
                broker.deniedTopics.remove(topic);
            }
        }

        /**
         * Stores what is sent and never says so.
         *
         * @param swallow whether to
         */
        public void swallowConfirms(boolean swallow) {
            broker.swallowAcks = swallow;
        }

        /**
         * Stores what is sent, and the confirm is lost with the connection.
         *
         * @param lose whether to
         */
        public void loseConfirms(boolean lose) {
            broker.loseAcks = lose;
        }

        /**
         * Fails settlements.
         *
         * @param times how many
         */
        public void failSettlements(int times) {
            broker.settleFailures.set(times);
        }

        /**
         * Delivers the last message of a batch twice.
         *
         * @param batches in how many
         */
        public void duplicate(int batches) {
            broker.duplicates.set(batches);
        }

        /**
         * Forgets all messages of a topic, read or not, as a broker's retention may.
         *
         * @param topic the topic
         */
        public void truncate(String topic) {
            broker.topics.getOrDefault(topic, List.of()).forEach(partition -> partition.truncate(partition.end()));
        }
    }
}
