package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Codec;
import io.waybill.message.DeadLetter;
import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.RetryPolicy;
import io.waybill.message.State;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Handlers that misbehave: what they throw, give back and leave behind harms their own message alone. */
@SharedChapter
@DisplayName("Handlers")
class HandlerConformance {
    private static final RetryPolicy TWICE =
            RetryPolicy.attempts(2).backoff(Duration.ofMillis(5), Duration.ofMillis(10));

    /** What may come out of a handler, by the text of the message. */
    private static void fail(String how) throws Exception {
        switch (how) {
            case "overflow" -> deeper(1);
            case "memory" -> throw new OutOfMemoryError("for a test");
            case "linkage" -> throw new NoClassDefFoundError("io/example/Gone");
            case "assertion" -> throw new AssertionError("this cannot be");
            case "checked" -> throw new java.io.IOException("disk");
            case "silent" -> throw new IllegalStateException((String) null);
            default -> {}
        }
    }

    private static int deeper(int depth) {
        return depth == 0 ? 0 : deeper(depth + 1) + depth;
    }

    @Test
    @DisplayName("C7 poison: whatever a handler throws, errors of the JVM too, makes a dead letter; others go on")
    void whateverAHandlerThrows(Scene scene) {
        List<String> poisons = List.of("overflow", "memory", "linkage", "assertion", "checked", "silent");
        String topic = scene.topic(1);
        String dead = scene.topic(1);
        Inbox deadLetters = scene.inbox();
        scene.open(dead, deadLetters);
        Inbox inbox = scene.inbox();
        Consumer consumer = scene.open(
                scene.waybill().consumer(scene.group()).retry(TWICE).deadLetterTopic(dead), topic, delivery -> {
                    fail(delivery.message().text());
                    inbox.handle(delivery);
                });
        Producer producer = scene.producer();
        for (String poison : poisons) {
            producer.send(Scene.message(topic, poison, poison));
            producer.send(Scene.message(topic, poison, "behind " + poison));
        }
        deadLetters.awaitMessages(poisons.size());
        inbox.awaitMessages(poisons.size());
        assertThat(deadLetters.texts()).containsExactlyInAnyOrderElementsOf(poisons);
        for (Delivery letter : deadLetters.all()) {
            assertThat(DeadLetter.of(letter).orElseThrow().attempts())
                    .as("attempts at %s", letter.message().text())
                    .isEqualTo(2);
        }
        assertThat(consumer.state()).isEqualTo(State.OPEN);
        assertThat(consumer.health().details()).containsEntry("failed", 12L).containsEntry("handled", 6L);
    }

    @Test
    @DisplayName("C7 C8 poison: a body that breaks its codec with an error becomes a dead letter, and its key goes on")
    void aBodyThatBreaksItsCodec(Scene scene) {
        Codec<String> brittle = new Codec<>() {
            @Override
            public byte[] encode(String payload) throws Exception {
                return Codec.utf8().encode(payload);
            }

            @Override
            public String decode(byte[] body) throws Exception {
                String text = Codec.utf8().decode(body);
                return text.equals("deep") ? Integer.toString(deeper(1)) : text;
            }

            @Override
            public String contentType() {
                return "text/plain";
            }
        };
        String topic = scene.topic(1);
        String dead = scene.topic(1);
        Inbox deadLetters = scene.inbox();
        scene.open(dead, deadLetters);
        Queue<String> handled = new ConcurrentLinkedQueue<>();
        scene.owning(
                scene.waybill()
                        .consumer(scene.group())
                        .retry(TWICE)
                        .deadLetterTopic(dead)
                        .subscribe(topic, brittle, (delivery, text) -> handled.add(text)),
                topic);
        Producer producer = scene.producer();
        producer.send(Message.to(topic).key("k").payload("deep", brittle).build());
        producer.send(Message.to(topic).key("k").payload("good", brittle).build());
        deadLetters.awaitMessages(1);
        scene.eventually("the key goes on", () -> handled.contains("good"));
        assertThat(deadLetters.texts()).containsExactly("deep");
        assertThat(DeadLetter.of(deadLetters.all().get(0)).orElseThrow().reason())
                .contains("StackOverflowError");
    }

    @Test
    @DisplayName("C7 a handler that fails the first two and every fifth at first: all are handled, once and in order")
    void failuresHereAndThere(Scene scene) {
        String topic = scene.topic(2);
        Inbox inbox = scene.inbox();
        AtomicInteger calls = new AtomicInteger();
        Consumer consumer = scene.open(
                scene.waybill()
                        .consumer(scene.group())
                        .retry(RetryPolicy.attempts(5).backoff(Duration.ofMillis(1), Duration.ofMillis(2))),
                topic,
                delivery -> {
                    int call = calls.incrementAndGet();
                    if (call <= 2 || (call % 5 == 0 && delivery.attempt() == 1)) {
                        throw new IllegalStateException("call " + call);
                    }
                    inbox.handle(delivery);
                });
        Scene.sendNumbers(scene.producer(), topic, 0, 200, 10);
        inbox.awaitMessages(200);
        scene.eventually("all are counted", () -> consumer.health().details().getOrDefault("handled", 0L) == 200);
        assertThat(inbox.all()).hasSize(200);
        inbox.assertOrderOfKeys();
        assertThat(consumer.health().details()).containsEntry("deadLettered", 0L);
    }

    @Test
    @DisplayName(
            "C1 C7 what 22 instances in a row got, failed and gave back is still there: no broker's limit drops it")
    void givenBackMoreOftenThanBrokersCount(Scene scene) {
        String topic = scene.topic(1);
        String group = scene.group();
        scene.waybill().admin().createGroup(group, topic);
        Producer producer = scene.producer();
        producer.send(Scene.message(topic, "stubborn", "0"));
        producer.send(Scene.message(topic, "neighbour", "1"));
        Waybill connection = scene.connect();
        for (int round = 1; round <= 22; round++) { // the default limit of a quorum queue is 20, RocketMQ's is 16
            CountDownLatch failed = new CountDownLatch(4);
            Consumer consumer = connection
                    .consumer(group)
                    .session(scene.target().session())
                    .retry(new RetryPolicy(RetryPolicy.FOREVER, Duration.ofMillis(1), Duration.ofMillis(1)))
                    .subscribe(topic, delivery -> {
                        failed.countDown();
                        throw new IllegalStateException("not by me");
                    });
            scene.eventually("instance " + round + " fails", () -> failed.await(0, TimeUnit.SECONDS));
            var unused = consumer.close(Duration.ofSeconds(10));
        }
        Inbox inbox = scene.inbox();
        scene.open(connection.consumer(group), topic, inbox);
        inbox.awaitMessages(2);
        assertThat(inbox.texts()).contains("0", "1");
    }

    @Test
    @DisplayName("C7 C14 three instances that fail hundreds of times and are closed amid it lose nothing")
    void closedAmidFailures(Scene scene) {
        String topic = scene.topic(3);
        String group = scene.group();
        scene.waybill().admin().createGroup(group, topic);
        Scene.sendNumbers(scene.producer(), topic, 0, 100, 100);
        AtomicInteger failures = new AtomicInteger();
        List<Consumer> failing = List.of(0, 1, 2).stream()
                .map(i -> scene.connect()
                        .consumer(group)
                        .session(scene.target().session())
                        .retry(new RetryPolicy(RetryPolicy.FOREVER, Duration.ofMillis(1), Duration.ofMillis(5)))
                        .subscribe(topic, delivery -> {
                            failures.incrementAndGet();
                            throw new IllegalStateException("never");
                        }))
                .toList();
        scene.eventually("they fail", () -> failures.get() > 300);
        failing.forEach(consumer -> consumer.close(Duration.ofSeconds(10)));
        Inbox inbox = scene.inbox();
        scene.open(scene.connect().consumer(group).session(scene.target().session()), topic, inbox);
        inbox.awaitMessages(100);
    }

    @Test
    @DisplayName(
            "C2 C14 a handler that leaves its thread interrupted, or asks nobody and closes its consumer, harms no other")
    void whatAHandlerLeavesBehind(Scene scene) {
        String topic = scene.topic(1);
        String group = scene.group();
        Inbox inbox = scene.inbox();
        var interrupted = ConcurrentHashMap.<String>newKeySet();
        CountDownLatch opened = scene.gate();
        Consumer[] self = new Consumer[1];
        self[0] = scene.open(scene.connect().consumer(group).concurrency(1), topic, delivery -> {
            String text = delivery.message().text();
            if (Thread.currentThread().isInterrupted()) {
                interrupted.add(text);
            }
            inbox.handle(delivery);
            if (text.equals("2")) {
                Thread.currentThread().interrupt();
            } else if (text.equals("10")) {
                opened.await();
                var unused = self[0].close(Duration.ofSeconds(10));
            }
        });
        opened.countDown();
        Scene.sendNumbers(scene.producer(), topic, 0, 20, 1);
        scene.eventually("it closes", () -> self[0].state() == State.CLOSED);
        assertThat(interrupted)
                .as("messages handled by a thread that was interrupted before")
                .isEmpty();
        assertThat(inbox.texts()).contains("10");
        inbox.assertOrderOfKeys();
        int handled = inbox.messages();

        Inbox rest = scene.inbox();
        scene.open(scene.connect().consumer(group), topic, rest);
        rest.awaitMessages(20 - handled);
        Scene.stays("the rest comes, and nothing else", () -> rest.messages() == 20 - handled);
        rest.assertOrderOfKeys();
    }
}
