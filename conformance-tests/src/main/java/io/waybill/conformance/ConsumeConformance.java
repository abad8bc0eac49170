package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.ConsumerListener;
import io.waybill.Producer;
import io.waybill.message.CloseReport;
import io.waybill.message.Message;
import io.waybill.message.Ordering;
import io.waybill.message.RetryPolicy;
import io.waybill.message.State;
import io.waybill.message.TopicPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One instance that consumes: order, concurrency, acknowledgement, back-pressure, life. */
@SharedChapter
@DisplayName("Consume")
class ConsumeConformance {
    @Test
    @DisplayName("C2 C3 order of each key under concurrency 64, one handler of a key at a time, failures included")
    void orderOfKeysUnderConcurrency(Scene scene) {
        String topic = scene.topic(4);
        Inbox inbox = scene.inbox();
        Set<String> inHand = ConcurrentHashMap.newKeySet();
        Queue<String> overlaps = new ConcurrentLinkedQueue<>();
        scene.open(
                scene.waybill()
                        .consumer(scene.group())
                        .concurrency(64)
                        .retry(RetryPolicy.attempts(5).backoff(Duration.ofMillis(1), Duration.ofMillis(5))),
                topic,
                delivery -> {
                    String key = delivery.message().keyText().orElseThrow();
                    if (!inHand.add(key)) {
                        overlaps.add(key);
                    }
                    try {
                        LockSupport.parkNanos(50_000);
                        int number = Integer.parseInt(delivery.message().text());
                        if (number % 50 == 7 && delivery.attempt() == 1) {
                            throw new IllegalStateException("fails at first");
                        }
                        inbox.handle(delivery);
                    } finally {
                        inHand.remove(key);
                    }
                });
        Scene.sendNumbers(scene.producer(), topic, 0, 20_000, 200);
        inbox.awaitMessages(20_000);
        assertThat(overlaps).as("keys with two handlers at once").isEmpty();
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("C3 as many handlers run at once as were asked for, whatever the number of partitions")
    void concurrencyIsNotBoundByPartitions(Scene scene) {
        String topic = scene.topic(2);
        CountDownLatch gate = scene.gate();
        AtomicInteger together = new AtomicInteger();
        scene.open(scene.waybill().consumer(scene.group()).concurrency(64), topic, delivery -> {
            together.incrementAndGet();
            gate.await();
        });
        Scene.sendNumbers(scene.producer(), topic, 0, 64, 64);
        scene.eventually("64 handlers run at once", () -> together.get() == 64);
    }

    @Test
    @DisplayName("C2 a key that is slow holds back itself alone")
    void aSlowKeyHoldsBackItselfAlone(Scene scene) {
        String topic = scene.topic(1);
        CountDownLatch gate = scene.gate();
        Inbox inbox = scene.inbox();
        scene.open(scene.waybill().consumer(scene.group()).concurrency(4), topic, delivery -> {
            if (delivery.message().text().equals("0")) {
                gate.await();
            }
            inbox.handle(delivery);
        });
        Scene.sendNumbers(scene.producer(), topic, 0, 100, 10);
        inbox.awaitMessages(90);
        Scene.stays("the slow key waits", () -> inbox.messages() == 90);
        gate.countDown();
        inbox.awaitMessages(100);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("C2 PARTITION handles one message of a partition at a time, in its order; NONE waits for nobody")
    void partitionAndNone(Scene scene) {
        String topic = scene.topic(1);
        CountDownLatch gate = scene.gate();
        Inbox strict = scene.inbox();
        Inbox loose = scene.inbox();
        scene.open(scene.waybill().consumer(scene.group()).ordering(Ordering.PARTITION), topic, delivery -> {
            strict.handle(delivery);
            if (delivery.message().text().equals("3")) {
                gate.await();
            }
        });
        scene.open(scene.waybill().consumer(scene.group()).ordering(Ordering.NONE), topic, delivery -> {
            if (delivery.message().text().equals("3")) {
                gate.await();
            }
            loose.handle(delivery);
        });
        Scene.sendNumbers(scene.producer(), topic, 0, 100, 1);
        loose.awaitMessages(99);
        scene.eventually("partition order stops at 3", () -> strict.messages() == 4);
        Scene.stays("nothing overtakes", () -> strict.messages() == 4);
        gate.countDown();
        strict.awaitMessages(100);
        loose.awaitMessages(100);
        strict.assertOrderOfKeys();
    }

    @Test
    @DisplayName("C1 what a handler has not returned from is not acknowledged: it comes again, and nothing is skipped")
    void notAcknowledgedBeforeTheHandlerReturned(Scene scene) {
        String topic = scene.topic(2);
        String group = scene.group();
        CountDownLatch gate = scene.gate();
        Inbox first = scene.inbox();
        Consumer stuck = scene.open(scene.connect().consumer(group), topic, delivery -> {
            if (delivery.message().text().equals("5")) {
                gate.await();
            }
            first.handle(delivery);
        });
        Scene.sendNumbers(scene.producer(), topic, 0, 40, 10);
        first.awaitMessages(36); // key k5 waits: 5, 15, 25, 35
        CloseReport report = stuck.close(Duration.ofMillis(500));
        assertThat(report.unfinished()).isEqualTo(1);

        Inbox second = scene.inbox();
        scene.open(scene.connect().consumer(group), topic, second);
        scene.eventually(
                "what was not finished comes again",
                () -> List.of("5", "15", "25", "35").stream().allMatch(second::has));
        second.assertOrderOfKeys();
    }

    @Test
    @DisplayName(
            "C4 a partition that waits for one delivery says so, and goes on behind it; one that only lags does not")
    void aFullWindowPauses(Scene scene) {
        String topic = scene.topic(1);
        CountDownLatch gate = scene.gate();
        Inbox inbox = scene.inbox();
        Map<TopicPartition, Long> heldUp = new ConcurrentHashMap<>();
        Consumer consumer = scene.open(
                scene.connect("poll.messages=50")
                        .consumer(scene.group())
                        .window(64)
                        .listener(new ConsumerListener() {
                            @Override
                            public void heldUp(TopicPartition partition, long position) {
                                heldUp.put(partition, position);
                            }
                        }),
                topic,
                delivery -> {
                    if (delivery.message().text().equals("2000")) {
                        gate.await();
                    }
                    inbox.handle(delivery);
                });
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 2_000, 500);
        inbox.awaitMessages(2_000);
        assertThat(heldUp).as("held up by nothing but the window").isEmpty();
        Scene.sendNumbers(producer, topic, 2_000, 3_000, 1_000);
        scene.eventually("it is held up", () -> heldUp.containsKey(new TopicPartition(topic, 0)));
        Scene.stays("no more than a window was read", () -> inbox.messages() < 2_000 + 64);
        assertThat(consumer.state()).isEqualTo(State.OPEN);
        gate.countDown();
        inbox.awaitMessages(3_000);
    }

    @Test
    @DisplayName(
            "C4 with parkWhenFull what holds up its partition becomes a dead letter; what only fails at first does not")
    void aStuckKeyIsParked(Scene scene) {
        String topic = scene.topic(1);
        String dead = scene.topic(1);
        Inbox inbox = scene.inbox();
        Inbox parked = scene.inbox();
        scene.open(dead, parked);
        scene.open(
                scene.connect("poll.messages=50")
                        .consumer(scene.group())
                        .window(64)
                        .parkWhenFull()
                        .deadLetterTopic(dead)
                        .retry(new RetryPolicy(RetryPolicy.FOREVER, Duration.ofMillis(20), Duration.ofMillis(20))),
                topic,
                delivery -> {
                    int number = Integer.parseInt(delivery.message().text());
                    if (number == 0 || (number % 10 == 3 && delivery.attempt() == 1)) {
                        throw new IllegalStateException("not this time");
                    }
                    inbox.handle(delivery);
                });
        Scene.sendNumbers(scene.producer(), topic, 0, 1_000, 1_000);
        inbox.awaitMessages(999);
        parked.awaitMessages(1);
        assertThat(parked.texts()).containsExactly("0");
    }

    @Test
    @DisplayName("C4 parkWhenFull also parks what holds up its partition by the bytes behind it")
    void aKeyThatIsStuckByBytesIsParked(Scene scene) {
        String topic = scene.topic(1);
        String dead = scene.topic(1);
        Inbox parked = scene.inbox();
        Inbox inbox = scene.inbox();
        scene.open(dead, parked);
        scene.open(
                scene.connect("poll.messages=5", "buffer.bytes=1000000")
                        .consumer(scene.group())
                        .parkWhenFull()
                        .deadLetterTopic(dead)
                        .retry(new RetryPolicy(RetryPolicy.FOREVER, Duration.ofMillis(20), Duration.ofMillis(20))),
                topic,
                delivery -> {
                    if (delivery.message().headers().text("number").orElse("").equals("0")) {
                        throw new IllegalStateException("never");
                    }
                    inbox.handle(delivery);
                });
        Producer producer = scene.producer();
        for (int i = 0; i < 30; i++) {
            producer.send(Message.to(topic)
                    .key("k")
                    .header("number", Integer.toString(i))
                    .body(new byte[100_000])
                    .build());
        }
        inbox.awaitMessages(29);
        parked.awaitMessages(1);
        assertThat(parked.all().get(0).message().headers().text("number")).contains("0");
    }

    @Test
    @DisplayName("C6 a slow handler costs no partition and no second delivery; other messages go on")
    void aSlowHandlerCostsNothing(Scene scene) {
        String topic = scene.topic(2);
        Inbox inbox = scene.inbox();
        AtomicInteger begun = new AtomicInteger();
        Queue<Collection<TopicPartition>> revoked = new ConcurrentLinkedQueue<>();
        long nanos = scene.target().slowHandling().toNanos();
        scene.open(
                scene.connect(scene.target().slowHandlingParameters())
                        .consumer(scene.group())
                        .drain(Duration.ofSeconds(1))
                        .session(scene.target().session())
                        .listener(new ConsumerListener() {
                            @Override
                            public void revoked(Collection<TopicPartition> partitions) {
                                revoked.add(partitions);
                            }
                        }),
                topic,
                delivery -> {
                    if (delivery.message().text().equals("0")) {
                        begun.incrementAndGet();
                        long end = System.nanoTime() + nanos;
                        while (System.nanoTime() < end) {
                            LockSupport.parkNanos(end - System.nanoTime());
                        }
                    }
                    inbox.handle(delivery);
                });
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 100, 50);
        inbox.awaitMessages(98); // key k0 waits: 0 and 50
        Scene.within(scene.target().slowHandling().plusSeconds(30), "the slow one ends", () -> inbox.messages() == 100);
        Scene.sendNumbers(producer, topic, 100, 200, 50);
        inbox.awaitMessages(200);
        assertThat(revoked).isEmpty();
        assertThat(begun).hasValue(1);
        assertThat(inbox.all()).hasSize(200);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("C6 the bytes of waiting deliveries are bounded")
    void waitingBytesAreBounded(Scene scene) {
        String topic = scene.topic(1);
        CountDownLatch gate = scene.gate();
        Inbox inbox = scene.inbox();
        long bound = 2 << 20;
        Consumer consumer = scene.open(
                scene.connect("poll.messages=20")
                        .consumer(scene.group())
                        .bufferBytes(bound)
                        .concurrency(2),
                topic,
                delivery -> {
                    gate.await();
                    inbox.handle(delivery);
                });
        Producer producer = scene.producer();
        byte[] body = new byte[100_000];
        CompletableFuture<?>[] sent = IntStream.range(0, 100)
                .mapToObj(i -> producer.sendAsync(
                        Message.to(topic).key("k" + i).body(body).build()))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(sent).join();
        long most = bound + 20 * (body.length + 1_000L); // a poll more
        scene.eventually("the buffer fills", () -> buffered(consumer) > bound / 2);
        Scene.stays("the buffer keeps its bound", () -> buffered(consumer) <= most);
        gate.countDown();
        inbox.awaitMessages(100);
        scene.eventually("the buffer empties", () -> buffered(consumer) == 0);
    }

    private static long buffered(Consumer consumer) {
        return consumer.health().details().getOrDefault("bufferedBytes", -1L);
    }

    @Test
    @DisplayName("C14 pause starts no handler and keeps the partitions; resume loses nothing")
    void pauseAndResume(Scene scene) {
        String topic = scene.topic(2);
        Inbox inbox = scene.inbox();
        Consumer consumer = scene.open(topic, inbox);
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 100, 10);
        inbox.awaitMessages(100);
        consumer.pause();
        Scene.sendNumbers(producer, topic, 100, 3_000, 10);
        Scene.stays("nothing is handled", () -> inbox.messages() == 100);
        assertThat(consumer.assignment()).hasSize(2);
        assertThat(consumer.health().text()).contains("paused");
        consumer.resume();
        inbox.awaitMessages(3_000);
        assertThat(inbox.all()).hasSize(3_000);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("C14 C1 close waits for running handlers, and settles all that they finished")
    void closeDrains(Scene scene) {
        String topic = scene.topic(2);
        String group = scene.group();
        Inbox first = scene.inbox();
        Consumer consumer = scene.open(scene.connect().consumer(group).concurrency(8), topic, delivery -> {
            LockSupport.parkNanos(2_000_000);
            first.handle(delivery);
        });
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 2_000, 100);
        first.awaitMessages(200);
        CloseReport report = consumer.close(Duration.ofSeconds(30));
        assertThat(report).isEqualTo(CloseReport.CLEAN);
        assertThat(consumer.state()).isEqualTo(State.CLOSED);
        int handled = first.messages();
        Scene.stays("no handler runs after the close", () -> first.messages() == handled);
        assertThat(handled).isLessThan(2_000);

        Inbox second = scene.inbox();
        scene.open(scene.connect().consumer(group), topic, second);
        Set<java.util.UUID> before = first.ids();
        scene.eventually("the rest comes", () -> {
            Set<java.util.UUID> both = new java.util.HashSet<>(before);
            both.addAll(second.ids());
            return both.size() == 2_000;
        });
        // what was finished behind a gap may come again, on a log; the prefix may not
        long again = second.ids().stream().filter(before::contains).count();
        assertThat(again).as("handled again after an orderly close").isLessThan(handled);
        second.assertOrderOfKeys();
        assertThat(consumer.close(Duration.ZERO)).as("a second close").isEqualTo(CloseReport.CLEAN);
    }

    @Test
    @DisplayName("C14 after a close with nothing in hand, nothing comes again")
    void whatWasHandledDoesNotComeAgain(Scene scene) {
        String topic = scene.topic(3);
        String group = scene.group();
        Inbox first = scene.inbox();
        Consumer consumer = scene.open(scene.connect().consumer(group), topic, first);
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 500, 50);
        first.awaitMessages(500);
        assertThat(consumer.close(Duration.ofSeconds(30)).clean()).isTrue();
        Inbox second = scene.inbox();
        scene.open(scene.connect().consumer(group), topic, second);
        Scene.sendNumbers(producer, topic, 500, 501, 50);
        second.awaitMessages(1);
        Scene.stays("nothing else comes", () -> second.texts().equals(List.of("500")));
    }

    @Test
    @DisplayName("C14 health and states tell what a consumer does; a handler may close it")
    void healthAndStates(Scene scene) {
        String topic = scene.topic(1);
        Queue<State> states = new ConcurrentLinkedQueue<>();
        CompletableFuture<Consumer> self = new CompletableFuture<>();
        Inbox inbox = scene.inbox();
        Consumer consumer = scene.open(
                scene.waybill().consumer(scene.group()).onState((state, cause) -> states.add(state)),
                topic,
                delivery -> {
                    inbox.handle(delivery);
                    if (delivery.message().text().equals("last")) {
                        var unused = self.get().close(Duration.ofSeconds(10));
                    }
                });
        self.complete(consumer);
        assertThat(consumer.health().up()).isTrue();
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 10, 2);
        inbox.awaitMessages(10);
        assertThat(consumer.health().details())
                .containsEntry("delivered", 10L)
                .containsEntry("handled", 10L)
                .containsEntry("failed", 0L)
                .containsEntry("partitions", 1L);
        producer.send(Scene.message(topic, "k", "last"));
        scene.eventually("it closes", () -> consumer.state() == State.CLOSED);
        assertThat(consumer.health().up()).isFalse();
        assertThat(states).containsExactly(State.OPEN, State.CLOSING, State.CLOSED);
    }
}
