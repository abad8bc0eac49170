package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Handler;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import io.waybill.message.RetryPolicy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
import java.util.concurrent.locks.LockSupport;
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
        private final Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean enough = new AtomicBoolean();
        private final List<Future<?>> sending = new ArrayList<>();

        Load(Scene scene, Watch watch, Duration pace) {
            String name = scene.name("producer");
            ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS);
            for (int i = 0; i < PRODUCERS; i++) {
                int instance = i;
                sending.add(threads.submit(() -> {
                    while (!enough.get()) {
                        try (Producer producer = watch.producer(name)) {
                            live(watch, producer, instance, pace);
                        }
                    }
                }));
            }
            threads.shutdown();
        }

        private void live(Watch watch, Producer producer, int instance, Duration pace) {
            for (int i = 0; i < LIFE && !enough.get(); i++) {
                Message message = Scene.message(watch.topic(), "k" + i % 50, instance + " of " + PRODUCERS + ": " + i);
                acknowledged.add(producer.send(message).id());
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

    /** On a broker with a network a minute, elsewhere less. */
    private static void storm(Scene scene) throws Exception {
        Optional<ProxiedBroker> way = way(scene);
        storm(scene, way, way.isPresent() ? MINUTE : SHORT);
    }

    private static Optional<ProxiedBroker> way(Scene scene) throws Exception {
        Optional<ProxiedBroker> way = scene.target().proxied();
        way.ifPresent(scene::closed);
        return way;
    }

    private static void storm(Scene scene, Optional<ProxiedBroker> way, Duration duration) throws Exception {
        Watch watch = new Watch(scene, PARTITIONS);
        Random random = scene.random();
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
                } else {
                    members.change();
                }
                LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
            }
        }
        scene.eventually("all are owned after the storm", members::ownAll);
        assertThat(load.acknowledged).hasSizeGreaterThan(100);
        watch.inbox().awaitIds(load.acknowledged);
        watch.assertTold();
    }

    @Test
    @DisplayName(
            "W5 W4 instances come and go, the network breaks, producers start anew, handlers fail: nothing is told, and then a loss is")
    void aStorm(Scene scene) throws Exception {
        storm(scene);
    }

    @Test
    @Tag("soak")
    @Timeout(value = Scene.SOAK_HOURS, unit = TimeUnit.HOURS)
    @DisplayName("W5 W4 the same for long: nothing is told, and then a loss is")
    void aLongStorm(Scene scene) throws Exception {
        storm(scene, way(scene), scene.soak());
    }
}
