package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.CloseReport;
import io.waybill.message.Message;
import io.waybill.message.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Many topics, many instances, many callers: each gets its own, and all of it. */
@SharedChapter
@DisplayName("Many at once")
class LoadConformance {
    private static final Duration CLOSE = Duration.ofSeconds(20);

    @Test
    @DisplayName("S1 C13 20 topics at once: each is complete, in order, and holds nothing of another")
    void twentyTopicsAtOnce(Scene scene) {
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            topics.add(scene.topic(1));
        }
        Inbox inbox = scene.inbox();
        Consumer consumer = scene.closed(scene.waybill().consumer(scene.group()).subscribe(topics, inbox));
        scene.eventually(
                "it owns a partition of each", () -> consumer.assignment().size() == 20);
        Producer producer = scene.producer();
        List<CompletableFuture<Receipt>> sent = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            String topic = topics.get(i % 20);
            sent.add(producer.sendAsync(Message.to(topic)
                    .key(topic)
                    .header("meant-for", topic)
                    .text(Integer.toString(i))
                    .build()));
        }
        sent.forEach(CompletableFuture::join);
        inbox.awaitMessages(1_000);
        assertThat(inbox.all())
                .as("each in the topic that it was sent to")
                .hasSize(1_000)
                .allMatch(delivery -> delivery.message()
                        .headers()
                        .text("meant-for")
                        .orElse("")
                        .equals(delivery.topic()));
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("C9 C14 one group with a handler for each topic: each gets its own; one that is closed stops no other")
    void aHandlerForEachTopic(Scene scene) {
        String group = scene.group();
        List<String> topics = List.of(scene.topic(2), scene.topic(2), scene.topic(2));
        List<Inbox> inboxes = List.of(scene.inbox(), scene.inbox(), scene.inbox());
        List<Consumer> consumers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            consumers.add(scene.open(scene.connect().consumer(group), topics.get(i), inboxes.get(i)));
        }
        Producer producer = scene.producer();
        topics.forEach(topic -> Scene.sendNumbers(producer, topic, 0, 50, 10));
        inboxes.forEach(inbox -> inbox.awaitMessages(50));

        assertThat(consumers.get(0).close(CLOSE)).isEqualTo(CloseReport.CLEAN);
        topics.forEach(topic -> Scene.sendNumbers(producer, topic, 50, 100, 10));
        inboxes.subList(1, 3).forEach(inbox -> inbox.awaitMessages(100));
        Inbox later = scene.inbox();
        scene.open(scene.connect().consumer(group), topics.get(0), later);
        later.awaitMessages(50);
        assertThat(inboxes.get(0).messages()).as("of a closed consumer").isEqualTo(50);
        for (int i = 0; i < 3; i++) {
            String own = topics.get(i);
            assertThat(inboxes.get(i).all())
                    .as("what came to the handler of %s", own)
                    .allMatch(delivery -> delivery.topic().equals(own));
        }
        assertThat(later.texts()).contains("50", "99");
    }

    @Test
    @DisplayName("C9 50 instances of one group together get all of 5,000 messages, each partition by one owner")
    void fiftyInstances(Scene scene) {
        String topic = scene.topic(10);
        String group = scene.group();
        Inbox inbox = scene.inbox();
        List<Consumer> members = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Waybill connection = scene.connect(); // 5 instances each, to spare a small machine 40 clients' threads
            for (int j = 0; j < 5; j++) {
                members.add(connection
                        .consumer(group)
                        .session(scene.target().session())
                        .concurrency(2)
                        .subscribe(topic, inbox));
            }
        }
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 2_500, 100); // while they find their shares
        scene.eventually("each partition has one owner", () -> Scene.ownedOnce(10, members));
        Scene.sendNumbers(producer, topic, 2_500, 5_000, 100);
        inbox.awaitMessages(5_000);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName(
            "C9 C15 10 instances that open and close all at once leave the group whole: what is sent later arrives")
    void tenInstancesOpenAndClose(Scene scene) throws Exception {
        String topic = scene.topic(4);
        String group = scene.group();
        Inbox inbox = scene.inbox();
        Producer producer = scene.producer();
        scene.waybill().admin().createGroup(group, topic);
        Scene.sendNumbers(producer, topic, 0, 100, 20);
        ExecutorService threads = Executors.newFixedThreadPool(10);
        List<Future<?>> visits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Waybill connection = scene.connect();
            visits.add(threads.submit(() -> connection
                    .consumer(group)
                    .session(scene.target().session())
                    .subscribe(topic, inbox)
                    .close(CLOSE)));
        }
        threads.shutdown();
        for (Future<?> visit : visits) {
            visit.get();
        }
        scene.open(scene.waybill().consumer(group).session(scene.target().session()), topic, inbox);
        Scene.sendNumbers(producer, topic, 100, 200, 20);
        inbox.awaitMessages(200);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("S1 S10 10,000 sends of 20 threads, then a close: every acknowledged one arrives, and no other")
    void twentyThreadsThenClose(Scene scene) throws Exception {
        String topic = scene.topic(4);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Producer producer = scene.producer();
        Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        ExecutorService threads = Executors.newFixedThreadPool(20);
        List<Future<?>> sending = new ArrayList<>();
        for (int t = 0; t < 20; t++) {
            String name = "sender-" + t;
            sending.add(threads.submit(() -> {
                for (int i = 0; i < 500; i++) {
                    var unused = producer.sendAsync(Scene.message(topic, name, Integer.toString(i)))
                            .thenAccept(receipt -> acknowledged.add(receipt.id()));
                }
            }));
        }
        threads.shutdown();
        for (Future<?> one : sending) {
            one.get();
        }
        assertThat(producer.close(Duration.ofSeconds(30))).isEqualTo(CloseReport.CLEAN);
        assertThat(acknowledged).as("acknowledged when close has returned").hasSize(10_000);
        inbox.awaitIds(acknowledged);
        assertThat(inbox.ids()).as("what arrives").isEqualTo(acknowledged);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("C1 C4 C14 5,000 messages read in pieces, by one consumer after the other: none is lost between two")
    void readInPieces(Scene scene) {
        String topic = scene.topic(3);
        String group = scene.group();
        Inbox all = scene.inbox();
        scene.waybill().admin().createGroup(group, topic);
        Scene.sendNumbers(scene.producer(), topic, 0, 5_000, 100);
        Waybill connection = scene.connect();
        for (int piece = 1; piece <= 5; piece++) {
            int enough = all.messages() + 500;
            Consumer consumer = connection
                    .consumer(group)
                    .session(scene.target().session())
                    .concurrency(16)
                    .subscribe(topic, all);
            scene.eventually("a piece of 500 is read", () -> all.messages() >= Math.min(enough, 5_000));
            assertThat(consumer.close(CLOSE)).isEqualTo(CloseReport.CLEAN);
        }
        scene.open(connection.consumer(group), topic, all);
        all.awaitMessages(5_000);
        all.assertOrderOfKeys();
    }
}
