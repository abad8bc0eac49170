package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Handler;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Delivery;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Instances that come and go all the time, under load. The long forms are tagged {@code soak}, and last as long as asked for. */
@SharedChapter
@DisplayName("Storms")
class StormConformance {
    private static final int PARTITIONS = 8;
    private static final int SHAKEN_PARTITIONS = 4;
    /** The least time between two sends. */
    private static final Duration PACE = Duration.ofNanos(500_000);

    /** What the inbox of a long storm has room for: its sends are further apart. */
    private static final int MOST_MESSAGES = 120_000;

    private static final int KEYS = 200;
    private static final int MOST_INSTANCES = 4;
    private static final Duration GRACEFUL = Duration.ofSeconds(5);

    /** Sends numbers until it is closed. */
    private static final class Load implements AutoCloseable {
        private final Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        private final Set<String> texts = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean enough = new AtomicBoolean();
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Future<?> sending;

        Load(Scene scene, String topic, Duration pace) {
            Producer producer = scene.producer();
            sending = thread.submit(() -> {
                for (int i = 0; !enough.get(); i++) {
                    String text = Integer.toString(i);
                    acknowledged.add(producer.send(Scene.message(topic, "k" + i % KEYS, text))
                            .id());
                    texts.add(text);
                    LockSupport.parkNanos(pace.toNanos());
                }
            });
            thread.shutdown();
        }

        @Override
        public void close() {
            enough.set(true);
            try {
                sending.get();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException("The load failed", e);
            }
        }
    }

    private static Consumer join(Scene scene, String group, String topic, Handler handler) {
        return scene.connect().consumer(group).session(scene.target().session()).subscribe(topic, handler);
    }

    private static Duration pace(Duration storm) {
        Duration slowEnough = storm.dividedBy(MOST_MESSAGES);
        return slowEnough.compareTo(PACE) < 0 ? PACE : slowEnough;
    }

    private static void storm(Scene scene, Duration duration) throws Exception {
        String topic = scene.topic(PARTITIONS);
        String group = scene.group();
        Inbox inbox = scene.inbox();
        Handler handler = delivery -> {
            LockSupport.parkNanos(100_000);
            inbox.handle(delivery);
        };
        Deque<Waybill> free = new ArrayDeque<>();
        for (int i = 0; i < MOST_INSTANCES; i++) {
            free.add(scene.connect());
        }
        List<Waybill> used = new ArrayList<>(); // those of the members, in their order
        List<Consumer> members = new ArrayList<>();
        Runnable joining = () -> {
            Waybill connection = free.remove();
            Consumer member =
                    connection.consumer(group).session(scene.target().session()).subscribe(topic, handler);
            used.add(connection);
            members.add(member);
        };
        joining.run();
        scene.eventually("one owns all", () -> Scene.ownedOnce(PARTITIONS, members));
        Random random = scene.random();
        Load load = new Load(scene, topic, pace(duration));
        try (load) {
            long end = System.nanoTime() + duration.toNanos();
            while (System.nanoTime() - end < 0) {
                long next = System.nanoTime() + 1_000_000_000;
                if (members.size() == 1 || (members.size() < MOST_INSTANCES && random.nextBoolean())) {
                    joining.run();
                } else {
                    // Clean or not: who leaves in the middle of another's joining may find the broker unwilling to
                    // settle, and
                    // then what it finished comes again.
                    int leaving = random.nextInt(members.size());
                    var unused = members.remove(leaving).close(Duration.ofSeconds(20));
                    free.add(used.remove(leaving));
                }
                LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
            }
            Scene.within(GRACEFUL, "all are owned after the storm", () -> Scene.ownedOnce(PARTITIONS, members));
        }
        assertThat(load.acknowledged).hasSizeGreaterThan(100);
        inbox.awaitIds(load.acknowledged);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName(
            "C2 C5 C9 an instance joins or leaves every second: nothing is skipped, no key is out of order, all owned")
    void instancesComeAndGo(Scene scene) throws Exception {
        storm(scene, Duration.ofSeconds(8));
    }

    /** A group whose one member stays while another comes and goes, with handlers under way in both. */
    private static final class Shaken {
        private final Scene scene;
        private final String topic;
        private final String group;
        private final Duration pace;
        private final Inbox inbox;
        private final Consumer stays;
        private final Waybill visitors;

        Shaken(Scene scene, String topic, Duration pace) {
            this.scene = scene;
            this.topic = topic;
            this.group = scene.group();
            this.pace = pace;
            this.inbox = scene.inbox();
            this.stays = scene.closed(join(scene.connect(), this::handle));
            this.visitors = scene.connect();
        }

        private Consumer join(Waybill connection, Handler handler) {
            return connection
                    .consumer(group)
                    .session(scene.target().session())
                    .concurrency(8)
                    .subscribe(topic, handler);
        }

        private void handle(Delivery delivery) {
            LockSupport.parkNanos(2 * pace.toNanos()); // so that one is nearly always under way
            inbox.handle(delivery);
        }

        /** One comes, takes over a share and handles some of it, and goes: two changes of ownership. */
        void shake() {
            scene.eventually("who stays owns all", () -> stays.assignment().size() == SHAKEN_PARTITIONS);
            AtomicInteger handled = new AtomicInteger();
            Consumer visitor = join(visitors, delivery -> {
                handled.incrementAndGet();
                handle(delivery);
            });
            scene.eventually("the visitor handles something", () -> handled.get() > 0);
            var unused = visitor.close(Duration.ofSeconds(20));
        }
    }

    /** Forces changes of ownership in several groups at once, since members wait for each other. */
    private static void rebalances(Scene scene, int groups, int visits, Duration pace) throws Exception {
        String topic = scene.topic(SHAKEN_PARTITIONS);
        List<Shaken> shaken = new ArrayList<>();
        for (int i = 0; i < groups; i++) {
            shaken.add(new Shaken(scene, topic, pace));
        }
        ExecutorService shakers = Executors.newFixedThreadPool(groups);
        Load load = new Load(scene, topic, pace);
        try (load) {
            List<Future<?>> shaking = new ArrayList<>();
            for (Shaken one : shaken) {
                shaking.add(shakers.submit(() -> {
                    for (int i = 0; i < visits; i++) {
                        one.shake();
                    }
                }));
            }
            shakers.shutdown();
            for (Future<?> one : shaking) {
                one.get();
            }
        }
        assertThat(load.acknowledged).hasSizeGreaterThan(100);
        for (Shaken one : shaken) {
            one.inbox.awaitIds(load.acknowledged);
            one.inbox.assertOrderOfKeys();
        }
    }

    @Test
    @DisplayName(
            "C1 C2 C5 100 forced changes of ownership with work under way: no commit runs ahead, nothing is skipped")
    void aHundredRebalances(Scene scene) throws Exception {
        rebalances(scene, 5, 10, PACE);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    @DisplayName("C1 C2 C5 10,000 forced changes of ownership with work under way")
    void tenThousandRebalances(Scene scene) throws Exception {
        rebalances(scene, 10, 500, Duration.ofMillis(10)); // slower, or the inboxes would not fit the heap
    }

    @Test
    @Tag("soak")
    @Timeout(value = Scene.SOAK_HOURS, unit = TimeUnit.HOURS)
    @DisplayName("C2 C5 C9 an instance joins or leaves every second, for long")
    void instancesComeAndGoForLong(Scene scene) throws Exception {
        storm(scene, scene.soak());
    }

    @Test
    @Tag("soak")
    @Timeout(value = Scene.SOAK_HOURS, unit = TimeUnit.HOURS)
    @DisplayName(
            "C1 C9 an instance is killed every five seconds, for long: nothing is skipped, all owned within the bound")
    void instancesAreKilled(Scene scene) throws Exception {
        String topic = scene.topic(PARTITIONS);
        String group = scene.group();
        Inbox inbox = scene.inbox();
        List<Consumer> survivors = new ArrayList<>();
        survivors.add(join(scene, group, topic, inbox));
        scene.eventually("one owns all", () -> Scene.ownedOnce(PARTITIONS, survivors));
        survivors.add(join(scene, group, topic, inbox));
        List<KillableConsumer> victims = new ArrayList<>();
        Set<String> begun = new HashSet<>();
        Load load = new Load(scene, topic, pace(scene.soak()));
        try (load) {
            long end = System.nanoTime() + scene.soak().toNanos();
            while (System.nanoTime() - end < 0) {
                long next = System.nanoTime() + 5_000_000_000L;
                if (victims.size() == 2) {
                    KillableConsumer victim = victims.remove(0);
                    victim.kill();
                    begun.addAll(victim.begun());
                }
                victims.add(scene.killable(group, topic));
                LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
            }
            for (KillableConsumer victim : victims) {
                victim.kill();
                begun.addAll(victim.begun());
            }
            Scene.within(
                    scene.target().takeover(), "the survivors own all", () -> Scene.ownedOnce(PARTITIONS, survivors));
        }
        scene.eventually("all that was sent was begun by somebody", () -> {
            Set<String> seen = new HashSet<>(begun);
            seen.addAll(inbox.texts());
            return seen.containsAll(load.texts);
        });
    }
}
