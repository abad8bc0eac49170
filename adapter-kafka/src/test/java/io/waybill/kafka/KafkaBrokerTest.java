package io.waybill.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.waybill.kafka.TestOutgoing.End;
import io.waybill.kafka.TestOutgoing.Outcome;
import io.waybill.message.Delivery;
import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.GroupDescription;
import io.waybill.message.Message;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicPartition;
import io.waybill.message.TopicSpec;
import io.waybill.spi.AdminOperations;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import io.waybill.spi.Settlement;
import io.waybill.testbrokers.KafkaBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The SPI against a real broker, one that would create topics by itself if it were asked the wrong way. */
@Timeout(120)
class KafkaBrokerTest {
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration MAX_BLOCK = Duration.ofSeconds(2);
    private static final AtomicInteger NAMES = new AtomicInteger();

    private static KafkaBroker broker;
    private static KafkaAdapter adapter;
    private static AdminOperations admin;

    @BeforeAll
    static void start() throws Exception {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        broker = KafkaBroker.builder().autoCreateTopics(true).start();
        adapter = KafkaAdapter.builder(broker.bootstrapServers()).build();
        adapter.connect(Duration.ofSeconds(10));
        admin = adapter.admin();
    }

    @AfterAll
    static void stop() {
        adapter.close();
        broker.close();
    }

    @Test
    void whatIsSentArrives() throws Exception {
        String topic = topic(2);
        byte[] large = new byte[1_000_000];
        Arrays.fill(large, (byte) 7);
        List<Message> messages = List.of(
                Message.to(topic)
                        .key("k")
                        .text("text")
                        .header("a", "1")
                        .header("B.c-d_", "")
                        .build(),
                Message.to(topic).build(),
                Message.to(topic).key(new byte[] {0, -1}).body(large).build());
        try (Closing<Sender> sender = sender()) {
            List<Outcome> outcomes = send(sender.it(), topic, 1, messages);
            assertThat(outcomes).extracting(Outcome::end).containsOnly(End.STORED);
            assertThat(outcomes).extracting(Outcome::position).containsExactly(0L, 1L, 2L);
            assertThat(outcomes).extracting(Outcome::durability).containsOnly(new Durability(1, false));
        }
        try (PollThread poll = consume(topic, "round-trip")) {
            await().until(() -> poll.sink.deliveries.size() == 3);
            for (int i = 0; i < 3; i++) {
                Delivery delivery = poll.sink.deliveries.get(i);
                Message sent = messages.get(i);
                assertThat(delivery.id()).isEqualTo(sent.id());
                assertThat(delivery.message().key()).isEqualTo(sent.key());
                assertThat(delivery.message().body()).isEqualTo(sent.body());
                assertThat(delivery.message().headers()).isEqualTo(sent.headers());
                assertThat(delivery.partition()).isEqualTo(1);
                assertThat(delivery.position()).isEqualTo(i);
                assertThat(delivery.attempt()).isEqualTo(1);
                assertThat(delivery.foreign()).isFalse();
                assertThat(delivery.timestamp()).isAfter(Instant.now().minusSeconds(60));
            }
        }
    }

    @Test
    void aForeignRecordArrives() throws Exception {
        String topic = topic(1);
        try (Closing<Sender> sender = sender()) {
            @SuppressWarnings("unchecked")
            KafkaProducer<byte[], byte[]> nativeProducer =
                    sender.it().unwrap(KafkaProducer.class).orElseThrow();
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, null, null);
            record.headers().add("twice", new byte[] {1}).add("none", null).add("twice", new byte[] {2});
            assertThat(nativeProducer.send(record).get().hasOffset()).isTrue();
        }
        try (PollThread poll = consume(topic, "foreign")) {
            await().until(() -> poll.sink.deliveries.size() == 1);
            Delivery delivery = poll.sink.deliveries.get(0);
            assertThat(delivery.foreign()).isTrue();
            assertThat(delivery.message().body()).isEmpty();
            assertThat(delivery.message().headers().names()).containsExactly("twice", "none");
            assertThat(delivery.message().headers().bytes("twice")).hasValue(new byte[] {2});
        }
    }

    @Test
    void theReceiptSaysWhatTheTopicsSettingsMakeTrue() throws Exception {
        String topic = topic(1);
        try (Closing<Sender> sender = sender()) {
            assertThat(sender.it().describe(topic)).isEqualTo(new TopicDescription(topic, 1, new Durability(1, false)));
            alter(topic, "flush.messages", "1");
            await().untilAsserted(() ->
                    assertThat(sender.it().describe(topic).durability()).isEqualTo(new Durability(1, true)));
            assertThat(send(sender.it(), topic, 0, List.of(Message.to(topic).build())))
                    .extracting(Outcome::durability)
                    .containsExactly(new Durability(1, true));
        }
        assertThat(admin.describeTopic(topic).orElseThrow().durability()).isEqualTo(new Durability(1, true));
    }

    @Test
    void aMissingTopicIsNotFoundAndNotCreated() throws Exception {
        String missing = "missing-" + NAMES.incrementAndGet();
        try (Closing<Sender> sender = sender()) {
            Throwable failure = catchThrowable(() -> sender.it().describe(missing));
            assertThat(adapter.classify(failure)).isEqualTo(ErrorKind.NOT_FOUND);
            assertThatThrownBy(
                            () -> sender.it().openLane(new TopicDescription(missing, 1, Durability.ONE_UNFLUSHED), 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        try (Closing<LogReceiver> receiver = receiver(missing, "nobody")) {
            receiver.it().poll(Duration.ofSeconds(1), new TestSink(receiver.it()));
        }
        assertThat(admin.describeTopic(missing)).isEmpty();
        assertThat(admin.topics()).doesNotContain(missing);
    }

    @Test
    void whatTheTopicCannotTakeIsRefusedBeforeTheAppend() throws Exception {
        String topic = topic(1);
        alter(topic, "max.message.bytes", "2000");
        try (Closing<Sender> sender = sender()) {
            await().until(() -> send(sender.it(), topic, 0, List.of(sized(topic, 2000)))
                            .get(0)
                            .failure()
                    instanceof RecordTooLargeException);
            boolean stored = false;
            for (int size = 1999; !stored; size--) {
                Outcome outcome =
                        send(sender.it(), topic, 0, List.of(sized(topic, size))).get(0);
                assertThat(outcome.end()).as("%s bytes", size).isIn(End.REFUSED, End.STORED);
                stored = outcome.end() == End.STORED;
                assertThat(size).isGreaterThan(1700);
            }
        }
    }

    private static Message sized(String topic, int bytes) {
        return Message.to(topic)
                .key("key")
                .header("h1", "v1")
                .header("h2", "v2")
                .body(new byte[bytes])
                .build();
    }

    @Test
    void aSendThatWasNotAppendedIsRefusedWithinMaxBlock() throws Exception {
        String topic = topic(1);
        try (Closing<Sender> sender = sender()) {
            TopicDescription description = sender.it().describe(topic);
            Sender.Lane lane = sender.it().openLane(description, 7);
            List<TestOutgoing> batch =
                    outgoing(7, Message.to(topic).build(), Message.to(topic).build());
            long begin = System.nanoTime();
            lane.send(batch);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(MAX_BLOCK.plusMillis(1500));
            for (TestOutgoing outgoing : batch) {
                assertThat(outgoing.hasEnded()).isTrue();
                assertThat(outgoing.outcome().end()).isEqualTo(End.REFUSED);
                assertThat(adapter.classify(outgoing.outcome().failure())).isEqualTo(ErrorKind.UNAVAILABLE);
            }
            assertThat(lane.open()).as("a lane that blocked whom it served").isFalse();
        }
    }

    @Test
    void aSilentBrokerMakesSendsUnknownAndReceiversSaySo() throws Exception {
        String topic = topic(1);
        try (Closing<Sender> sender = sender();
                PollThread poll = consume(topic, "silence")) {
            await().until(() -> !poll.sink.owned.isEmpty());
            Sender.Lane lane = sender.it().openLane(sender.it().describe(topic), 0);
            broker.pause();
            try {
                List<TestOutgoing> batch =
                        outgoing(0, Message.to(topic).text("perhaps").build());
                long begin = System.nanoTime();
                lane.send(batch);
                assertThat(batch.get(0).outcome().end()).isEqualTo(End.UNKNOWN);
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SEND_TIMEOUT.plusSeconds(3));
                assertThat(catchThrowable(() -> sender.it().describe(topic)))
                        .satisfies(
                                failure -> assertThat(adapter.classify(failure)).isEqualTo(ErrorKind.UNAVAILABLE));
                await().untilAsserted(() -> assertThat(poll.sink.connections).containsExactly(false));
            } finally {
                broker.resume();
            }
            await().untilAsserted(() -> assertThat(poll.sink.connections).containsExactly(false, true));
            assertThat(lane.open()).isTrue();
            await().until(() -> send(
                                    sender.it(),
                                    topic,
                                    0,
                                    List.of(Message.to(topic).text("surely").build()))
                            .get(0)
                            .end()
                    == End.STORED);
            await().until(() -> poll.sink.deliveries.stream()
                    .anyMatch(delivery -> delivery.message().text().equals("surely")));
        }
    }

    @Test
    void aBrokenProducerIsReplaced() throws Exception {
        String topic = topic(1);
        try (Closing<Sender> sender = sender()) {
            TopicDescription description = sender.it().describe(topic);
            Sender.Lane lane = sender.it().openLane(description, 0);
            sender.it().unwrap(KafkaProducer.class).orElseThrow().close(Duration.ZERO);
            List<TestOutgoing> batch =
                    outgoing(0, Message.to(topic).build(), Message.to(topic).build());
            lane.send(batch);
            assertThat(batch.get(0).outcome().end()).isEqualTo(End.UNKNOWN);
            assertThat(batch.get(1).outcome().end()).isEqualTo(End.REFUSED);
            assertThat(lane.open()).isFalse();
            assertThat(send(sender.it(), topic, 0, List.of(Message.to(topic).build())))
                    .extracting(Outcome::end)
                    .containsExactly(End.STORED);
        }
    }

    @Test
    void positionsAreSettledAndKept() throws Exception {
        String topic = topic(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        fill(topic, 0, 10);
        try (PollThread poll = consume(topic, "settle-" + topic)) {
            await().until(() -> poll.sink.deliveries.size() == 10);
            poll.run(() -> {
                assertThat(poll.receiver.knowsGroup(topic)).isFalse();
                assertThat(poll.receiver.committed(List.of(partition))).isEmpty();
                poll.receiver.settle(List.of(Settlement.prefix(partition, 3, 4)), false);
            });
            await().untilAsserted(() -> poll.run(() ->
                    assertThat(poll.receiver.committed(List.of(partition))).isEqualTo(Map.of(partition, 4L))));
            poll.run(() -> {
                poll.receiver.settle(List.of(Settlement.prefix(partition, 6, 7)), true);
                assertThat(poll.receiver.committed(List.of(partition))).isEqualTo(Map.of(partition, 7L));
                assertThat(poll.receiver.knowsGroup(topic)).isTrue();
                assertThat(poll.receiver.first(partition)).isZero();
                assertThat(poll.receiver.end(partition)).isEqualTo(10);
                assertThat(poll.receiver.at(partition, Instant.EPOCH)).isZero();
                assertThat(poll.receiver.at(partition, Instant.now().plusSeconds(60)))
                        .isEqualTo(10);
            });
        }
        try (PollThread poll = consume(topic, "settle-" + topic)) {
            await().until(() -> poll.sink.deliveries.size() == 3);
            assertThat(poll.sink.deliveries).extracting(Delivery::position).containsExactly(7L, 8L, 9L);
        }
    }

    @Test
    void aFailedSettlementIsReportedByALaterPoll() throws Exception {
        String topic = topic(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (PollThread poll = consume(topic, "settle-fails")) {
            await().until(() -> !poll.sink.owned.isEmpty());
            poll.run(() -> poll.receiver.settle(
                    List.of(Settlement.prefix(new TopicPartition("gone-" + topic, 0), 0, 1)), false));
            await().until(() -> poll.sink.settleFailures.size() == 1);
            poll.run(() -> poll.receiver.settle(List.of(Settlement.prefix(partition, 0, 1)), true));
        }
    }

    @Test
    void pausedPartitionsAreNotGiven() throws Exception {
        String topic = topic(2);
        TopicPartition paused = new TopicPartition(topic, 0);
        TopicPartition foreign = new TopicPartition("other", 0);
        try (PollThread poll = consume(topic, "pause")) {
            await().until(() -> poll.sink.owned.size() == 2);
            poll.run(() -> poll.receiver.pause(List.of(paused, foreign)));
            fill(topic, 0, 5);
            fill(topic, 1, 5);
            await().until(() -> poll.sink.deliveries.size() == 5);
            assertThat(poll.sink.deliveries).extracting(Delivery::partition).containsOnly(1);
            poll.run(() -> poll.receiver.resume(List.of(paused, foreign)));
            await().until(() -> poll.sink.deliveries.size() == 10);
        }
    }

    @Test
    void aWakeupEndsTheWaitAndDisturbsNothingElse() throws Exception {
        String topic = topic(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        fill(topic, 0, 1);
        AtomicBoolean stop = new AtomicBoolean();
        try (Closing<LogReceiver> receiver = receiver(topic, "wakeup")) {
            TestSink sink = new TestSink(receiver.it());
            Thread disturber = new Thread(() -> {
                while (!stop.get()) {
                    receiver.it().wakeup();
                }
            });
            disturber.start();
            try {
                await().until(() -> {
                    receiver.it().poll(Duration.ofSeconds(5), sink);
                    return sink.deliveries.size() == 1;
                });
                for (int next = 1; next <= 50; next++) {
                    receiver.it().settle(List.of(Settlement.prefix(partition, next - 1, next)), true);
                    assertThat(receiver.it().committed(List.of(partition))).isEqualTo(Map.of(partition, (long) next));
                    assertThat(receiver.it().end(partition)).isEqualTo(1);
                }
            } finally {
                stop.set(true);
                disturber.join();
            }
            receiver.it().poll(Duration.ZERO, sink);
            receiver.it().wakeup();
            long begin = System.nanoTime();
            receiver.it().poll(Duration.ofSeconds(10), sink);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void aPositionOutOfRangeIsToldNotReset() throws Exception {
        String topic = topic(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        fill(topic, 0, 10);
        adapter.unwrap(Admin.class)
                .orElseThrow()
                .deleteRecords(
                        Map.of(new org.apache.kafka.common.TopicPartition(topic, 0), RecordsToDelete.beforeOffset(5)))
                .all()
                .get();
        try (Closing<LogReceiver> receiver = receiver(topic, "range")) {
            TestSink sink = new TestSink(receiver.it()) {
                @Override
                public void assigned(Collection<TopicPartition> partitions) {
                    try {
                        receiver.it().seek(partition, 2);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
            await().until(() -> {
                receiver.it().poll(Duration.ofSeconds(1), sink);
                return sink.deliveries.size() == 5;
            });
            assertThat(sink.outOfRange).containsExactly(new TestSink.OutOfRange(partition, 2));
            assertThat(sink.deliveries.get(0).position()).isEqualTo(5);
        }
    }

    @Test
    void whatTheSinkThrowsWhileAssigningComesOutOfPoll() throws Exception {
        String topic = topic(1);
        try (Closing<LogReceiver> receiver = receiver(topic, "throws")) {
            IllegalStateException failure = new IllegalStateException("no");
            TestSink sink = new TestSink(receiver.it()) {
                @Override
                public void assigned(Collection<TopicPartition> partitions) {
                    throw failure;
                }
            };
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 20; i++) {
                            receiver.it().poll(Duration.ofSeconds(1), sink);
                        }
                    })
                    .isSameAs(failure);
        }
    }

    @Test
    void twoMembersShareAndOnlyWhatMovesIsRevoked() throws Exception {
        String topic = topic(4);
        List<Long> settledInRevoke = new ArrayList<>();
        LogReceiver firstReceiver = openReceiver(topic, "share-" + topic);
        TestSink firstSink = new TestSink(firstReceiver) {
            @Override
            public void revoked(Collection<TopicPartition> partitions) {
                try {
                    for (TopicPartition partition : partitions) {
                        firstReceiver.settle(List.of(Settlement.prefix(partition, 41, 42)), true);
                        settledInRevoke.add(
                                firstReceiver.committed(List.of(partition)).get(partition));
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                super.revoked(partitions);
            }
        };
        try (PollThread first = new PollThread(firstReceiver, firstSink)) {
            await().until(() -> firstSink.owned.size() == 4);
            try (PollThread second = consume(topic, "share-" + topic)) {
                await().until(() -> firstSink.owned.size() == 2 && second.sink.owned.size() == 2);
                assertThat(first.sink.revocations).hasSize(1);
                assertThat(first.sink.revocations.get(0)).isEqualTo(Set.copyOf(second.sink.owned));
                assertThat(settledInRevoke).containsExactly(42L, 42L);
                GroupDescription group = admin.describeGroup("share-" + topic).orElseThrow();
                assertThat(group.members()).isEqualTo(2);
                assertThat(group.positions().values()).containsExactly(42L, 42L);
            }
            await().until(() -> firstSink.owned.size() == 4);
            assertThat(firstSink.losses).isEmpty();
        }
    }

    @Test
    void topicsAreCreatedOnceAndDeleted() throws Exception {
        String topic = topic(3);
        assertThat(admin.topics()).contains(topic).noneMatch(name -> name.startsWith("__"));
        assertThat(admin.describeTopic(topic).orElseThrow().partitions()).isEqualTo(3);
        assertKind(ErrorKind.ALREADY_EXISTS, () -> admin.createTopic(TopicSpec.of(topic, 1)));
        assertKind(
                ErrorKind.INVALID,
                () -> admin.createTopic(TopicSpec.of("x" + topic, 1).copies(9)));
        admin.deleteTopic(topic);
        assertThat(admin.describeTopic(topic)).isEmpty();
        assertKind(ErrorKind.NOT_FOUND, () -> admin.deleteTopic(topic));
        admin.createTopic(TopicSpec.of(topic, 1));
    }

    @Test
    void groupsAreResetAndDeletedOnceTheyHaveNoMembers() throws Exception {
        String topic = topic(2);
        String group = "reset-" + topic;
        TopicPartition zero = new TopicPartition(topic, 0);
        TopicPartition one = new TopicPartition(topic, 1);
        fill(topic, 0, 3);
        assertThat(admin.describeGroup(group)).isEmpty();
        admin.resetGroup(group, topic, StartPosition.latest());
        assertThat(admin.groups()).contains(group);
        assertThat(admin.describeGroup(group)).hasValue(new GroupDescription(group, 0, Map.of(zero, 3L, one, 0L)));
        admin.resetGroup(group, topic, StartPosition.first());
        assertThat(admin.describeGroup(group)).hasValue(new GroupDescription(group, 0, Map.of(zero, 0L, one, 0L)));
        admin.resetGroup(group, topic, StartPosition.at(Instant.now().plusSeconds(60)));
        assertThat(admin.describeGroup(group)).hasValue(new GroupDescription(group, 0, Map.of(zero, 3L, one, 0L)));
        admin.resetGroup(group, topic, StartPosition.at(Instant.EPOCH));
        assertThat(admin.describeGroup(group).orElseThrow().positions()).containsEntry(zero, 0L);
        assertKind(ErrorKind.NOT_FOUND, () -> admin.resetGroup(group, "no-" + topic, StartPosition.first()));
        try (PollThread poll = consume(topic, group)) {
            await().until(() -> poll.sink.owned.size() == 2);
            assertKind(ErrorKind.REFUSED, () -> admin.resetGroup(group, topic, StartPosition.first()));
            assertKind(ErrorKind.REFUSED, () -> admin.deleteGroup(group));
        }
        admin.deleteGroup(group);
        assertThat(admin.describeGroup(group)).isEmpty();
        assertKind(ErrorKind.NOT_FOUND, () -> admin.deleteGroup(group));
    }

    @Test
    void nativeClientsCanBeUnwrapped() throws Exception {
        assertThat(adapter.unwrap(Admin.class)).isPresent();
        assertThat(adapter.unwrap(String.class)).isEmpty();
        try (Closing<LogReceiver> receiver = receiver(topic(1), "unwrap")) {
            assertThat(receiver.it().unwrap(KafkaConsumer.class)).isPresent();
            assertThat(receiver.it().unwrap(KafkaProducer.class)).isEmpty();
        }
    }

    private static String topic(int partitions) throws Exception {
        String topic = "topic-" + NAMES.incrementAndGet();
        admin.createTopic(TopicSpec.of(topic, partitions));
        return topic;
    }

    private static void alter(String topic, String name, String value) throws Exception {
        adapter.unwrap(Admin.class)
                .orElseThrow()
                .incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private static void fill(String topic, int partition, int count) throws Exception {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(
                    Message.to(topic).body(("message " + i).getBytes(UTF_8)).build());
        }
        try (Closing<Sender> sender = sender()) {
            assertThat(send(sender.it(), topic, partition, messages).stream()
                            .map(Outcome::end)
                            .collect(toSet()))
                    .containsExactly(End.STORED);
        }
    }

    private static List<Outcome> send(Sender sender, String topic, int partition, List<Message> messages)
            throws Exception {
        List<TestOutgoing> batch = outgoing(partition, messages.toArray(new Message[0]));
        sender.openLane(sender.describe(topic), partition).send(batch);
        List<Outcome> outcomes = new ArrayList<>();
        for (TestOutgoing outgoing : batch) {
            outcomes.add(outgoing.outcome());
        }
        return outcomes;
    }

    private static List<TestOutgoing> outgoing(int partition, Message... messages) {
        return Arrays.stream(messages)
                .map(message -> new TestOutgoing(message, partition))
                .toList();
    }

    private static Closing<Sender> sender() {
        Sender sender = adapter.openSender(new SenderOptions("test", SEND_TIMEOUT, MAX_BLOCK, 32 << 20, 1_000_000));
        return new Closing<>(sender, () -> sender.close(Duration.ofSeconds(5)));
    }

    private static PollThread consume(String topic, String group) {
        LogReceiver receiver = openReceiver(topic, group);
        return new PollThread(receiver, new TestSink(receiver));
    }

    private static Closing<LogReceiver> receiver(String topic, String group) {
        LogReceiver receiver = openReceiver(topic, group);
        return new Closing<>(receiver, () -> receiver.close(Duration.ofSeconds(5)));
    }

    private static LogReceiver openReceiver(String topic, String group) {
        return (LogReceiver) adapter.openReceiver(new ReceiverOptions(
                group,
                Set.of(topic),
                "member-" + NAMES.incrementAndGet(),
                500,
                64 << 20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5)));
    }

    private static void assertKind(ErrorKind kind, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        Throwable failure = catchThrowable(call);
        assertThat(failure).isNotNull();
        assertThat(adapter.classify(failure)).as("%s", failure).isEqualTo(kind);
    }

    private record Closing<T>(T it, Runnable end) implements AutoCloseable {
        @Override
        public void close() {
            end.run();
        }
    }
}
