package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.Consumer;
import io.waybill.Waybill;
import io.waybill.conformance.TcpProxy.Direction;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.State;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
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

/** The network between client and broker breaks, falls silent, loses, or dawdles; the broker is well. */
@SharedChapter
@DisplayName("Faults of the network")
class NetworkConformance {
    private static final int PARTITIONS = 4;
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(3);
    /** Rounds of sends whose history a long test has room for. */
    private static final int MOST_SENDS = 12_000;

    /** Long enough for what was handed over to be on the wire. */
    private static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Test
    @DisplayName(
            "S2 S4 C15 responses are held back: every send ends in time and none with a receipt; late responses change nothing")
    void responsesHeldBack(Scene scene) throws Exception {
        ProxiedBroker way = scene.proxied();
        String topic = scene.topic(PARTITIONS);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        History history = new History(scene, scene.connect(way), SEND_TIMEOUT, topic);
        history.recover();
        for (boolean late : List.of(true, false)) {
            int before = history.acknowledged().size();
            int unknown = history.unknown().size();
            way.proxy().hold(Direction.TO_CLIENT);
            history.send(50);
            history.awaitEnds();
            assertThat(history.acknowledged())
                    .as("receipts though no response came")
                    .hasSize(before);
            assertThat(history.unknown()).as("sends of unknown outcome").hasSizeGreaterThan(unknown);
            if (!late) {
                way.proxy().cut();
            }
            way.proxy().heal();
            history.recover();
        }
        history.assertKept(inbox);
    }

    @Test
    @DisplayName("S1 S2 S4 responses are lost and the connection breaks: no receipt is false, and no failure is")
    void responsesLost(Scene scene) throws Exception {
        lose(scene, Direction.TO_CLIENT);
    }

    @Test
    @DisplayName(
            "S1 S2 S4 what is sent vanishes, then the connection breaks and recovers: unknown, or a receipt that is true")
    void sendsVanish(Scene scene) throws Exception {
        lose(scene, Direction.TO_BROKER);
    }

    /** After each loss much is sent at once: its confirms have the numbers of what was lost, if numbers start anew. */
    private static void lose(Scene scene, Direction direction) throws Exception {
        ProxiedBroker way = scene.proxied();
        String topic = scene.topic(PARTITIONS);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        History history = new History(scene, scene.connect(way), SEND_TIMEOUT, topic);
        history.recover();
        for (int round = 0; round < 3; round++) {
            long lost = way.proxy().discardedBytes();
            way.proxy().discard(direction);
            history.send(30);
            pass(Duration.ofMillis(200));
            assertThat(way.proxy().discardedBytes()).as("bytes that were lost").isGreaterThan(lost);
            way.proxy().heal();
            for (int i = 0; i < 20; i++) {
                history.send(5);
                pass(Duration.ofMillis(50));
            }
            history.awaitEnds();
            history.assertHeld(inbox);
            history.recover();
        }
        history.assertKept(inbox);
    }

    @Test
    @DisplayName(
            "S1 S2 S4 C1 C2 C15 connections break again and again: every send ends, nothing acknowledged is lost, nothing failed arrives, keys in order")
    void brokenAgainAndAgain(Scene scene) throws Exception {
        breaking(scene, Duration.ofSeconds(8));
    }

    @Test
    @Tag("soak")
    @Timeout(value = Scene.SOAK_HOURS, unit = TimeUnit.HOURS)
    @DisplayName("S1 S2 S4 C1 C2 C15 connections break again and again, for long")
    void brokenAgainAndAgainForLong(Scene scene) throws Exception {
        breaking(scene, scene.soak());
    }

    private static void breaking(Scene scene, Duration duration) throws Exception {
        ProxiedBroker way = scene.proxied();
        String topic = scene.topic(PARTITIONS);
        Inbox inbox = scene.inbox();
        Consumer consumer = scene.open(
                scene.connect(way)
                        .consumer(scene.group())
                        .session(scene.target().session()),
                topic,
                inbox);
        History history = new History(scene, scene.connect(way), SEND_TIMEOUT, topic);
        history.recover();
        Random random = scene.random();
        AtomicBoolean enough = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<?> sending = thread.submit(() -> {
            while (!enough.get()) {
                history.send(5);
                LockSupport.parkNanos(
                        Math.max(5_000_000, duration.dividedBy(MOST_SENDS).toNanos()));
            }
        });
        thread.shutdown();
        try {
            long end = System.nanoTime() + duration.toNanos();
            while (System.nanoTime() - end < 0) {
                breakOnce(way.proxy(), random);
                pass(Duration.ofMillis(200 + random.nextInt(600)));
            }
        } finally {
            way.proxy().heal();
            enough.set(true);
        }
        sending.get();
        history.recover();
        assertThat(history.acknowledged()).as("receipts").hasSizeGreaterThan(100);
        history.assertKept(inbox);
        scene.eventually(
                "the consumer is well",
                () -> consumer.state() == State.OPEN && consumer.assignment().size() == PARTITIONS);
    }

    private static void breakOnce(TcpProxy proxy, Random random) {
        Direction direction = random.nextBoolean() ? Direction.TO_BROKER : Direction.TO_CLIENT;
        Duration time = Duration.ofMillis(50 + random.nextInt(400));
        switch (random.nextInt(4)) {
            case 0 -> proxy.cut();
            case 1 -> {
                proxy.discard(direction);
                pass(time);
            }
            case 2 -> {
                proxy.hold(direction);
                pass(time);
                proxy.cut();
            }
            default -> {
                proxy.refuse();
                proxy.cut();
                pass(time);
            }
        }
        proxy.heal();
    }

    @Test
    @DisplayName("S1 S4 C1 bytes come one by one, late, or few a second: all works, slower, and no timeout strikes")
    void slow(Scene scene) throws Exception {
        ProxiedBroker way = scene.proxied();
        String topic = scene.topic(PARTITIONS);
        String large = " ".repeat(60_000);
        Queue<State> states = new ConcurrentLinkedQueue<>();
        Inbox inbox = scene.inbox();
        List<Runnable> ways = List.of(
                () -> way.proxy().singleBytes(),
                () -> way.proxy().delay(Duration.ofMillis(100)),
                () -> way.proxy().throttle(40_000)); // 1.5 s for the large one: longer silences may count as broken
        ways.get(0).run();
        scene.open(
                scene.connect(way).consumer(scene.group()).onState((state, cause) -> states.add(state)), topic, inbox);
        for (Runnable one : ways) {
            way.proxy().heal();
            one.run();
            History history = new History(scene, scene.connect(way), Duration.ofSeconds(30), topic);
            history.send(30);
            history.send(large);
            history.awaitEnds();
            assertThat(history.acknowledged()).as("receipts, %s", way.proxy()).hasSize(31);
            history.assertKept(inbox);
        }
        assertThat(states).as("states of the consumer").doesNotContain(State.RECOVERING);
    }

    @Test
    @DisplayName("S4 C15 whoever connects into silence is told within the connect timeout")
    void connectingIntoSilence(Scene scene) throws Exception {
        ProxiedBroker way = scene.proxied();
        way.proxy().hold();
        long start = System.nanoTime();
        assertThatThrownBy(() -> Waybill.connect(Scene.with(way.uri(), "connect.timeout=1s"))
                        .close())
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    @DisplayName(
            "C1 C9 C15 an instance whose connection fell silent: another takes over in time, and nothing is skipped")
    void silentInstance(Scene scene) throws Exception {
        scene.requireQuickTakeover();
        replaceSilentInstance(scene);
    }

    @Test
    @Tag("soak")
    @DisplayName("C1 C9 C15 an instance whose connection fell silent, where a takeover takes long")
    void silentInstanceForLong(Scene scene) throws Exception {
        scene.requireSlowTakeover();
        replaceSilentInstance(scene);
    }

    private static void replaceSilentInstance(Scene scene) throws Exception {
        ProxiedBroker way = scene.proxied();
        String topic = scene.topic(PARTITIONS);
        String group = scene.group();
        Inbox inbox = scene.inbox();
        Queue<State> states = new ConcurrentLinkedQueue<>();
        Consumer silent = scene.open(
                scene.connect(way)
                        .consumer(group)
                        .session(scene.target().session())
                        .onState((state, cause) -> states.add(state)),
                topic,
                inbox);
        Consumer other = scene.closed(scene.connect()
                .consumer(group)
                .session(scene.target().session())
                .subscribe(topic, inbox));
        scene.eventually("both have a share", () -> Scene.shared(PARTITIONS, List.of(silent, other)));
        History history = new History(scene, scene.connect(), Duration.ofSeconds(10), topic);
        history.send(200);
        way.proxy().hold();
        history.send(200);
        history.recover();
        Scene.within(
                scene.target().takeover(),
                "the other owns all",
                () -> other.assignment().size() == PARTITIONS);
        scene.eventually("the silent one says so", () -> states.contains(State.RECOVERING));
        history.recover();
        history.assertKept(inbox);
        way.proxy().heal();
        scene.eventually(
                "it comes back",
                () -> silent.state() == State.OPEN && Scene.shared(PARTITIONS, List.of(silent, other)));
        history.recover();
        history.assertKept(inbox);
    }
}
