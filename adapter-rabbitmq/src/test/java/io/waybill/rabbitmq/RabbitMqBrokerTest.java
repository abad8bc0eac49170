package io.waybill.rabbitmq;

import static io.waybill.rabbitmq.TestKit.QUORUM;
import static io.waybill.rabbitmq.TestKit.assertKind;
import static io.waybill.rabbitmq.TestKit.drain;
import static io.waybill.rabbitmq.TestKit.name;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Headers;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Ordering;
import io.waybill.spi.ControlLogs;
import io.waybill.testbrokers.RabbitMqBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is peculiar to RabbitMQ, against a real broker: routing, queues, headers. */
@Tag("rabbitmq")
@Timeout(120)
@SuppressWarnings("JavaUtilDate") // the type of the client's timestamps
class RabbitMqBrokerTest {
    private static RabbitMqBroker broker;
    private static Waybill waybill;
    private static Connection other;

    @BeforeAll
    static void start() throws Exception {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        broker = RabbitMqBroker.builder().start();
        waybill = Waybill.connect(broker.uri());
        other = TestKit.nativeConnection(broker);
    }

    @AfterAll
    static void stop() {
        other.abort();
        waybill.close();
        broker.close();
    }

    private static String topic(int partitions) {
        String topic = name("topic");
        waybill.admin().createTopic(topic, partitions);
        return topic;
    }

    private static String topicWithGroup(int partitions, String group) {
        String topic = topic(partitions);
        waybill.admin().createGroup(group, topic);
        return topic;
    }

    @Test
    void s2S3ReceiptsAndReturnsFindTheirMessagesWhileBindingsComeAndGo() throws Exception {
        String group = name("group");
        String topic = topicWithGroup(2, group);
        Map<String, CompletableFuture<?>> results = new HashMap<>();
        try (Producer producer = waybill.producer("mixed").open();
                Channel channel = other.createChannel()) {
            for (int i = 0; i < 10_000; i++) {
                if (i % 2000 == 1000) {
                    channel.queueUnbind(Names.queue(topic, group, 0), topic, "0");
                } else if (i % 2000 == 0) {
                    channel.queueBind(Names.queue(topic, group, 0), topic, "0");
                }
                results.put(
                        Integer.toString(i),
                        producer.sendAsync(Message.to(topic)
                                .key("k" + i % 50)
                                .text(Integer.toString(i))
                                .build()));
            }
            CompletableFuture.allOf(results.values().toArray(CompletableFuture[]::new))
                    .exceptionally(failure -> null)
                    .get();
        }
        Set<String> stored = new HashSet<>();
        int copies = 0;
        for (int i = 0; i < 2; i++) {
            List<String> texts = drain(other, Names.queue(topic, group, i));
            copies += texts.size();
            stored.addAll(texts);
        }
        Set<String> received = new HashSet<>();
        results.forEach((text, result) -> {
            if (!result.isCompletedExceptionally()) {
                received.add(text);
            } else {
                assertKind(ErrorKind.NOT_FOUND, result::join);
            }
        });
        assertThat(received).isEqualTo(stored).hasSizeLessThan(10_000);
        assertThat(copies).isEqualTo(stored.size());
    }

    @Test
    void s3TheSameMessageManyTimesAtOnceNeverGetsAFalseResult() throws Exception {
        String group = name("group");
        String topic = topicWithGroup(1, group);
        String queue = Names.queue(topic, group, 0);
        try (Producer producer = waybill.producer("same").open();
                Channel channel = other.createChannel()) {
            for (int round = 0; round < 30; round++) {
                Message same = Message.to(topic).text("same").build();
                List<CompletableFuture<?>> results = new ArrayList<>();
                for (int i = 0; i < 60; i++) {
                    if (i % 20 == 10) {
                        channel.queueUnbind(queue, topic, "0");
                    } else if (i % 20 == 0) {
                        channel.queueBind(queue, topic, "0");
                    }
                    results.add(producer.sendAsync(same));
                    results.add(producer.sendAsync(same));
                }
                int receipts = 0;
                int unknown = 0;
                for (CompletableFuture<?> result : results) {
                    try {
                        Object unused = result.get();
                        receipts++;
                    } catch (ExecutionException e) {
                        ErrorKind kind = ((MessagingException) e.getCause()).kind();
                        assertThat(kind).isIn(ErrorKind.NOT_FOUND, ErrorKind.OUTCOME_UNKNOWN);
                        unknown += kind == ErrorKind.OUTCOME_UNKNOWN ? 1 : 0;
                    }
                }
                assertThat(drain(other, queue).size()).isBetween(receipts, receipts + unknown);
            }
        }
    }

    @Test
    void s3ATopicWithoutAGroupRefusesWithTheRemedyWhichWorks() {
        String topic = topic(1);
        try (Producer producer = waybill.producer("early").open()) {
            Message message = Message.to(topic).text("x").build();
            assertThat(assertKind(ErrorKind.NOT_FOUND, () -> producer.send(message)))
                    .hasMessageContaining("createGroup(\"GROUP\", \"" + topic + "\")");
            waybill.admin().createGroup(name("group"), topic);
            assertThat(producer.send(message).flushed()).isTrue();
        }
    }

    @Test
    void s3AMemberThatJoinsBindsAgainWhatSomebodyUnbound() throws Exception {
        String group = name("group");
        String topic = topicWithGroup(2, group);
        List<Delivery> deliveries = new CopyOnWriteArrayList<>();
        try (Channel channel = other.createChannel();
                Producer producer = waybill.producer("bound").open()) {
            channel.queueUnbind(Names.queue(topic, group, 0), topic, "0");
            channel.queueDelete(Names.queue(topic, group, 1));
            try (Consumer consumer = waybill.consumer(group).subscribe(topic, deliveries::add)) {
                await().until(() -> consumer.assignment().size() == 2);
                for (int i = 0; i < 20; i++) {
                    Object unused = producer.send(Message.to(topic).key("k" + i).build());
                }
                await().until(() -> deliveries.size() == 20);
            }
        }
    }

    @Test
    void twoSidesThatDisagreeAboutPartitionsAreRefused() throws Exception {
        String topic = topic(4);
        try (Waybill another = Waybill.connect(broker.uri())) {
            assertKind(ErrorKind.ALREADY_EXISTS, () -> another.admin().createTopic(topic, 5));
            assertKind(ErrorKind.ALREADY_EXISTS, () -> another.admin().ensureTopic(topic, 5));
            assertThat(another.admin().describeTopic(topic).orElseThrow().partitions())
                    .isEqualTo(4);
        }
        try (Connection second = TestKit.nativeConnection(broker)) {
            Channel channel = second.createChannel();
            Throwable refusal = org.assertj.core.api.Assertions.catchThrowable(() -> channel.queueDeclare(
                    Names.meta(topic), true, false, false, Map.of("x-queue-type", "quorum", "x-max-length", 5)));
            assertThat(RabbitMqErrors.replyCode(refusal)).isEqualTo(AMQP.PRECONDITION_FAILED);
        }
    }

    @Test
    void nothingIsLostSilentlyWhenATopicIsMadeAnewWithAnotherNumber() throws Exception {
        for (int after : List.of(2, 8)) {
            String group = name("group");
            String topic = topic(4);
            Queue<String> handled = new ConcurrentLinkedQueue<>();
            try (Producer producer = waybill.producer("long-lived").open();
                    Consumer consumer = waybill.consumer(group)
                            .subscribe(
                                    topic,
                                    delivery -> handled.add(delivery.message().text()))) {
                await().until(() -> consumer.assignment().size() == 4);
                for (int i = 0; i < 20; i++) {
                    Object unused = producer.send(
                            Message.to(topic).key("k" + i).text("old-" + i).build());
                }
                await().until(() -> handled.size() >= 20);
                try (Waybill another = Waybill.connect(broker.uri())) {
                    another.admin().deleteTopic(topic);
                    another.admin().createTopic(topic, after);
                }
                await().until(() -> consumer.assignment().size() == after);
                Set<String> acknowledged = new HashSet<>();
                for (int i = 0; i < 40; i++) {
                    String text = "new-" + i;
                    try {
                        Object unused = producer.send(
                                Message.to(topic).key("k" + i).text(text).build());
                        acknowledged.add(text);
                    } catch (MessagingException e) {
                        assertThat(e.kind()).isIn(ErrorKind.NOT_FOUND, ErrorKind.OUTCOME_UNKNOWN);
                    }
                }
                assertThat(acknowledged).isNotEmpty();
                await().until(() -> handled.containsAll(acknowledged));
            }
        }
    }

    private static Throwable refusalOf(Map<String, Object> differently, boolean durable) throws Exception {
        String group = name("group");
        String topic = topic(1);
        try (Channel channel = other.createChannel()) {
            channel.queueDeclare(Names.queue(topic, group, 0), durable, false, false, differently);
        }
        Throwable refusal = assertKind(ErrorKind.REFUSED, () -> waybill.admin().createGroup(group, topic));
        assertThat(refusal)
                .hasMessageContaining(Names.queue(topic, group, 0))
                .hasMessageContaining("is not what Waybill needs");
        assertKind(
                ErrorKind.REFUSED,
                () -> waybill.consumer(group).subscribe(topic, delivery -> {}).close());
        return refusal;
    }

    private static Map<String, Object> right(Map<String, Object> but) {
        Map<String, Object> arguments = new HashMap<>(QUORUM);
        arguments.put("x-single-active-consumer", true);
        arguments.put("x-delivery-limit", Integer.MAX_VALUE);
        arguments.put("x-overflow", "reject-publish");
        arguments.put("x-consumer-timeout", 4_000_000_000L);
        arguments.putAll(but);
        arguments.values().removeIf("none"::equals);
        return arguments;
    }

    @Test
    void s3C1QueuesThatCouldLoseAreRefused() throws Exception {
        Throwable classic = refusalOf(Map.of(), true); // the broker names the first that differs
        assertThat(classic).hasMessageContaining("inequivalent arg");
        assertThat(refusalOf(right(Map.of("x-single-active-consumer", false)), true))
                .hasMessageContaining("x-single-active-consumer");
        assertThat(refusalOf(right(Map.of("x-overflow", "none")), true)).hasMessageContaining("x-overflow");
        assertThat(refusalOf(right(Map.of("x-delivery-limit", 20)), true)).hasMessageContaining("x-delivery-limit");
        assertThat(refusalOf(right(Map.of("x-max-length", 10)), true)).hasMessageContaining("x-max-length");
        assertThat(refusalOf(right(Map.of("x-message-ttl", 10)), true)).hasMessageContaining("x-message-ttl");
        assertThat(refusalOf(right(Map.of("x-expires", 60_000)), true)).hasMessageContaining("x-expires");
    }

    @Test
    void s2S3AFullQueueIsUnknownAndTheOtherGroupHasIt() throws Exception {
        String full = name("full");
        String roomy = name("roomy");
        String topic = topicWithGroup(1, full);
        waybill.admin().createGroup(roomy, topic);
        broker.ctl("set_policy", "--apply-to", "queues", "full", ".*:" + full + ":.*", "{\"max-length\":1}");
        try (Producer producer = waybill.producer("nacked").open()) {
            int receipts = 0;
            int unknown = 0;
            for (int i = 0; i < 20; i++) {
                try {
                    Object unused =
                            producer.send(Message.to(topic).text("t" + i).build());
                    receipts++;
                } catch (MessagingException e) {
                    assertThat(e.kind()).isEqualTo(ErrorKind.OUTCOME_UNKNOWN);
                    assertThat(e).hasMessageContaining("nack");
                    unknown++;
                }
            }
            assertThat(unknown).isPositive();
            assertThat(drain(other, Names.queue(topic, full, 0))).hasSize(receipts);
            assertThat(drain(other, Names.queue(topic, roomy, 0))).hasSize(20);
        } finally {
            broker.ctl("clear_policy", "full");
        }
    }

    @Test
    void headersThatMeanSomethingToTheBrokerAreJustHeaders() throws Exception {
        String group = name("group");
        String topic = topic(1);
        String elsewhere = name("elsewhere");
        List<Delivery> deliveries = new CopyOnWriteArrayList<>();
        try (Channel channel = other.createChannel();
                Producer producer = waybill.producer("headers").open();
                Consumer consumer = waybill.consumer(group).subscribe(topic, deliveries::add)) {
            channel.queueDeclare(elsewhere, true, false, false, QUORUM);
            channel.queueBind(elsewhere, topic, "elsewhere");
            await().until(() -> consumer.assignment().size() == 1);
            Message sent = Message.to(topic)
                    .header("x-death", "1")
                    .header("x-delivery-count", "77")
                    .header("x-match", "all")
                    .header("X-Upper", "u")
                    .header("x-" + "n".repeat(98), "longest")
                    .header("CC", "elsewhere")
                    .header("BCC", new byte[] {'e', 0})
                    .header("cc", "elsewhere")
                    .header("plain", "p")
                    .build();
            Object unused = producer.send(sent);
            await().until(() -> deliveries.size() == 1);
            assertThat(values(deliveries.get(0).message().headers())).isEqualTo(values(sent.headers()));
            assertThat(deliveries.get(0).attempt()).isEqualTo(1);
            assertThat(drain(other, elsewhere)).isEmpty();
        }
    }

    /** AMQP keeps no order of headers. */
    private static Map<String, List<Byte>> values(Headers headers) {
        Map<String, List<Byte>> values = new HashMap<>();
        for (String name : headers) {
            List<Byte> bytes = new ArrayList<>();
            for (byte one : headers.bytes(name).orElseThrow()) {
                bytes.add(one);
            }
            values.put(name, bytes);
        }
        return values;
    }

    @Test
    void foreignMessagesAreReadable() throws Exception {
        String group = name("group");
        String topic = topic(1);
        List<Delivery> deliveries = new CopyOnWriteArrayList<>();
        try (Channel channel = other.createChannel();
                Consumer consumer =
                        waybill.consumer(group).ordering(Ordering.PARTITION).subscribe(topic, deliveries::add)) {
            await().until(() -> consumer.assignment().size() == 1);
            channel.basicPublish(topic, "0", null, "bare".getBytes(UTF_8));
            channel.basicPublish(topic, "0", new AMQP.BasicProperties(), new byte[0]);
            Map<String, Object> odd = new HashMap<>();
            odd.put("text", "t\u00e9xt");
            odd.put("int", 42);
            odd.put("nested", Map.of("a", List.of(1, "b")));
            odd.put("none", null);
            odd.put("waybill", "not ours");
            odd.put("waybill.key", 5);
            odd.put("date", new Date(0));
            odd.put("", "empty name");
            channel.basicPublish(
                    topic, "0", new AMQP.BasicProperties.Builder().headers(odd).build(), new byte[] {1});
            for (Object count : List.of(Integer.MAX_VALUE, Long.MIN_VALUE, -7, "text", Map.of())) {
                channel.basicPublish(
                        topic,
                        "0",
                        new AMQP.BasicProperties.Builder()
                                .headers(Map.of("x-delivery-count", count))
                                .timestamp(new Date(Long.MAX_VALUE))
                                .build(),
                        new byte[] {2});
            }
            await().until(() -> deliveries.size() == 8);
            assertThat(deliveries).allMatch(Delivery::foreign).allMatch(delivery -> delivery.attempt() >= 1);
            assertThat(deliveries.get(0).message().text()).isEqualTo("bare");
            Headers headers = deliveries.get(2).message().headers();
            assertThat(headers.text("text")).hasValue("t\u00e9xt");
            assertThat(headers.text("int")).hasValue("42");
            assertThat(headers.text("nested")).hasValue("{a=[1, b]}");
            assertThat(deliveries.get(2).message().keyText()).hasValue("5");
        }
    }

    @Test
    void aStreamThatSeveralCreateAtOnceIsWrittenAndReadByAll() throws Exception {
        int members = 6;
        List<RabbitMqAdapter> adapters = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(members);
        try {
            for (int i = 0; i < members; i++) {
                RabbitMqAdapter adapter =
                        RabbitMqAdapter.builder("127.0.0.1:" + broker.port()).build();
                adapters.add(adapter);
                adapter.connect(Duration.ofSeconds(10));
            }
            for (int round = 0; round < 20; round++) {
                String stream = name("stream");
                List<Callable<Integer>> meetings = new ArrayList<>();
                for (RabbitMqAdapter adapter : adapters) {
                    ControlLogs logs = adapter.controlLogs().orElseThrow();
                    meetings.add(() -> {
                        logs.create(stream);
                        logs.append(stream, stream.getBytes(UTF_8));
                        try (ControlLogs.LogReader reader = logs.open(stream, true)) {
                            return await("a record is read")
                                    .until(
                                            () -> reader.read(Duration.ofMillis(100))
                                                    .size(),
                                            read -> read > 0);
                        }
                    });
                }
                for (Future<Integer> meeting : threads.invokeAll(meetings)) {
                    assertThat(meeting.get()).isPositive();
                }
            }
        } finally {
            threads.shutdown();
            adapters.forEach(RabbitMqAdapter::close);
        }
    }

    @Test
    void whoSharesAConnectionWithOneThatWasTooEarlyTriesAgainToo() throws Exception {
        String steady = name("stream");
        ExecutorService threads = Executors.newFixedThreadPool(6);
        List<RabbitMqAdapter> adapters = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                adapters.add(
                        RabbitMqAdapter.builder("127.0.0.1:" + broker.port()).build());
            }
            for (int round = 0; round < 20; round++) {
                String stream = name("stream");
                List<Callable<Boolean>> meetings = new ArrayList<>();
                for (RabbitMqAdapter adapter : adapters) {
                    ControlLogs logs = adapter.controlLogs().orElseThrow();
                    meetings.add(() -> {
                        logs.create(stream);
                        logs.append(stream, stream.getBytes(UTF_8));
                        return true;
                    });
                    meetings.add(() -> {
                        for (int i = 0; i < 50; i++) {
                            logs.create(steady);
                        }
                        return true;
                    });
                }
                for (Future<Boolean> meeting : threads.invokeAll(meetings)) {
                    assertThat(meeting.get()).isTrue();
                }
            }
        } finally {
            threads.shutdown();
            adapters.forEach(RabbitMqAdapter::close);
        }
    }
}
