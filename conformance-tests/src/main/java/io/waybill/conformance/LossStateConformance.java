package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.conformance.FaultInjector.Fault;
import io.waybill.ledger.VerifierState;
import io.waybill.message.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a group has seen goes with the partition, from owner to owner. */
@SharedChapter
@DisplayName("Loss detection from owner to owner")
class LossStateConformance {
    private static boolean isKept(Watch watch) throws Exception {
        TopicPartition partition = new TopicPartition(watch.topic(), 0);
        return watch.state().load(watch.group(), List.of(partition)).containsKey(partition);
    }

    @Test
    @DisplayName("W5 C1 what the broker delivers again is no duplicate")
    void whatComesAgain(Scene scene) {
        Watch watch = new Watch(scene, 1);
        CountDownLatch arrived = new CountDownLatch(21);
        CountDownLatch gate = scene.gate();
        Consumer first =
                scene.open(watch.consumer().interceptLane(delivery -> arrived.countDown()), watch.topic(), delivery -> {
                    if (delivery.message().text().equals("first")) {
                        arrived.await();
                    } else {
                        gate.await();
                    }
                });
        Producer producer = watch.producer(scene.name("producer"));
        producer.send(Scene.message(watch.topic(), "alone", "first"));
        watch.send(producer, 20);
        scene.eventually("what was seen is safe", () -> isKept(watch));
        assertThat(first.close(Duration.ofSeconds(1)).clean())
                .as("the close is clean, though handlers run")
                .isFalse();
        var unused = watch.open();
        watch.inbox().awaitMessages(20);
        watch.assertTold();
    }

    @Test
    @DisplayName("W4 W5 what is lost while nobody consumes is told by the next owner")
    void lostBetweenOwners(Scene scene) {
        Watch watch = new Watch(scene, 1);
        Producer producer = watch.producer(scene.name("producer"));
        Consumer first = watch.open();
        watch.send(producer, 50);
        watch.inbox().awaitMessages(50);
        assertThat(first.close(Duration.ofSeconds(10)).clean())
                .as("the close is clean")
                .isTrue();
        watch.injector().inject(watch.topic(), Fault.LOSE, sent -> sent.number() > 50 && sent.number() <= 60);
        watch.send(producer, 30);
        var unused = watch.open();
        watch.assertTold();
    }

    @Test
    @DisplayName("W3 W5 a loss that was told is not told again by the next owner")
    void toldOnce(Scene scene) {
        Watch watch = new Watch(scene, 1);
        Producer producer = watch.producer(scene.name("producer"));
        Consumer first = watch.open();
        watch.injector().inject(watch.topic(), Fault.LOSE, 0, 5);
        watch.send(producer, 10);
        scene.eventually("it is told", () -> !watch.told().isEmpty());
        first.close();
        var unused = watch.open();
        watch.send(producer, 10);
        watch.assertTold();
    }

    private static void killed(Scene scene) throws Exception {
        Path folder = scene.folder();
        Watch watch = new Watch(scene, 2);
        watch.keepIn(VerifierState.files(folder));
        scene.waybill().admin().createGroup(watch.group(), watch.topic()); // what is sent is held for it until it comes
        Producer producer = watch.producer(scene.name("producer"));
        KillableConsumer victim = scene.killable(watch.group(), watch.topic(), folder);
        var unused = producer.send(Scene.message(watch.topic(), "stuck", KillableConsumer.STUCK));
        watch.send(producer, 300);
        scene.eventually("some are handled", () -> victim.begun().size() > 200);
        watch.send(producer, 300);
        victim.kill();
        Consumer next = watch.join();
        Scene.within(
                scene.target().takeover().plusSeconds(5),
                "all are owned",
                () -> next.assignment().size() == 2);
        watch.send(producer, 100);
        assertThat(victim.found()).as("what the victim told").isEmpty();
        watch.inbox().awaitMessages(100);
        watch.assertTold();
    }

    @Test
    @DisplayName(
            "W5 C1 a consumer is killed at its work: the next one, in another process, tells nothing but a loss that follows")
    void killedAtItsWork(Scene scene) throws Exception {
        scene.requireQuickTakeover();
        killed(scene);
    }

    @Test
    @Tag("soak")
    @DisplayName("W5 C1 a consumer is killed at its work, where others take over late")
    void killedAtItsWorkForLong(Scene scene) throws Exception {
        scene.requireSlowTakeover();
        killed(scene);
    }

    /** A state that is away now and then, and one that shows what it kept before. */
    private static final class Unreliable implements VerifierState {
        private final VerifierState store = VerifierState.memory();
        private final AtomicBoolean showsOld = new AtomicBoolean();
        private volatile boolean away;
        private volatile Map<TopicPartition, Row> old = Map.of();

        void keepForLater(Watch watch) throws Exception {
            old = store.load(watch.group(), List.of(new TopicPartition(watch.topic(), 0)));
        }

        @Override
        public Map<TopicPartition, Row> load(String group, Collection<TopicPartition> partitions) throws Exception {
            check();
            return showsOld.compareAndSet(true, false) ? old : store.load(group, partitions);
        }

        @Override
        public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception {
            check();
            return store.save(group, rows);
        }

        private void check() throws IOException {
            if (away) {
                throw new IOException("away");
            }
        }
    }

    @Test
    @DisplayName("W5 C1 what the state does not know is not acknowledged, and comes again")
    void theStateIsAway(Scene scene) {
        Watch watch = new Watch(scene, 1);
        Unreliable unreliable = new Unreliable();
        watch.keepIn(unreliable);
        Consumer first = watch.open();
        unreliable.away = true;
        Producer producer = watch.producer(scene.name("producer"));
        watch.send(producer, 20);
        watch.inbox().awaitMessages(20);
        assertThat(first.close(Duration.ofSeconds(2)).unsettled())
                .as("what is handled and not acknowledged")
                .isPositive();
        unreliable.away = false;
        var unused = watch.open();
        scene.eventually(
                "what was not acknowledged comes again",
                () -> watch.inbox().all().size() == 40);
        watch.assertTold();
    }

    @Test
    @DisplayName("W5 C5 an owner that began with old books takes over what another has written meanwhile")
    void anOwnerWithOldBooks(Scene scene) throws Exception {
        Watch watch = new Watch(scene, 1);
        Unreliable unreliable = new Unreliable();
        watch.keepIn(unreliable);
        Producer producer = watch.producer(scene.name("producer"));
        Consumer first = watch.open();
        watch.send(producer, 20);
        watch.inbox().awaitMessages(20);
        scene.eventually("what was seen is safe", () -> isKept(watch));
        unreliable.keepForLater(watch);
        watch.send(producer, 20);
        watch.inbox().awaitMessages(40);
        assertThat(first.close(Duration.ofSeconds(10)).clean())
                .as("the close is clean")
                .isTrue();
        unreliable.showsOld.set(true);
        var unused = watch.open();
        watch.send(producer, 20);
        watch.inbox().awaitMessages(60);
        watch.assertTold();
    }
}
