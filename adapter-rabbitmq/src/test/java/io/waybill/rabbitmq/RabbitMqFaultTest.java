package io.waybill.rabbitmq;

import static io.waybill.rabbitmq.TestKit.assertKind;
import static io.waybill.rabbitmq.TestKit.drain;
import static io.waybill.rabbitmq.TestKit.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Connection;
import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.rabbitmq.TestOutgoing.End;
import io.waybill.spi.Sender;
import io.waybill.testbrokers.RabbitMqBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that break, brokers that fall silent or let nobody publish. */
@Tag("rabbitmq")
@Timeout(120)
class RabbitMqFaultTest {
    private static RabbitMqBroker broker;
    private static Waybill waybill;

    @BeforeAll
    static void start() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        broker = RabbitMqBroker.builder().start();
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

    /** How often each text is in a group's queues, which are empty then. */
    private static Map<String, Integer> stored(String topic, String group, int partitions) throws Exception {
        Map<String, Integer> copies = new TreeMap<>();
        try (Connection connection = TestKit.nativeConnection(broker)) {
            for (int i = 0; i < partitions; i++) {
                drain(connection, Names.queue(topic, group, i)).forEach(text -> copies.merge(text, 1, Integer::sum));
            }
        }
        return copies;
    }

    @Test
    void s4SendsOfAConnectionThatIsKilledEndWithinASecondAndNothingIsSentTwice() throws Exception {
        String group = name("group");
        String topic = topic(4, group);
        Map<String, CompletableFuture<Receipt>> results = new ConcurrentSkipListMap<>();
        Map<String, Long> endedAt = new ConcurrentHashMap<>();
        AtomicBoolean enough = new AtomicBoolean();
        try (Producer producer = waybill.producer("cut").open()) {
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
                for (int i = 0; !enough.get(); i++) {
                    String text = "t" + i;
                    CompletableFuture<Receipt> result = producer.sendAsync(
                            Message.to(topic).key("k" + i % 20).text(text).build());
                    results.put(text, result);
                    Object unused = result.whenComplete((receipt, failure) -> endedAt.put(text, System.nanoTime()));
                    if (i % 20 == 0) {
                        LockSupport.parkNanos(1_000_000);
                    }
                }
            });
            for (int i = 0; i < 3; i++) {
                int before = endedAt.size();
                await().until(() -> endedAt.size() > before + 500);
                broker.ctl("close_all_connections", "test");
            }
            int before = endedAt.size();
            await().until(() -> endedAt.size() > before + 500);
            enough.set(true);
            long end = System.nanoTime();
            Void unused = sending.get(10, TimeUnit.SECONDS);
            await().until(() -> endedAt.size() == results.size());
            assertThat(endedAt.values()).allMatch(at -> at - end < TimeUnit.SECONDS.toNanos(1));
        }
        Map<String, Integer> copies = stored(topic, group, 4);
        assertThat(copies.values()).containsOnly(1);
        int lost = 0;
        for (Map.Entry<String, CompletableFuture<Receipt>> result : results.entrySet()) {
            if (result.getValue().isCompletedExceptionally()) {
                lost++;
                ErrorKind kind = kind(result.getValue());
                assertThat(kind).isIn(ErrorKind.OUTCOME_UNKNOWN, ErrorKind.UNAVAILABLE);
                if (kind == ErrorKind.UNAVAILABLE) {
                    assertThat(copies).doesNotContainKey(result.getKey());
                }
            } else {
                assertThat(copies).containsKey(result.getKey());
            }
        }
        assertThat(lost).isPositive();
    }

    private static ErrorKind kind(CompletableFuture<?> result) throws InterruptedException {
        try {
            Object unused = result.get();
            throw new AssertionError("It has not failed");
        } catch (ExecutionException e) {
            return ((MessagingException) e.getCause()).kind();
        }
    }

    private static List<TestOutgoing> large(String topic, int count) {
        return Stream.generate(() -> new TestOutgoing(
                        Message.to(topic).body(new byte[1_000_000]).build(), 0))
                .limit(count)
                .toList();
    }

    /** Hands over more than sockets hold, on a thread of its own, which may be stuck for a while. */
    private static List<TestOutgoing> flood(Sender sender, String topic) throws Exception {
        Sender.Lane lane = sender.openLane(sender.describe(topic), 0);
        List<TestOutgoing> batch = large(topic, 40);
        Thread thread = new Thread(() -> {
            try {
                lane.send(batch);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return batch;
    }

    private static RabbitMqAdapter adapter() throws Exception {
        RabbitMqAdapter adapter = RabbitMqAdapter.builder("127.0.0.1:" + broker.port())
                .heartbeat(Duration.ofSeconds(1))
                .build();
        adapter.connect(Duration.ofSeconds(5));
        return adapter;
    }

    @Test
    void s4ASilentBrokerHoldsNoSendEvenWhenASocketIsFull() throws Exception {
        String topic = topic(1, name("group"));
        try (RabbitMqAdapter adapter = adapter()) {
            Sender sender = adapter.openSender(TestKit.senderOptions(Duration.ofSeconds(60), Duration.ofSeconds(1)));
            Sender.Lane open = sender.openLane(sender.describe(topic), 0);
            broker.pause();
            try {
                List<TestOutgoing> batch = large(topic, 40);
                CompletableFuture<Void> handedOver = CompletableFuture.runAsync(() -> {
                    try {
                        open.send(batch);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> batch.stream().allMatch(TestOutgoing::hasEnded));
                Void unused = handedOver.get(5, TimeUnit.SECONDS);
                assertThat(open.open()).isFalse();
                for (TestOutgoing outgoing : batch) {
                    assertThat(outgoing.outcome().end()).isIn(End.UNKNOWN, End.REFUSED);
                }
                assertThat(batch.get(0).outcome().end()).isEqualTo(End.UNKNOWN);
            } finally {
                broker.resume();
            }
            await().ignoreExceptions()
                    .until(() ->
                            TestKit.send(sender, topic, 0, Message.to(topic).build())
                                            .get(0)
                                            .outcome()
                                            .end()
                                    == End.STORED);
            sender.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void s10ASenderCanBeClosedWhileTheBrokerTakesNothing() throws Exception {
        String topic = topic(1, name("group"));
        try (RabbitMqAdapter adapter = adapter()) {
            Sender sender = adapter.openSender(TestKit.senderOptions(Duration.ofSeconds(60), Duration.ofSeconds(60)));
            assertThat(TestKit.send(sender, topic, 0, Message.to(topic).build())
                            .get(0)
                            .outcome()
                            .end())
                    .isEqualTo(End.STORED);
            broker.ctl("set_vm_memory_high_watermark", "0.00001");
            try {
                List<TestOutgoing> batch = flood(sender, topic);
                long begin = System.nanoTime();
                sender.close(Duration.ofSeconds(1));
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
                await().atMost(Duration.ofSeconds(5)).until(() -> batch.stream().allMatch(TestOutgoing::hasEnded));
            } finally {
                broker.ctl("set_vm_memory_high_watermark", "0.6");
            }
        }
    }

    @Test
    void s7AMemoryAlarmRefusesSendsInTimeAndConsumersGoOn() throws Exception {
        String group = name("group");
        String topic = topic(1, group);
        AtomicInteger handled = new AtomicInteger();
        try (Producer producer = waybill.producer("alarmed")
                        .maxBlock(Duration.ofSeconds(1))
                        .sendTimeout(Duration.ofSeconds(3))
                        .open();
                Consumer consumer = waybill.consumer(group).concurrency(1).subscribe(topic, delivery -> {
                    LockSupport.parkNanos(2_000_000);
                    handled.incrementAndGet();
                })) {
            await().until(() -> consumer.assignment().size() == 1);
            List<CompletableFuture<Receipt>> backlog = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                backlog.add(producer.sendAsync(
                        Message.to(topic).key("k" + i % 7).text("m" + i).build()));
            }
            CompletableFuture.allOf(backlog.toArray(CompletableFuture[]::new)).join();
            broker.ctl("set_vm_memory_high_watermark", "0.00001");
            try {
                Set<ErrorKind> kinds = new HashSet<>();
                for (int i = 0; i < 3; i++) {
                    long begin = System.nanoTime();
                    kinds.add(kind(
                            producer.sendAsync(Message.to(topic).text("late").build())));
                    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
                }
                assertThat(kinds).contains(ErrorKind.UNAVAILABLE);
                await().until(() -> handled.get() >= 2000);
                await().until(() -> broker.ctl("list_queues", "name", "messages")
                        .lines()
                        .anyMatch(line -> line.matches(Names.queue(topic, group, 0) + "\\s+0")));
                assertThat(consumer.assignment()).hasSize(1);
            } finally {
                broker.ctl("set_vm_memory_high_watermark", "0.6");
            }
            await().ignoreExceptions()
                    .until(() -> !producer.send(Message.to(topic).text("again").build())
                            .topic()
                            .isEmpty());
        }
    }

    @Test
    void c15NothingIsLeftBehindByConnectionsThatBroke() throws Exception {
        String group = name("group");
        String topic = topic(2, group);
        AtomicInteger handled = new AtomicInteger();
        int threads;
        try (Waybill another = Waybill.connect(broker.uri());
                Producer producer = another.producer("again").open();
                Consumer consumer = another.consumer(group).subscribe(topic, delivery -> handled.incrementAndGet())) {
            await().until(() -> consumer.assignment().size() == 2);
            Object first = producer.send(Message.to(topic).build());
            threads = Thread.activeCount();
            for (int i = 0; i < 3; i++) {
                int before = handled.get();
                broker.ctl("close_all_connections", "test");
                await().ignoreExceptions().until(() -> {
                    Object unused = producer.send(Message.to(topic).build());
                    return handled.get() > before;
                });
            }
            await().until(() -> consumer.assignment().size() == 2);
            await().untilAsserted(() -> assertThat(
                            broker.ctl("list_connections", "pid").lines().count())
                    .isLessThanOrEqualTo(6)); // two of each instance, and two more for sending and receiving
            await().untilAsserted(() -> assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 6));
            assertThat(first).isNotNull();
        }
        await().untilAsserted(() -> assertThat(
                        broker.ctl("list_connections", "pid").lines().count())
                .isLessThanOrEqualTo(2));
    }

    @Test
    void aBrokerThatIsGoneIsUnavailableAndTheRegistryIsReadAgainAfterARestart() {
        String group = name("group");
        String topic = topic(1, group);
        assertThat(waybill.admin().topics()).contains(topic);
        broker.kill();
        assertKind(ErrorKind.UNAVAILABLE, () -> waybill.admin().topics());
        assertKind(ErrorKind.UNAVAILABLE, () -> waybill.admin().createTopic(name("topic"), 1));
        broker.start();
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(waybill.admin().topics()).contains(topic));
        assertThat(waybill.admin().groups()).contains(group);
    }
}
