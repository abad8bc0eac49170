package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.CloseReport;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The broker dies, comes back, or falls silent. */
@Chapter
@DisplayName("Faults of the broker")
class FaultConformance {
    @Test
    @DisplayName(
            "S1 S2 C1 C15 the broker is killed and started again amid 20,000 messages: every acknowledged one is handled")
    void killedAndStartedAmidMessages(Scene scene) throws Exception {
        BrokerFaults faults = scene.faults();
        String topic = scene.topic(6);
        Inbox inbox = scene.inbox();
        Queue<State> states = new ConcurrentLinkedQueue<>();
        Consumer consumer = scene.open(
                scene.connect().consumer(scene.group()).concurrency(64).onState((state, cause) -> states.add(state)),
                topic,
                inbox);
        Producer producer = scene.producer();
        Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        Set<UUID> unknown = ConcurrentHashMap.newKeySet();
        Map<UUID, ErrorKind> failed = new ConcurrentHashMap<>();
        ExecutorService senders = Executors.newFixedThreadPool(8);
        List<Future<?>> sending = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            String name = "sender-" + t;
            sending.add(senders.submit(() -> {
                for (int i = 0; i < 2_500; i++) {
                    boolean definite;
                    do {
                        Message message = Scene.message(topic, name + "-" + i % 20, Integer.toString(i));
                        ErrorKind failure = failure(producer, message);
                        definite = failure != null && failure != ErrorKind.OUTCOME_UNKNOWN;
                        if (definite) {
                            failed.put(message.id(), failure);
                            LockSupport.parkNanos(5_000_000);
                        } else {
                            (failure == null ? acknowledged : unknown).add(message.id());
                        }
                    } while (definite); // a new message with the same text, so that all 20,000 get to the broker
                }
            }));
        }
        senders.shutdown();
        scene.eventually("a quarter is acknowledged", () -> acknowledged.size() >= 5_000);
        faults.kill();
        scene.eventually("the consumer says so", () -> states.contains(State.RECOVERING));
        faults.start();
        for (Future<?> one : sending) {
            one.get();
        }
        assertThat(acknowledged.size() + unknown.size()).isEqualTo(20_000);
        assertThat(unknown).as("sends of unknown outcome").hasSizeLessThan(15_000);
        inbox.awaitIds(acknowledged);
        assertThat(failed.keySet()).as("definite failures that arrived").noneMatch(inbox.ids()::contains);
        scene.eventually("the consumer is open", () -> consumer.state() == State.OPEN);
        assertThat(failed.values()).allMatch(kind -> kind == ErrorKind.UNAVAILABLE || kind == ErrorKind.OVERLOADED);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName(
            "S4 S10 a silent broker: every send ends within its timeout, as unknown if it was handed over, admission within maxBlock, close in time")
    void aSilentBroker(Scene scene) throws Exception {
        BrokerFaults faults = scene.faults();
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Waybill instance = scene.connect();
        Producer producer = instance.producer(scene.name("producer"))
                .sendTimeout(Duration.ofSeconds(3))
                .maxBlock(Duration.ofMillis(500))
                .maxInFlightBytes(1 << 20)
                .open();
        producer.send(Scene.message(topic, "k", "before"));
        Producer impatient = instance.producer(scene.name("producer")).open();
        impatient.send(Scene.message(topic, "k", "before"));
        faults.pause();
        long start = System.nanoTime();
        List<Message> messages = new ArrayList<>();
        List<CompletableFuture<?>> inFlight = new ArrayList<>();
        byte[] body = new byte[100_000];
        for (int i = 0; i < 10; i++) {
            messages.add(Message.to(topic).key("k").body(body).build());
            inFlight.add(producer.sendAsync(messages.get(i)));
        }
        long full = System.nanoTime();
        assertKind(
                ErrorKind.OVERLOADED,
                () -> producer.send(Message.to(topic).key("k").body(body).build()),
                "maxBlock");
        assertThat(Duration.ofNanos(System.nanoTime() - full)).isBetween(Duration.ofMillis(450), Duration.ofSeconds(3));
        List<@Nullable ErrorKind> ends = ends(inFlight);
        // what waits for its turn behind what the broker does not answer was surely not stored
        assertThat(ends).isSubsetOf(ErrorKind.OUTCOME_UNKNOWN, ErrorKind.UNAVAILABLE);
        assertThat(ends.get(0)).isEqualTo(ErrorKind.OUTCOME_UNKNOWN);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
        assertThat(producer.state()).isEqualTo(State.RECOVERING);

        CompletableFuture<?> last = impatient.sendAsync(Scene.message(topic, "k", "last"));
        long closing = System.nanoTime();
        CloseReport report = impatient.close(Duration.ofSeconds(1));
        assertThat(Duration.ofNanos(System.nanoTime() - closing)).isLessThan(Duration.ofSeconds(4));
        assertThat(report.unfinished()).isEqualTo(1);
        assertThatThrownBy(last::join)
                .cause()
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.OUTCOME_UNKNOWN));

        faults.resume();
        Producer next = scene.producer();
        scene.eventually("the broker answers again", () -> failure(next, Scene.message(topic, "k", "after")) == null);
        scene.eventually("what is sent after arrives", () -> inbox.has("after"));
        for (int i = 0; i < messages.size(); i++) {
            if (ends.get(i) == ErrorKind.UNAVAILABLE) {
                assertThat(inbox.ids())
                        .as("a definite failure")
                        .doesNotContain(messages.get(i).id());
            }
        }
    }

    @Test
    @DisplayName(
            "S1 S2 S4 C1 C2 C15 the broker is frozen for longer than sends may take, and goes on: no receipt and no failure is false, consumers go on where they were")
    void frozenAndGoingOn(Scene scene) throws Exception {
        BrokerFaults faults = scene.faults();
        String topic = scene.topic(4);
        Inbox inbox = scene.inbox();
        Consumer consumer = scene.open(
                scene.connect().consumer(scene.group()).session(scene.target().session()), topic, delivery -> {
                    LockSupport.parkNanos(2_000_000); // so that much is under way
                    inbox.handle(delivery);
                });
        History history = new History(scene, scene.connect(), Duration.ofSeconds(2), topic);
        history.recover();
        history.send(1_000);
        history.awaitEnds();
        scene.eventually("some are handled", () -> inbox.messages() > 100);
        faults.pause();
        int unknown = history.unknown().size();
        for (int i = 0; i < 3; i++) { // each takes as long as sends may
            long begun = System.nanoTime();
            history.send(50);
            history.awaitEnds();
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("50 sends at once, into four partitions, that do not wait for each other")
                    .isLessThan(Duration.ofSeconds(12));
        }
        assertThat(history.unknown()).as("sends of unknown outcome").hasSizeGreaterThan(unknown);
        faults.resume();
        history.recover();
        history.send(1_000);
        history.awaitEnds();
        history.recover();
        history.assertKept(inbox);
        scene.eventually(
                "the consumer is well",
                () -> consumer.state() == State.OPEN && consumer.assignment().size() == 4);
    }

    /** How sends ended; fails if one does not for far longer than any timeout that these tests set. */
    private static List<@Nullable ErrorKind> ends(List<CompletableFuture<?>> sends) {
        Scene.within(
                Duration.ofSeconds(8), "all sends end", () -> sends.stream().allMatch(CompletableFuture::isDone));
        List<@Nullable ErrorKind> ends = new ArrayList<>();
        sends.forEach(send -> ends.add(end(send)));
        return ends;
    }

    private static @Nullable ErrorKind end(CompletableFuture<?> send) {
        try {
            send.join();
            return null;
        } catch (CompletionException e) {
            return e.getCause() instanceof MessagingException failure ? failure.kind() : ErrorKind.INTERNAL;
        }
    }

    @Test
    @DisplayName(
            "S1 S2 sends whose time runs out under way: what arrives is in the topic it was meant for, as it was sent")
    void nothingArrivesElsewhereAfterATimeout(Scene scene) throws Exception {
        BrokerFaults faults = scene.faults();
        List<String> topics = List.of(scene.topic(1), scene.topic(1));
        List<Inbox> inboxes = List.of(scene.inbox(), scene.inbox());
        for (int i = 0; i < 2; i++) {
            scene.open(topics.get(i), inboxes.get(i));
        }
        Producer producer = scene.connect()
                .producer(scene.name("producer"))
                .sendTimeout(Duration.ofSeconds(1))
                .open();
        for (String topic : topics) {
            producer.send(meantFor(topic, "before"));
        }
        faults.pause();
        List<CompletableFuture<?>> late = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            late.add(producer.sendAsync(meantFor(topics.get(i % 2), Integer.toString(i))));
        }
        assertThat(ends(late)).doesNotContain(ErrorKind.INTERNAL);
        faults.resume();
        for (int i = 0; i < 2; i++) { // buffers that ran out of time are used again
            String topic = topics.get(i);
            Inbox inbox = inboxes.get(i);
            scene.eventually("sends work again", () -> failure(producer, meantFor(topic, "after")) == null);
            scene.eventually("what is sent after arrives", () -> inbox.has("after"));
            assertThat(inbox.all())
                    .as("what arrived in %s", topic)
                    .allMatch(delivery -> delivery.message()
                                    .headers()
                                    .text("meant-for")
                                    .orElse("")
                                    .equals(topic)
                            && delivery.message()
                                    .text()
                                    .equals(delivery.message().keyText().orElse("")));
        }
    }

    private static Message meantFor(String topic, String text) {
        return Message.to(topic).key(text).header("meant-for", topic).text(text).build();
    }

    @Test
    @DisplayName("S2 C15 a broker that is away: sends end in time, consumers say so and come back by themselves")
    void aBrokerThatIsAway(Scene scene) throws Exception {
        BrokerFaults faults = scene.faults();
        String topic = scene.topic(2);
        Inbox inbox = scene.inbox();
        Queue<State> states = new ConcurrentLinkedQueue<>();
        scene.open(scene.connect().consumer(scene.group()).onState((state, cause) -> states.add(state)), topic, inbox);
        Producer producer = scene.connect()
                .producer(scene.name("producer"))
                .sendTimeout(Duration.ofSeconds(2))
                .maxBlock(Duration.ofSeconds(1))
                .open();
        producer.send(Scene.message(topic, "k", "1"));
        inbox.awaitMessages(1);
        faults.kill();
        Message lost = Scene.message(topic, "k", "2");
        long start = System.nanoTime();
        ErrorKind kind = failure(producer, lost);
        assertThat(kind).isIn(ErrorKind.UNAVAILABLE, ErrorKind.OUTCOME_UNKNOWN);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
        assertThat(producer.health().up()).isFalse();
        scene.eventually("the consumer says so", () -> states.contains(State.RECOVERING));
        assertKind(
                ErrorKind.UNAVAILABLE,
                () -> Waybill.connect(scene.uri("connect.timeout=1s")).close(),
                "Cannot connect to");
        faults.start();
        Message again = Scene.message(topic, "k", "3");
        scene.eventually("sends work again", () -> failure(producer, again) == null);
        scene.eventually("it is handled", () -> inbox.has("3"));
        assertThat(producer.state()).isEqualTo(State.OPEN);
        if (kind == ErrorKind.UNAVAILABLE) {
            assertThat(inbox.ids()).as("a definite failure").doesNotContain(lost.id());
        }
    }

    /** Sends; null if it was acknowledged. */
    private static @Nullable ErrorKind failure(Producer producer, Message message) {
        try {
            producer.send(message);
            return null;
        } catch (MessagingException e) {
            return e.kind();
        }
    }

    @Test
    @DisplayName(
            "C2 C5 C15 a handler that runs while the broker is away: its key is not handled twice at once when it is back")
    void noKeyIsHandledTwiceAtOnce(Scene scene) throws Exception {
        BrokerFaults faults = scene.faults();
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        Queue<State> states = new ConcurrentLinkedQueue<>();
        AtomicInteger inHand = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch gate = scene.gate();
        Consumer consumer = scene.open(
                scene.connect()
                        .consumer(scene.group())
                        .session(scene.target().session())
                        .onState((state, cause) -> states.add(state)),
                topic,
                delivery -> {
                    most.accumulateAndGet(inHand.incrementAndGet(), Math::max);
                    try {
                        gate.await();
                        inbox.handle(delivery);
                    } finally {
                        inHand.decrementAndGet();
                    }
                });
        Producer producer = scene.producer();
        producer.send(Scene.message(topic, "k", "1"));
        producer.send(Scene.message(topic, "k", "2"));
        scene.eventually("the first is in hand", () -> inHand.get() == 1);
        faults.kill();
        scene.eventually("the consumer says so", () -> states.contains(State.RECOVERING));
        faults.start();
        scene.eventually(
                "it is back",
                () -> consumer.state() == State.OPEN && consumer.assignment().size() == 1);
        Scene.stays("one handler of the key", () -> inHand.get() == 1);
        gate.countDown();
        inbox.awaitMessages(2);
        assertThat(most).hasValue(1);
        inbox.assertOrderOfKeys();
    }

    private static void assertKind(
            ErrorKind kind, org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(words);
    }
}
