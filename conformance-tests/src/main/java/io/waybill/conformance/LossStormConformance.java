package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Handler;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.ledger.VerifierState;
import io.waybill.message.Message;
import io.waybill.message.RetryPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All that raises no alarm, at random and at once; then one message is lost. The long form is tagged {@code soak}. */
@SharedChapter
@DisplayName("Loss detection in storms")
class LossStormConformance {
    private static final int PARTITIONS = 4;
    private static final int MOST_INSTANCES = 3;
    private static final int PRODUCERS = 2;
    /** How many messages one life of a producer has. */
    private static final int LIFE = 1_000;

    private static final Duration PACE = Duration.ofMillis(2);
    /** What the inbox has room for. */
    private static final int MOST_MESSAGES = 120_000;

    private static final Duration SHORT = Duration.ofSeconds(15);
    private static final Duration MINUTE = Duration.ofSeconds(60);

    /** Instances of one name that send until they are closed, and start anew now and then. */
    private static final class Load implements AutoCloseable {
        /** And what is in them, which no other has. */
        private final Map<UUID, String> acknowledged = new ConcurrentHashMap<>();

        private final AtomicInteger lives = new AtomicInteger();
        private final AtomicBoolean enough = new AtomicBoolean();
        private final List<Future<?>> sending = new ArrayList<>();

        Load(Scene scene, Watch watch, Duration pace) {
            String name = scene.name("producer");
            ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS);
            for (int i = 0; i < PRODUCERS; i++) {
                sending.add(threads.submit(() -> {
                    while (!enough.get()) {
                        try (Producer producer = watch.producer(name)) {
                            live(watch, producer, lives.incrementAndGet(), pace);
                        }
                    }
                }));
            }
            threads.shutdown();
        }

        private void live(Watch watch, Producer producer, int life, Duration pace) {
            for (int i = 0; i < LIFE && !enough.get(); i++) {
                Message message = Scene.message(watch.topic(), "k" + i % 50, "life " + life + ": " + i);
                acknowledged.put(producer.send(message).id(), message.text());
                LockSupport.parkNanos(pace.toNanos());
            }
        }

        @Override
        public void close() {
            enough.set(true);
            for (Future<?> one : sending) {
                try {
                    one.get();
                } catch (InterruptedException | ExecutionException e) {
                    throw new IllegalStateException("The load failed", e);
                }
            }
        }
    }

    /** The members of the group: one that stays, behind a network that breaks if there is one, and others that come and go. */
    private static final class Members {
        private final Watch watch;
        private final Handler handler;
        private final Random random;
        private final Deque<Waybill> free = new ArrayDeque<>();
        private final List<Waybill> used = new ArrayList<>();
        private final List<Consumer> all = new ArrayList<>();

        Members(Scene scene, Watch watch, Waybill stays, Random random) {
            this.watch = watch;
            this.random = random;
            this.handler = delivery -> {
                if (delivery.attempt() == 1 && delivery.message().text().endsWith("77")) {
                    throw new IllegalStateException("not now");
                }
                watch.inbox().handle(delivery);
            };
            for (int i = 1; i < MOST_INSTANCES; i++) {
                free.add(scene.connect());
            }
            join(stays);
        }

        private void join(Waybill instance) {
            used.add(instance);
            all.add(watch.consumer(instance, watch.group())
                    .retry(RetryPolicy.attempts(3).backoff(Duration.ofMillis(1), Duration.ofMillis(5)))
                    .subscribe(watch.topic(), handler));
        }

        /** One joins, or one leaves. */
        void change() {
            if (all.size() == 1 || (!free.isEmpty() && random.nextBoolean())) {
                join(free.remove());
            } else {
                int leaving = 1 + random.nextInt(all.size() - 1);
                var unused = all.remove(leaving).close(Duration.ofSeconds(20));
                free.add(used.remove(leaving));
            }
        }

        boolean ownAll() {
            return Scene.ownedOnce(PARTITIONS, all);
        }
    }

    /** Members of the group in processes of their own: one after the other comes, works, and is killed. */
    private static final class Victims {
        private final Scene scene;
        private final Watch watch;
        private final Path folder;
        private final List<KillableConsumer> all = new ArrayList<>();
        private boolean alive;

        Victims(Scene scene, Watch watch, Path folder) {
            this.scene = scene;
            this.watch = watch;
            this.folder = folder;
        }

        /** One comes, or the one that is there is killed. */
        void change() throws Exception {
            if (alive) {
                kill();
            } else {
                all.add(scene.killable(watch.group(), watch.topic(), folder));
                alive = true;
            }
        }

        void kill() {
            if (alive) {
                all.get(all.size() - 1).kill();
                alive = false;
            }
        }

        /** What they handled. */
        Set<String> handled() {
            return all.stream().flatMap(victim -> victim.begun().stream()).collect(Collectors.toSet());
        }

        List<String> found() {
            return all.stream().flatMap(victim -> victim.found().stream()).toList();
        }
    }

    /** On a broker with a network a minute, elsewhere less. */
    private static void storm(Scene scene) throws Exception {
        Optional<ProxiedBroker> way = way(scene);
        storm(scene, way, way.isPresent() ? MINUTE : SHORT, scene.takeoverIsQuick());
    }

    private static Optional<ProxiedBroker> way(Scene scene) throws Exception {
        Optional<ProxiedBroker> way = scene.target().proxied();
        way.ifPresent(scene::closed);
        return way;
    }

    /** @param kills whether there is time for the partitions of killed instances to find other owners */
    private static void storm(Scene scene, Optional<ProxiedBroker> way, Duration duration, boolean kills)
            throws Exception {
        Watch watch = new Watch(scene, PARTITIONS);
        Path folder = scene.folder();
        watch.keepIn(VerifierState.files(folder));
        Random random = scene.random();
        Victims victims = new Victims(scene, watch, folder);
        Waybill stays = way.isPresent() ? scene.connect(way.get()) : scene.connect();
        Members members = new Members(scene, watch, stays, random);
        scene.eventually("one owns all", members::ownAll);
        Duration slowEnough = duration.multipliedBy(PRODUCERS).dividedBy(MOST_MESSAGES);
        Load load = new Load(scene, watch, slowEnough.compareTo(PACE) < 0 ? PACE : slowEnough);
        try (load) {
            long end = System.nanoTime() + duration.toNanos();
            while (System.nanoTime() - end < 0) {
                long next = System.nanoTime() + 1_500_000_000;
                if (way.isPresent() && random.nextInt(4) == 0) {
                    way.get().proxy().cut();
                } else if (kills && random.nextInt(4) == 0) {
                    victims.change();
                } else {
                    members.change();
                }
                LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
            }
        }
        victims.kill();
        Scene.within(scene.target().takeover().plusSeconds(30), "all are owned after the storm", members::ownAll);
        load.acknowledged.values().removeAll(victims.handled());
        assertThat(load.acknowledged).hasSizeGreaterThan(100);
        watch.inbox().awaitIds(load.acknowledged.keySet());
        assertThat(victims.found()).as("what the killed ones told").isEmpty();
        watch.assertTold();
    }

    @Test
    @DisplayName(
            "W5 W4 instances come, go and are killed, the network breaks, producers start anew, handlers fail: nothing is told, and then a loss is")
    void aStorm(Scene scene) throws Exception {
        storm(scene);
    }

    @Test
    @Tag("soak")
    @Timeout(value = Scene.SOAK_HOURS, unit = TimeUnit.HOURS)
    @DisplayName("W5 W4 the same for long: nothing is told, and then a loss is")
    void aLongStorm(Scene scene) throws Exception {
        storm(scene, way(scene), scene.soak(), true);
    }
}
