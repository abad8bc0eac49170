package io.waybill.conformance;

import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.Handler;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Capability;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Support;
import io.waybill.message.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a test works with: connections, names of its own, faults, waiting. All of it ends with the test. */
final class Scene implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scene.class);
    /** Longer than the longest soak that may be asked for. */
    static final int SOAK_HOURS = 13;

    private static final Duration STAYS = Duration.ofMillis(800);
    private static final Duration CLOSE = Duration.ofSeconds(20);
    /** Beyond it a takeover is no part of the normal run. */
    private static final Duration SHORT = Duration.ofSeconds(20);

    private static final String RUN = "suite-" + UUID.randomUUID().toString().substring(0, 6) + "-";
    private static final AtomicInteger SCENES = new AtomicInteger();

    private final ConformanceTarget target;
    private final Duration patience;
    private final Duration soak;
    private final BiConsumer<String, String> report;
    private final LongSupplier seed;
    private final String prefix = RUN + SCENES.incrementAndGet() + "-";
    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private final List<CountDownLatch> gates = new ArrayList<>();
    private final List<UndoneFaults> faults = new ArrayList<>();
    private final List<TcpProxy> proxies = new ArrayList<>();
    private final Waybill waybill;
    private int names;

    /**
     * @param report takes what a report shall know of the test, see {@link Reported}
     * @param seed is asked if the test wants random choices, and tells them
     */
    Scene(
            ConformanceTarget target,
            Duration patience,
            Duration soak,
            BiConsumer<String, String> report,
            LongSupplier seed) {
        this.target = target;
        this.patience = patience;
        this.soak = soak;
        this.report = report;
        this.seed = seed;
        this.waybill = connect();
    }

    ConformanceTarget target() {
        return target;
    }

    /** How long a storm lasts that is a soak. */
    Duration soak() {
        return soak;
    }

    /** The connection of the test's own. */
    Waybill waybill() {
        return waybill;
    }

    /** Another connection, so another instance; with settings, each {@code name=value}. */
    Waybill connect(String... settings) {
        return closed(Waybill.connect(uri(settings)));
    }

    /** Another connection, through a proxy. */
    Waybill connect(ProxiedBroker way) {
        return closed(Waybill.connect(way.uri()));
    }

    String uri(String... settings) {
        return with(target.uri(), settings);
    }

    static String with(String uri, String... settings) {
        StringBuilder longer = new StringBuilder(uri);
        for (String setting : settings) {
            if (!setting.isEmpty()) {
                longer.append(longer.indexOf("?") < 0 ? '?' : '&').append(setting);
            }
        }
        return longer.toString();
    }

    /** Closes it when the test ends, before what was opened earlier. */
    <T extends AutoCloseable> T closed(T resource) {
        closing.push(resource);
        return resource;
    }

    String name(String what) {
        return prefix + what + "-" + ++names;
    }

    String topic(int partitions) {
        String topic = name("topic");
        waybill.admin().createTopic(topic, partitions);
        if (!can(Capability.TOPIC_STORAGE)) {
            waybill.admin()
                    .createGroup(name("holder"), topic); // else it refuses what the test sends before it subscribes
        }
        return topic;
    }

    /** The name of a group of the test's own; skips the test if the broker can have no consumers. */
    String group() {
        require(Capability.GROUP_MEMBERSHIP);
        return name("group");
    }

    Producer producer() {
        return waybill.producer(name("producer")).open();
    }

    /** Subscribes, and returns when the consumer owns all partitions. */
    Consumer open(Consumer.Builder builder, String topic, Handler handler) {
        return owning(builder.subscribe(topic, handler), topic);
    }

    Inbox inbox() {
        return new Inbox(this);
    }

    /** Returns when the consumer owns all partitions; it is closed when the test ends. */
    Consumer owning(Consumer consumer, String topic) {
        closed(consumer);
        int partitions = waybill.admin().describeTopic(topic).orElseThrow().partitions();
        eventually(
                "the consumer owns all partitions", () -> consumer.assignment().size() == partitions);
        return consumer;
    }

    /** A consumer of a new group that owns all partitions. */
    Consumer open(String topic, Handler handler) {
        return open(waybill.consumer(group()), topic, handler);
    }

    static Message message(String topic, String key, String text) {
        return Message.to(topic).key(key).text(text).build();
    }

    /** Sends numbers as texts, with so many keys in turn, and waits for the receipts. */
    static void sendNumbers(Producer producer, String topic, int from, int to, int keys) {
        CompletableFuture<?>[] sent = IntStream.range(from, to)
                .mapToObj(i -> producer.sendAsync(message(topic, "k" + i % keys, Integer.toString(i))))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(sent).join();
    }

    /** A new folder, which is deleted when the test ends. */
    Path folder() throws IOException {
        Path folder = Files.createTempDirectory("waybill");
        closing.push(() -> {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        });
        return folder;
    }

    /** A latch to hold handlers with; it opens at the end of the test, so that no handler is stuck for ever. */
    CountDownLatch gate() {
        CountDownLatch gate = new CountDownLatch(1);
        gates.add(gate);
        return gate;
    }

    /** An instance that can be killed and frozen; it ends with the test. Skips the test if it cannot be frozen. */
    KillableConsumer freezable(String group, String topic) throws Exception {
        Assumptions.assumeTrue(target.freezes(), () -> target.name() + " gives no way to freeze an instance");
        return killable(group, topic);
    }

    /** An instance that can be killed; it ends with the test. */
    KillableConsumer killable(String group, String topic) throws Exception {
        return reporting(closed(target.startConsumer(group, topic)));
    }

    /** The same, and it looks for losses. */
    KillableConsumer killable(String group, String topic, Path state) throws Exception {
        return reporting(closed(target.startVerifyingConsumer(group, topic, state)));
    }

    private KillableConsumer reporting(KillableConsumer consumer) {
        return new KillableConsumer() {
            private boolean killed;

            @Override
            public List<String> begun() {
                return consumer.begun();
            }

            @Override
            public List<String> found() {
                return consumer.found();
            }

            @Override
            public void release() {
                consumer.release();
            }

            @Override
            public void freeze() throws Exception {
                report.accept(Reported.FAULT, "consumer frozen");
                consumer.freeze();
            }

            @Override
            public void thaw() throws Exception {
                consumer.thaw();
            }

            @Override
            public void kill() {
                if (!killed) {
                    killed = true;
                    report.accept(Reported.FAULT, "consumer killed");
                }
                consumer.kill();
            }
        };
    }

    /** Skips the test where partitions of an instance that fell silent are taken over so late that it is no part of the normal run. */
    void requireQuickTakeover() {
        Assumptions.assumeTrue(
                takeoverIsQuick(),
                () -> "On " + target.name() + " it takes up to " + target.takeover() + ": among the soak tests");
    }

    /** Skips the test where {@link #requireQuickTakeover} does not. */
    void requireSlowTakeover() {
        Assumptions.assumeFalse(takeoverIsQuick(), () -> "On " + target.name() + " it is in the normal run");
    }

    /** Whether what waits for the partitions of a killed instance may be in the normal run. */
    boolean takeoverIsQuick() {
        return target.takeover().compareTo(SHORT) <= 0;
    }

    /** What can be done to the broker; skips the test if nothing can. It is undone when the test ends. */
    BrokerFaults faults() {
        Optional<BrokerFaults> given = target.faults();
        Assumptions.assumeTrue(given.isPresent(), () -> target.name() + " gives no way to kill or pause its broker");
        UndoneFaults undone = new UndoneFaults(given.orElseThrow(), report);
        faults.add(undone);
        return undone;
    }

    /** A way through a proxy; skips the test if there is none. The proxy heals when the test ends, and is closed at last. */
    ProxiedBroker proxied() throws Exception {
        Optional<ProxiedBroker> given = target.proxied();
        Assumptions.assumeTrue(given.isPresent(), () -> target.name() + " gives no way through a proxy");
        ProxiedBroker way = closed(given.orElseThrow());
        proxies.add(way.proxy());
        report.accept(Reported.FAULT, "network broken");
        return way;
    }

    /** Random choices that can be repeated: the seed is reported, and a failure names it. */
    Random random() {
        return new Random(seed.getAsLong());
    }

    boolean can(Capability capability) {
        return waybill.capabilities().of(capability) != Support.UNSUPPORTED;
    }

    /** Skips the test if the broker cannot do this; that it is refused then is a test of its own. */
    void require(Capability capability) {
        if (!can(capability)) {
            throw new MissingCapability(target.name(), capability);
        }
    }

    /** Whether members own so many partitions together, and each of them one alone. */
    static boolean ownedOnce(int partitions, List<Consumer> members) {
        Set<TopicPartition> owned = new HashSet<>();
        int sum = 0;
        for (Consumer member : members) {
            Set<TopicPartition> share = member.assignment();
            owned.addAll(share);
            sum += share.size();
        }
        return sum == partitions && owned.size() == partitions;
    }

    /** The same, and nobody has two more than another. */
    static boolean shared(int partitions, List<Consumer> members) {
        IntSummaryStatistics shares =
                members.stream().mapToInt(member -> member.assignment().size()).summaryStatistics();
        return ownedOnce(partitions, members) && shares.getMax() - shares.getMin() <= 1;
    }

    /** Comes true before the patience for what must come is over. */
    void eventually(String what, Callable<Boolean> condition) {
        within(patience, what, condition);
    }

    static void within(Duration longest, String what, Callable<Boolean> condition) {
        await(what).atMost(longest).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    /** Holds now and for a while. */
    static void stays(String what, Callable<Boolean> condition) {
        await(what)
                .pollInterval(Duration.ofMillis(50))
                .during(STAYS)
                .atMost(STAYS.plusSeconds(5))
                .failFast(what + " holds no more", () -> !condition.call())
                .until(condition);
    }

    @Override
    public void close() {
        gates.forEach(CountDownLatch::countDown);
        faults.forEach(UndoneFaults::undo);
        proxies.forEach(TcpProxy::heal);
        while (closing.size() > 1) {
            close(closing.pop());
        }
        clean();
        waybill.close(CLOSE);
    }

    private static void close(AutoCloseable resource) {
        try {
            if (resource instanceof Waybill connection) {
                var unused = connection.close(CLOSE);
            } else {
                resource.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("Cannot end " + resource, e);
        }
    }

    private static final class UndoneFaults implements BrokerFaults {
        private final BrokerFaults faults;
        private final BiConsumer<String, String> report;
        private boolean killed;
        private boolean paused;

        UndoneFaults(BrokerFaults faults, BiConsumer<String, String> report) {
            this.faults = faults;
            this.report = report;
        }

        @Override
        public void kill() throws Exception {
            report.accept(Reported.FAULT, "broker killed");
            faults.kill();
            killed = true;
        }

        @Override
        public void start() throws Exception {
            faults.start();
            killed = false;
        }

        @Override
        public void pause() throws Exception {
            report.accept(Reported.FAULT, "broker paused");
            faults.pause();
            paused = true;
        }

        @Override
        public void resume() throws Exception {
            faults.resume();
            paused = false;
        }

        void undo() {
            try {
                if (paused) {
                    resume();
                }
                if (killed) {
                    start();
                }
            } catch (Exception e) {
                throw new IllegalStateException("The broker cannot be brought back", e);
            }
        }
    }

    /** Leaves no names behind on a broker that may be somebody's; a broker that was harmed may refuse this. */
    private void clean() {
        try {
            waybill.admin().topics().stream()
                    .filter(topic -> topic.startsWith(prefix))
                    .forEach(waybill.admin()::deleteTopic);
            waybill.admin().groups().stream()
                    .filter(group -> group.startsWith(prefix))
                    .forEach(waybill.admin()::deleteGroup);
        } catch (MessagingException e) {
            LOG.warn("Topics or groups that start with {} are left on the broker: {}", prefix, e.getMessage());
        }
    }
}
