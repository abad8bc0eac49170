package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.Producer;
import io.waybill.message.Capability;
import io.waybill.message.CloseReport;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Headers;
import io.waybill.message.Limits;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.message.SendResult;
import io.waybill.message.State;
import io.waybill.message.TopicDescription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sending: what arrives is what was sent, and a receipt is the truth. */
@SharedChapter
@DisplayName("Send")
class SendConformance {
    @Test
    @DisplayName("S1 a message arrives as it was sent: key, body, odd headers, id, partition")
    void arrivesAsItWasSent(Scene scene) {
        String topic = scene.topic(3);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        byte[] allBytes = new byte[256];
        for (int i = 0; i < allBytes.length; i++) {
            allBytes[i] = (byte) i;
        }
        Message sent = Message.to(topic)
                .key(allBytes)
                .header("A-Z.a_z-0.9", "")
                .header("n".repeat(Limits.HEADER_NAME_CHARACTERS), "longest name")
                .header("control", new byte[] {0, 1, 2, '\n', '\r', 127, -1})
                .header("text", "Zo\u00eb \u4e2d\u6587 \ud83d\ude9a")
                .header("Text", "names differ by case")
                .header("large", new byte[8 * 1024])
                .header(Message.CONTENT_TYPE, "application/x-odd; a=\"b\"")
                .body(allBytes)
                .build();
        Receipt receipt = scene.producer().send(sent);

        inbox.awaitMessages(1);
        Delivery arrived = inbox.all().get(0);
        assertThat(arrived.message().body()).isEqualTo(allBytes);
        assertThat(arrived.message().key()).isEqualTo(allBytes);
        assertThat(sorted(arrived.message().headers())).isEqualTo(sorted(sent.headers()));
        assertThat(arrived.id()).isEqualTo(sent.id()).isEqualTo(receipt.id());
        assertThat(arrived.foreign()).isFalse();
        assertThat(arrived.attempt()).isEqualTo(1);
        assertThat(arrived.topic()).isEqualTo(topic);
        assertThat(arrived.partition()).isEqualTo(receipt.partition());
        assertThat(arrived.timestampMillis())
                .isCloseTo(System.currentTimeMillis(), org.assertj.core.data.Offset.offset(60_000L));
    }

    @Test
    @DisplayName("S3 a topic that no group reads holds what is sent, or refuses it and says how to mend that")
    void aTopicWithoutAGroup(Scene scene) {
        String topic = scene.name("lonely");
        scene.waybill().admin().createTopic(topic, 2);
        Message message = Scene.message(topic, "k", "1");
        Producer producer = scene.producer();
        if (scene.can(Capability.TOPIC_STORAGE)) {
            assertThat(producer.send(message).id()).isEqualTo(message.id());
            return;
        }
        assertThatThrownBy(() -> producer.send(message))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND))
                .hasMessageContaining("createGroup");
        String group = scene.group();
        scene.waybill().admin().createGroup(group, topic);
        assertThat(producer.send(message).id()).isEqualTo(message.id());
        Inbox inbox = scene.inbox();
        scene.open(scene.waybill().consumer(group), topic, inbox);
        inbox.awaitMessages(1);
    }

    @Test
    @DisplayName("C13 a group that was created beforehand gets what was sent from then on")
    void aGroupCreatedBeforehand(Scene scene) {
        String topic = scene.topic(2);
        String group = scene.group();
        Producer producer = scene.producer();
        producer.send(Scene.message(topic, "k", "before"));
        scene.waybill().admin().createGroup(group, topic);
        producer.send(Scene.message(topic, "k", "after"));
        scene.waybill().admin().createGroup(group, topic);
        Inbox inbox = scene.inbox();
        scene.open(scene.waybill().consumer(group), topic, inbox);
        inbox.awaitMessages(1);
        Scene.stays("nothing else comes", () -> inbox.texts().equals(List.of("after")));
    }

    private static Map<String, List<Byte>> sorted(Headers headers) {
        Map<String, List<Byte>> byName = new java.util.TreeMap<>();
        for (int i = 0; i < headers.size(); i++) {
            List<Byte> bytes = new ArrayList<>();
            for (byte b : headers.valueAt(i)) {
                bytes.add(b);
            }
            byName.put(headers.nameAt(i), bytes);
        }
        return byName;
    }

    @Test
    @DisplayName("S1 no body, no key and no headers arrive as such")
    void emptyArrivesEmpty(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        scene.producer().send(Message.to(topic).build());
        inbox.awaitMessages(1);
        Message arrived = inbox.all().get(0).message();
        assertThat(arrived.body()).isEmpty();
        assertThat(arrived.key()).isNull();
        assertThat(arrived.headers().size()).isZero();
    }

    @Test
    @DisplayName("S1 S9 a body of 1,000,000 bytes arrives, with 16 KiB of headers; a byte more is refused and not sent")
    void theLargestArrives(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Producer producer = scene.producer();
        byte[] largest = new byte[Limits.BODY_BYTES];
        new Random(7).nextBytes(largest);
        byte[] header = new byte[Limits.HEADERS_BYTES - "h".length()];
        new Random(8).nextBytes(header);
        assertRefused(
                () -> producer.send(
                        Message.to(topic).body(new byte[Limits.BODY_BYTES + 1]).build()),
                "1000001 bytes",
                "at most 1000000");
        assertRefused(
                () -> producer.send(Message.to(topic)
                        .header("h", new byte[Limits.HEADERS_BYTES])
                        .build()),
                "headers",
                "at most 16384");
        producer.send(Message.to(topic).header("h", header).body(largest).build());
        inbox.awaitMessages(1);
        assertThat(inbox.all()).hasSize(1);
        Message arrived = inbox.all().get(0).message();
        assertThat(arrived.body()).isEqualTo(largest);
        assertThat(arrived.headers().bytes("h")).contains(header);
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable send, String... words) {
        assertThatThrownBy(send, "what is over a limit (%s) is refused", words[0])
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .hasMessageContainingAll(words);
    }

    @Test
    @DisplayName("S1 the receipt names the partition of the key, and what the topic's settings make true")
    void theReceiptIsTrue(Scene scene) {
        String topic = scene.topic(8);
        scene.open(topic, scene.inbox());
        Producer producer = scene.producer();
        TopicDescription described =
                scene.waybill().admin().describeTopic(topic).orElseThrow();
        assertThat(described.partitions()).isEqualTo(8);
        // murmur2 modulo 8, as Kafka's own producer computes it
        Map<String, Integer> partitions = Map.of("a", 4, "order-1", 6, "customer-17", 0, "\u4e2d\u6587", 5);
        partitions.forEach((key, partition) -> {
            Receipt first = producer.send(Scene.message(topic, key, "first"));
            Receipt second = producer.send(Scene.message(topic, key, "second"));
            assertThat(first.partition()).as("partition of key %s", key).isEqualTo(partition);
            assertThat(first.copies())
                    .isEqualTo(described.durability().copies())
                    .isPositive();
            assertThat(first.flushed()).isEqualTo(described.durability().flushed());
            if (first.position() >= 0) {
                assertThat(second.position()).isGreaterThan(first.position());
            }
        });
    }

    @Test
    @DisplayName("S5 a message that is sent again keeps its id")
    void sentAgainKeepsItsId(Scene scene) {
        String topic = scene.topic(2);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Producer producer = scene.producer();
        Message message = Scene.message(topic, "k", "twice");
        producer.send(message);
        producer.send(message.toBuilder().build());
        scene.eventually("both copies arrive", () -> inbox.all().size() == 2);
        assertThat(inbox.ids()).containsExactly(message.id());
    }

    @Test
    @DisplayName("S6 what one thread sends of a key is stored in the order of its calls")
    void orderOfCallsIsKept(Scene scene) throws Exception {
        String topic = scene.topic(4);
        Inbox inbox = scene.inbox();
        scene.open(
                scene.waybill().consumer(scene.group()).ordering(io.waybill.message.Ordering.PARTITION), topic, inbox);
        Producer producer = scene.producer();
        int threads = 4;
        int each = 2_500;
        ExecutorService senders = Executors.newFixedThreadPool(threads);
        List<Future<List<CompletableFuture<Receipt>>>> sending = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            String name = "sender-" + t;
            sending.add(senders.submit(() -> {
                List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
                for (int i = 0; i < each; i++) {
                    receipts.add(producer.sendAsync(Scene.message(topic, name + "-" + i % 10, Integer.toString(i))));
                }
                return receipts;
            }));
        }
        senders.shutdown();
        for (Future<List<CompletableFuture<Receipt>>> one : sending) {
            one.get().forEach(CompletableFuture::join);
        }
        inbox.awaitMessages(threads * each);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("S2 a list gets one result for each message, in its order; one that is refused stops no other")
    void aListGetsAResultForEach(Scene scene) {
        String topic = scene.topic(2);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            messages.add(
                    i == 50
                            ? Message.to(topic)
                                    .body(new byte[Limits.BODY_BYTES + 1])
                                    .build()
                            : Scene.message(topic, "k" + i % 7, Integer.toString(i)));
        }
        List<SendResult> results = scene.producer().sendAll(messages);
        assertThat(results).hasSize(100);
        for (int i = 0; i < 100; i++) {
            assertThat(results.get(i).message()).isSameAs(messages.get(i));
            assertThat(results.get(i).confirmed()).as("result %s", i).isEqualTo(i != 50);
        }
        assertThat(results.get(50).failure())
                .isNotNull()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID));
        inbox.awaitMessages(99);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("S10 close waits for the outcome of all that was sent; what is used after it says CLOSED")
    void closeFlushes(Scene scene) {
        String topic = scene.topic(4);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Producer producer = scene.producer();
        List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            receipts.add(producer.sendAsync(Scene.message(topic, "k" + i % 100, Integer.toString(i))));
        }
        CloseReport report = producer.close(Duration.ofSeconds(30));
        assertThat(report.clean()).isTrue();
        assertThat(receipts).allMatch(receipt -> receipt.isDone() && !receipt.isCompletedExceptionally());
        assertThat(producer.health().details())
                .containsEntry("acknowledged", 5_000L)
                .containsEntry("inFlightBytes", 0L);
        inbox.awaitMessages(5_000);
        assertThatThrownBy(() -> producer.send(Scene.message(topic, "k", "late")))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CLOSED))
                .hasMessageContaining(producer.name());
        assertThat(producer.close(Duration.ZERO).clean()).as("a second close").isTrue();
    }

    @Test
    @DisplayName(
            "S10 what hangs on the future of a send may close the producer; the close goes on behind it, and loses nothing")
    void closedByWhatHangsOnAFuture(Scene scene) throws Exception {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Producer producer = scene.producer();
        CompletableFuture<CloseReport> closed = producer.sendAsync(Scene.message(topic, "k", "0"))
                .thenApply(receipt -> producer.close(Duration.ofMinutes(5)));
        List<CompletableFuture<Receipt>> others = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            others.add(producer.sendAsync(Scene.message(topic, "k", Integer.toString(i))));
        }
        assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(CloseReport.CLEAN);
        assertThat(producer.close(Duration.ofSeconds(20)))
                .as("who calls it again waits")
                .isEqualTo(CloseReport.CLEAN);
        assertThat(producer.state()).isEqualTo(State.CLOSED);
        assertThat(others).allMatch(CompletableFuture::isDone);
        long stored = 1
                + others.stream()
                        .filter(other -> !other.isCompletedExceptionally())
                        .count();
        inbox.awaitMessages((int) stored);
        assertThat(inbox.messages())
                .as("what was sent after the close is refused")
                .isEqualTo((int) stored);
    }

    @Test
    @DisplayName("S7 bytes in flight never exceed their bound")
    void bytesInFlightAreBounded(Scene scene) throws Exception {
        String topic = scene.topic(2);
        scene.open(topic, scene.inbox());
        long bound = 256 << 10;
        Producer producer = scene.waybill()
                .producer(scene.name("bounded"))
                .maxInFlightBytes(bound)
                .open();
        byte[] body = new byte[8 << 10];
        Map<Long, Boolean> seen = new ConcurrentHashMap<>();
        ExecutorService senders = Executors.newFixedThreadPool(4);
        List<Future<?>> sending = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            sending.add(senders.submit(() -> {
                for (int i = 0; i < 500; i++) {
                    var unused = producer.sendAsync(Message.to(topic).body(body).build());
                    seen.put(producer.health().details().getOrDefault("inFlightBytes", -1L), true);
                }
            }));
        }
        senders.shutdown();
        for (Future<?> one : sending) {
            one.get();
        }
        assertThat(producer.close(Duration.ofSeconds(30)).clean()).isTrue();
        // who asks for room is counted for a moment before it is refused: one message for each thread
        assertThat(seen.keySet())
                .as("bytes in flight")
                .allMatch(bytes -> bytes >= 0 && bytes <= bound + 4L * (body.length + 1024));
    }

    @Test
    @DisplayName("S8 who waits for each receipt waits for no timer that collects batches")
    void aBlockedCallerWaitsForNoTimer(Scene scene) {
        String topic = scene.topic(1);
        Producer producer = scene.producer();
        Duration fastest = Duration.ofDays(1);
        for (int i = 0; i < 200; i++) {
            long start = System.nanoTime();
            producer.send(Scene.message(topic, "k", Integer.toString(i)));
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            fastest = took.compareTo(fastest) < 0 ? took : fastest;
        }
        // a timer keeps every one of them waiting; a busy machine does not
        assertThat(fastest)
                .as("the fastest of 200 sends, one by one")
                .isLessThan(scene.target().shortestTimer());
    }

    @Test
    @DisplayName(
            "S2 S4 a caller that is interrupted or cancels hears so, and the send goes on: nothing is left in flight")
    void aCallerThatGivesUp(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Producer producer = scene.producer();
        for (int i = 0; i < 20; i++) {
            producer.sendAsync(Scene.message(topic, "k", "cancelled-" + i)).cancel(true);
        }
        Thread.currentThread().interrupt();
        try {
            producer.send(Scene.message(topic, "k", "interrupted"));
        } catch (MessagingException e) {
            assertThat(e.kind()).isEqualTo(ErrorKind.OUTCOME_UNKNOWN);
        } finally {
            assertThat(Thread.interrupted())
                    .as("the caller is still interrupted")
                    .isTrue();
        }
        producer.send(Scene.message(topic, "k", "last"));
        scene.eventually("the last arrives", () -> inbox.has("last"));
        assertThat(inbox.texts()).contains("cancelled-0", "cancelled-19", "interrupted");
        scene.eventually(
                "all are acknowledged", () -> producer.health().details().getOrDefault("acknowledged", 0L) == 22);
        assertThat(producer.health().details()).containsEntry("unknown", 0L).containsEntry("inFlightBytes", 0L);
    }

    @Test
    @DisplayName("S7 a producer whose callers are never to wait for room sends while there is room")
    void withoutWaitingForRoom(Scene scene) {
        String topic = scene.topic(2);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .maxBlock(Duration.ZERO)
                .open();
        for (int i = 0; i < 10; i++) {
            producer.send(Scene.message(topic, "k" + i, Integer.toString(i)));
        }
        inbox.awaitMessages(10);
    }
}
