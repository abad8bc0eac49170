package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.message.Codec;
import io.waybill.message.DeadLetter;
import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.RefusedException;
import io.waybill.message.RetryLaterException;
import io.waybill.message.RetryPolicy;
import io.waybill.message.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What fails: tried again in place, then a dead letter; nothing is dropped and nothing overtakes its key. */
@SharedChapter
@DisplayName("Retries and dead letters")
class RetryConformance {
    private static final RetryPolicy THREE =
            RetryPolicy.attempts(3).backoff(Duration.ofMillis(20), Duration.ofMillis(50));

    @Test
    @DisplayName("C7 a failing message is tried as often as set, then is a dead letter with all that it was and why")
    void retriesThenDeadLetter(Scene scene) {
        String topic = scene.topic(2);
        String dead = scene.topic(1);
        String group = scene.group();
        Inbox deadLetters = scene.inbox();
        scene.open(dead, deadLetters);
        Inbox inbox = scene.inbox();
        Queue<Delivery> attempts = new ConcurrentLinkedQueue<>();
        Consumer consumer =
                scene.open(scene.waybill().consumer(group).retry(THREE).deadLetterTopic(dead), topic, delivery -> {
                    if (delivery.message().text().equals("bad")) {
                        attempts.add(delivery);
                        throw new IllegalArgumentException("no such article");
                    }
                    inbox.handle(delivery);
                });
        Producer producer = scene.producer();
        Message bad =
                Message.to(topic).key("k").header("tenant", "north").text("bad").build();
        var receipt = producer.send(bad);
        producer.send(Scene.message(topic, "k", "behind"));
        deadLetters.awaitMessages(1);
        inbox.awaitMessages(1);

        assertThat(attempts).extracting(Delivery::attempt).containsExactly(1, 2, 3);
        Delivery letter = deadLetters.all().get(0);
        assertThat(letter.message().text()).isEqualTo("bad");
        assertThat(letter.message().keyText()).contains("k");
        assertThat(letter.message().headers().text("tenant")).contains("north");
        assertThat(letter.id()).isEqualTo(bad.id());
        DeadLetter why = DeadLetter.of(letter).orElseThrow();
        assertThat(why.group()).isEqualTo(group);
        assertThat(why.topic()).isEqualTo(topic);
        assertThat(why.partition()).isEqualTo(receipt.partition());
        assertThat(why.attempts()).isEqualTo(3);
        assertThat(why.reason()).contains("IllegalArgumentException").contains("no such article");
        assertThat(why.at())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        Scene.stays("it is tried no more", () -> attempts.size() == 3);
        assertThat(consumer.health().details())
                .containsEntry("failed", 3L)
                .containsEntry("deadLettered", 1L)
                .containsEntry("handled", 1L);
    }

    @Test
    @DisplayName("C7 the default dead-letter topic is <topic>.<group>.dead, and exists before anything fails")
    void theDefaultDeadLetterTopic(Scene scene) {
        String topic = scene.topic(3);
        String group = scene.group();
        scene.open(scene.waybill().consumer(group).retry(THREE), topic, delivery -> {
            throw new IllegalStateException("always");
        });
        String dead = topic + "." + group + ".dead";
        assertThat(scene.waybill().admin().describeTopic(dead)).isPresent();
        Inbox deadLetters = scene.inbox();
        scene.open(dead, deadLetters);
        scene.producer().send(Scene.message(topic, "k", "bad"));
        deadLetters.awaitMessages(1);
    }

    @Test
    @DisplayName("C7 C2 while a message waits for its next attempt its key waits, and no other")
    void onlyTheKeyWaits(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(
                scene.waybill()
                        .consumer(scene.group())
                        .concurrency(1)
                        .retry(RetryPolicy.attempts(3).backoff(Duration.ofMillis(400), Duration.ofMillis(400))),
                topic,
                delivery -> {
                    if (delivery.message().text().equals("0") && delivery.attempt() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                    inbox.handle(delivery);
                });
        Producer producer = scene.producer();
        for (int i = 0; i < 20; i++) {
            producer.send(Scene.message(topic, i % 2 == 0 ? "failing" : "other", Integer.toString(i)));
        }
        inbox.awaitMessages(20);
        List<String> order = inbox.texts();
        inbox.assertOrderOfKeys();
        assertThat(order.subList(0, 10)).as("the other key, first").contains("1", "19");
        assertThat(inbox.all().get(order.indexOf("0")).attempt()).isEqualTo(3);
    }

    @Test
    @DisplayName("C7 the original is not acknowledged before its dead letter is held")
    void notAcknowledgedBeforeTheDeadLetterIsHeld(Scene scene) {
        String topic = scene.topic(1);
        String dead = scene.topic(1);
        String group = scene.group();
        Queue<String> failed = new ConcurrentLinkedQueue<>();
        Inbox inbox = scene.inbox();
        Consumer consumer = scene.open(
                scene.connect("send.timeout=2s", "max.block=2s")
                        .consumer(group)
                        .retry(RetryPolicy.attempts(1).backoff(Duration.ofMillis(100), Duration.ofMillis(200)))
                        .deadLetterTopic(dead),
                topic,
                delivery -> {
                    String text = delivery.message().text();
                    if (text.startsWith("bad")) {
                        failed.add(text);
                        throw new IllegalStateException("always");
                    }
                    inbox.handle(delivery);
                });
        Producer producer = scene.producer();
        producer.send(Scene.message(topic, "k", "bad, in good time"));
        scene.eventually("the first is a dead letter", () -> deadLettered(consumer) == 1);
        Producer probe = scene.waybill()
                .producer(scene.name("probe"))
                .sendTimeout(Duration.ofSeconds(1))
                .open();
        probe.send(Message.to(dead).build());
        scene.waybill().admin().deleteTopic(dead);
        scene.eventually(
                "the dead-letter topic takes nothing more",
                () -> probe.sendAll(List.of(Message.to(dead).build())).stream().noneMatch(SendResult::confirmed));
        producer.send(Scene.message(topic, "k", "bad"));
        producer.send(Scene.message(topic, "other", "good"));
        inbox.awaitMessages(1);
        scene.eventually("it fails", () -> failed.contains("bad"));
        Scene.stays("it is no dead letter", () -> deadLettered(consumer) == 1);
        // The consumer goes without having got rid of it: so the next one gets it again.
        var unused = consumer.close(Duration.ofSeconds(1));
        scene.waybill().admin().createTopic(dead, 1);
        Inbox deadLetters = scene.inbox();
        scene.open(dead, deadLetters);
        Inbox second = scene.inbox();
        scene.open(scene.connect().consumer(group).retry(THREE).deadLetterTopic(dead), topic, delivery -> {
            second.handle(delivery);
            throw new IllegalStateException("always");
        });
        scene.eventually("it comes again", () -> second.has("bad"));
        scene.eventually("it is a dead letter", () -> deadLetters.has("bad"));
    }

    private static long deadLettered(Consumer consumer) {
        return consumer.health().details().getOrDefault("deadLettered", -1L);
    }

    @Test
    @DisplayName("C8 a handler that refuses makes a dead letter at once")
    void refusedIsDeadAtOnce(Scene scene) {
        String topic = scene.topic(1);
        String dead = scene.topic(1);
        Inbox deadLetters = scene.inbox();
        scene.open(dead, deadLetters);
        Inbox inbox = scene.inbox();
        scene.open(scene.waybill().consumer(scene.group()).retry(THREE).deadLetterTopic(dead), topic, delivery -> {
            inbox.handle(delivery);
            throw new RefusedException("sold out");
        });
        scene.producer().send(Scene.message(topic, "k", "1"));
        deadLetters.awaitMessages(1);
        DeadLetter why = DeadLetter.of(deadLetters.all().get(0)).orElseThrow();
        assertThat(why.attempts()).isEqualTo(1);
        assertThat(why.reason()).contains("sold out");
        Scene.stays("one attempt", () -> inbox.all().size() == 1);
    }

    @Test
    @DisplayName("C8 a handler that asks for a later attempt gets it not before, and its key waits")
    void laterIsNotBefore(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        AtomicLong asked = new AtomicLong();
        AtomicLong waited = new AtomicLong();
        scene.open(scene.waybill().consumer(scene.group()).retry(THREE), topic, delivery -> {
            if (delivery.message().text().equals("1")) {
                if (delivery.attempt() == 1) {
                    asked.set(System.nanoTime());
                    throw new RetryLaterException(Duration.ofMillis(700));
                }
                waited.set(System.nanoTime() - asked.get());
            }
            inbox.handle(delivery);
        });
        Producer producer = scene.producer();
        producer.send(Scene.message(topic, "k", "1"));
        producer.send(Scene.message(topic, "k", "2"));
        inbox.awaitMessages(2);
        assertThat(inbox.texts()).containsExactly("1", "2");
        assertThat(waited.get()).isGreaterThanOrEqualTo(Duration.ofMillis(700).toNanos());
    }

    @Test
    @DisplayName("C8 a body that the codec refuses is a dead letter at once, and its key goes on")
    void aBodyOfAnotherTypeIsDeadAtOnce(Scene scene) {
        String topic = scene.topic(1);
        String dead = scene.topic(1);
        Inbox deadLetters = scene.inbox();
        scene.open(dead, deadLetters);
        Queue<String> handled = new ConcurrentLinkedQueue<>();
        scene.owning(
                scene.waybill()
                        .consumer(scene.group())
                        .retry(THREE)
                        .deadLetterTopic(dead)
                        .subscribe(topic, Codec.utf8(), (delivery, text) -> handled.add(text)),
                topic);
        Producer producer = scene.producer();
        producer.send(Message.to(topic).key("k").body(new byte[] {(byte) 0xff}).build());
        producer.send(Message.to(topic).key("k").payload("good", Codec.utf8()).build());
        deadLetters.awaitMessages(1);
        scene.eventually("the key goes on", () -> handled.contains("good"));
        DeadLetter why = DeadLetter.of(deadLetters.all().get(0)).orElseThrow();
        assertThat(why.attempts()).isEqualTo(1);
        assertThat(why.reason()).contains("cannot be read as text/plain");
    }
}
