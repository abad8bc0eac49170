package io.waybill.rabbitmq;

import static io.waybill.rabbitmq.TestKit.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.conformance.ConsumerMain;
import io.waybill.conformance.KillableConsumer;
import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ClaimingReceiver;
import io.waybill.spi.Settlement;
import io.waybill.testbrokers.RabbitMqBroker;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One owner at a time, whatever members do (rule C9), and handlers that take long (C6). */
@Tag("rabbitmq")
@Timeout(200)
class RabbitMqOwnershipTest {
    private static final int MEMBERS = 6;
    private static final int PARTITIONS = 4;

    private static RabbitMqBroker broker;
    private static Waybill waybill;

    @BeforeAll
    static void start() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        broker = RabbitMqBroker.builder().property("consumer_timeout", "10000").start();
        waybill = Waybill.connect(broker.uri());
    }

    @AfterAll
    static void stop() {
        waybill.close();
        broker.close();
    }

    private static String topic(int partitions, String group) {
        String topic = name("topic");
        waybill.admin().createTopic(topic, partitions);
        waybill.admin().createGroup(group, topic);
        return topic;
    }

    @Test
    void c9MembersThatRaceNeverOwnTogetherAndSoonOneDoes() throws Exception {
        String group = name("group");
        String topic = topic(PARTITIONS, group);
        RabbitMqAdapter adapter =
                RabbitMqAdapter.builder("127.0.0.1:" + broker.port()).build();
        Map<TopicPartition, String> owners = new ConcurrentHashMap<>();
        AtomicInteger together = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(MEMBERS);
        try (adapter) {
            adapter.connect(Duration.ofSeconds(5));
            for (int round = 0; round < 3; round++) {
                List<Future<Void>> members = new ArrayList<>();
                for (int m = 0; m < MEMBERS; m++) {
                    ClaimingReceiver receiver = TestKit.receiver(adapter, group, topic);
                    members.add(threads.submit(race(receiver, "member-" + m, topic, owners, together)));
                }
                await().atMost(Duration.ofSeconds(5)).until(() -> owners.size() == PARTITIONS);
                owners.clear();
                for (Future<Void> member : members) {
                    Void unused = member.get(20, TimeUnit.SECONDS);
                }
                assertThat(together).hasValue(0);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Tries until all have owners; gives back what it owns when the list of owners was cleared. */
    private static Callable<Void> race(
            ClaimingReceiver receiver,
            String self,
            String topic,
            Map<TopicPartition, String> owners,
            AtomicInteger together) {
        return () -> {
            Set<TopicPartition> owned = ConcurrentHashMap.newKeySet();
            try {
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                boolean complete = false;
                while (!(complete && owners.isEmpty()) && System.nanoTime() - deadline < 0) {
                    for (int i = 0; i < PARTITIONS && !complete; i++) {
                        TopicPartition partition = new TopicPartition(topic, i);
                        if (!owned.contains(partition) && receiver.tryOwn(partition)) {
                            owned.add(partition);
                            if (owners.putIfAbsent(partition, self) != null) {
                                together.incrementAndGet();
                            }
                        }
                    }
                    complete |= owners.size() == PARTITIONS;
                    receiver.poll(Duration.ofMillis(20), new TestSink());
                }
            } finally {
                receiver.close(Duration.ofSeconds(5));
            }
            return null;
        };
    }

    @Test
    void c1C5WhatIsSettledOutOfOrderStaysSettledAndTheRestComesAgainInOrder() throws Exception {
        String group = name("group");
        String topic = topic(1, group);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Producer producer = waybill.producer("settled").open();
                RabbitMqAdapter adapter = RabbitMqAdapter.builder("127.0.0.1:" + broker.port())
                        .prefetch(20)
                        .build()) {
            for (int i = 1; i <= 12; i++) {
                Object unused = producer.send(Message.to(topic).text("m" + i).build());
            }
            TestSink sink = new TestSink();
            ClaimingReceiver first = TestKit.receiver(adapter, group, topic);
            await().until(() -> first.tryOwn(partition));
            await().until(() -> {
                first.poll(Duration.ofMillis(100), sink);
                return sink.deliveries.size() == 12;
            });
            first.settle(List.of(new Settlement(partition, 2, 3, new long[] {4, 7})), false);
            first.settle(List.of(new Settlement(partition, 2, 3, new long[] {9})), false);
            first.settle(List.of(new Settlement(partition, 4, 5, new long[] {10})), false);
            first.settle(List.of(new Settlement(partition, 5, 6, new long[] {12})), true);
            first.close(Duration.ofSeconds(5));

            TestSink again = new TestSink();
            ClaimingReceiver second = TestKit.receiver(adapter, group, topic);
            await().until(() -> second.tryOwn(partition));
            await().until(() -> {
                second.poll(Duration.ofMillis(100), again);
                return again.deliveries.size() >= 3;
            });
            assertThat(again.deliveries)
                    .extracting(delivery -> delivery.message().text())
                    .containsExactly("m6", "m8", "m11");
            second.close(Duration.ofSeconds(5));
        }
    }

    /** A queue puts what comes back behind what came back before: owners that take fewer than the last one had mix it up. */
    @Test
    void c2WhatComesBackKeepsItsOrderWhateverPrefetchMembersWereTold() throws Exception {
        String group = name("group");
        String topic = topic(1, group);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Producer producer = waybill.producer("returned").open()) {
            for (int i = 0; i < 20; i++) {
                Object unused = producer.send(Message.to(topic).text("m" + i).build());
            }
        }
        for (int prefetch : new int[] {20, 5, 3, 20}) {
            try (RabbitMqAdapter adapter = RabbitMqAdapter.builder("127.0.0.1:" + broker.port())
                    .prefetch(prefetch)
                    .build()) {
                TestSink sink = new TestSink();
                ClaimingReceiver receiver = TestKit.receiver(adapter, group, topic);
                await().until(() -> receiver.tryOwn(partition));
                await().until(() -> {
                    receiver.poll(Duration.ofMillis(100), sink);
                    return sink.deliveries.size() == 20;
                });
                assertThat(sink.deliveries)
                        .extracting(delivery -> delivery.message().text())
                        .containsExactlyElementsOf(
                                IntStream.range(0, 20).mapToObj(i -> "m" + i).toList());
                receiver.close(Duration.ofSeconds(5));
            }
        }
    }

    @Test
    void c9OthersTakeOverFromAFrozenMember() throws Exception {
        String group = name("group");
        String topic = topic(2, group);
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ConsumerMain.class.getName(),
                        group,
                        topic,
                        "PT6S")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("WAYBILL_CONFORMANCE_URI", broker.uri());
        Process child = builder.start();
        Set<String> handled = ConcurrentHashMap.newKeySet();
        try (Producer producer = waybill.producer("frozen").open()) {
            await().until(() ->
                    waybill.admin().describeGroup(group).orElseThrow().members() == 1);
            for (int i = 0; i < 20; i++) {
                Object unused = producer.send(Message.to(topic)
                        .key("k" + i)
                        .text(KillableConsumer.STUCK + i)
                        .build());
            }
            await().until(() -> broker.ctl("list_queues", "name", "messages_unacknowledged")
                            .lines()
                            .filter(line -> line.startsWith(topic + ":"))
                            .mapToInt(line -> Integer.parseInt(line.replaceAll(".*\\s", "")))
                            .sum()
                    == 20);
            int stopped = new ProcessBuilder("kill", "-STOP", Long.toString(child.pid()))
                    .start()
                    .waitFor();
            assertThat(stopped).isZero();
            try (Consumer consumer = waybill.consumer(group)
                    .session(Duration.ofSeconds(6))
                    .subscribe(topic, delivery -> handled.add(delivery.message().text()))) {
                await().atMost(Duration.ofSeconds(20)).until(() -> handled.size() == 20);
                assertThat(consumer.assignment()).hasSize(2);
            }
        } finally {
            child.destroyForcibly();
        }
    }

    /** Before anybody says how many partitions share the room. */
    @Test
    void c6WhatComesFirstIsBoundedToo() throws Exception {
        String group = name("group");
        String topic = topic(1, group);
        String queue = Names.queue(topic, group, 0);
        int bytes = 100_000;
        try (Producer producer = waybill.producer("first").open();
                Connection connection = TestKit.nativeConnection(broker);
                Channel channel = connection.createChannel()) {
            for (int i = 0; i < 100; i++) {
                Object unused =
                        producer.send(Message.to(topic).body(body(i, bytes)).build());
            }
            QueueConsumer consumer = QueueConsumer.open(
                    waybill.unwrap(Connection.class),
                    new TopicPartition(topic, 0),
                    queue,
                    100,
                    5L * bytes + bytes / 2,
                    () -> {});
            await("the broker has sent all")
                    .until(() -> channel.queueDeclarePassive(queue).getMessageCount() == 0);
            await("it was read, up to the bound").until(() -> consumer.waiting() == 5 + 1);
            consumer.close();
        }
    }

    @Test
    void c6WhatWaitsIsBoundedInBytesWhateverThePrefetch() throws Exception {
        String group = name("group");
        String topic = topic(1, group);
        String queue = Names.queue(topic, group, 0);
        int large = 300;
        int largeBytes = 100_000;
        try (Producer producer = waybill.producer("sizes").open();
                Connection connection = TestKit.nativeConnection(broker);
                Channel channel = connection.createChannel()) {
            for (int i = 0; i < large; i++) {
                Object unused = producer.send(
                        Message.to(topic).key("k").body(body(i, largeBytes)).build());
            }
            CountDownLatch stuck = new CountDownLatch(1);
            Map<Integer, Integer> handled = new ConcurrentHashMap<>();
            List<Integer> firsts = new CopyOnWriteArrayList<>();
            long before = used();
            try (Consumer consumer = waybill.consumer(group)
                    .bufferBytes(1 << 20)
                    .subscribe(topic, delivery -> {
                        boolean unused = stuck.await(60, TimeUnit.SECONDS);
                        int number = ByteBuffer.wrap(delivery.message().body()).getInt();
                        if (handled.merge(number, 1, Integer::sum) == 1) {
                            firsts.add(number);
                        }
                    })) {
                await("the broker has sent all it may")
                        .until(() -> channel.queueDeclarePassive(queue).getMessageCount() == 0);
                await("what waits is a part of it, once the client has read what the broker sent")
                        .until(() -> used() - before, bytes -> bytes < large * (long) largeBytes / 3);
                stuck.countDown();
                await().until(() -> handled.size() == large);
                assertThat(firsts).isSorted();
                assertThat(consumer.assignment()).hasSize(1);
            }
        }
    }

    private static byte[] body(int number, int bytes) {
        return ByteBuffer.allocate(bytes).putInt(number).array();
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** The broker looks once a minute. */
    @Test
    @Tag("soak")
    void c6C1AHandlerBeyondTheBrokersTimeoutCostsARepetitionAndNothingElse() throws Exception {
        String group = name("group");
        String topic = topic(1, group);
        List<Delivery> deliveries = new CopyOnWriteArrayList<>();
        CountDownLatch never = new CountDownLatch(1);
        try (Producer producer = waybill.producer("slow").open();
                Consumer consumer = waybill.consumer(group).subscribe(topic, delivery -> {
                    deliveries.add(delivery);
                    if (delivery.message().text().equals("slow") && delivery.attempt() == 1) {
                        boolean unused = never.await(75, TimeUnit.SECONDS);
                    }
                })) {
            await().until(() -> consumer.assignment().size() == 1);
            Object unused =
                    producer.send(Message.to(topic).key("a").text("slow").build());
            await().atMost(Duration.ofSeconds(150))
                    .until(() -> deliveries.stream().anyMatch(delivery -> delivery.attempt() > 1));
            Object more = producer.send(Message.to(topic).key("b").text("fast").build());
            await().until(() -> deliveries.stream()
                    .anyMatch(delivery -> delivery.message().text().equals("fast")));
            await().until(() -> broker.ctl("list_queues", "name", "messages")
                    .lines()
                    .anyMatch(line -> line.matches(Names.queue(topic, group, 0) + "\\s+0")));
            assertThat(more).isNotNull();
        }
    }
}
