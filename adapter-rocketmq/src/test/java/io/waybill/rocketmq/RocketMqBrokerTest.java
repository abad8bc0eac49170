package io.waybill.rocketmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.ConsumerListener;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.Settings;
import io.waybill.testbrokers.RocketMqBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against two real brokers that would create topics by themselves, beside RocketMQ's own clients. */
@Timeout(120)
class RocketMqBrokerTest {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private static RocketMqBroker broker;
    private static Waybill waybill;
    private static Remote remote;
    private static Topology topology;

    @BeforeAll
    static void start() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
        broker = RocketMqBroker.builder()
                .quickStart()
                .secondBroker()
                .autoCreateTopics(true)
                .property("maxMessageSize", "262144")
                .start();
        waybill = Waybill.connect(broker.uri());
        remote = new Remote(
                new RocketMqSettings(ConnectionUri.parse(broker.uri()), Settings.defaults(RocketMqSettings.ALL)));
        topology = new Topology(remote);
    }

    @AfterAll
    static void stop() {
        remote.close();
        waybill.close();
        broker.close();
    }

    private static String name(String what) {
        return "broker.test-" + what + NAMES.incrementAndGet();
    }

    private static String topic(int partitions) {
        String topic = name("topic");
        waybill.admin().createTopic(topic, partitions);
        return topic;
    }

    private static Consumer consume(String topic, Queue<Delivery> to) {
        return waybill.consumer(name("group")).subscribe(topic, to::add);
    }

    private static Message keyed(String topic, String key) {
        return Message.to(topic).key(key).text(key).build();
    }

    private static void assertKind(ErrorKind kind, ThrowingCallable call, String words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MessagingException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind))
                .hasMessageContaining(words);
    }

    @Test
    void a_topic_that_is_not_there_does_not_come_into_being() {
        String missing = name("missing");
        String deleted = topic(2);
        try (Producer producer = waybill.producer("p").open()) {
            assertKind(ErrorKind.NOT_FOUND, () -> producer.send(keyed(missing, "k")), missing);
            producer.send(keyed(deleted, "k"));
            waybill.admin().deleteTopic(deleted);
            assertKind(ErrorKind.NOT_FOUND, () -> producer.send(keyed(deleted, "k")), deleted);
        }
        assertThat(waybill.admin().topics()).doesNotContain(missing, deleted);
    }

    @Test
    void partitions_are_spread_over_brokers_and_positions_count_up() {
        String topic = topic(5);
        Map<Integer, Long> next = new HashMap<>();
        try (Producer producer = waybill.producer("p").open()) {
            List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                receipts.add(producer.sendAsync(keyed(topic, "k" + i % 50)));
            }
            for (CompletableFuture<Receipt> sent : receipts) {
                Receipt receipt = sent.join();
                long expected = next.getOrDefault(receipt.partition(), 0L);
                assertThat(receipt.position()).isEqualTo(expected);
                next.put(receipt.partition(), expected + 1);
            }
        }
        assertThat(next).hasSize(5);
        Queue<Delivery> arrived = new ConcurrentLinkedQueue<>();
        try (Consumer consumer = consume(topic, arrived)) {
            await().until(() -> arrived.size() == 500);
            assertThat(consumer.assignment()).hasSize(5);
        }
    }

    @Test
    void a_batch_that_is_too_large_for_the_broker_goes_in_parts_and_one_message_that_is_is_refused() {
        String topic = topic(1);
        try (Producer producer = waybill.producer("p").open()) {
            List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                byte[] body = new byte[i == 15 ? 300_000 : 60_000];
                receipts.add(
                        producer.sendAsync(Message.to(topic).key("k").body(body).build()));
            }
            assertThatThrownBy(receipts.remove(15)::join)
                    .cause()
                    .isInstanceOfSatisfying(
                            MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
            for (int i = 0; i < receipts.size(); i++) {
                assertThat(receipts.get(i).join().position()).isEqualTo(i);
            }
        }
    }

    @Test
    void native_clients_read_what_is_sent_here() throws Exception {
        String topic = topic(1);
        try (Producer producer = waybill.producer("p").open()) {
            producer.send(Message.to(topic)
                    .key("order-17")
                    .header("kind", "paid")
                    .header("DELAY", "3")
                    .header("note", "a\u0002TRAN_MSG\u0001true\u0002")
                    .text("hello")
                    .build());
        }
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer("native-readers");
        consumer.setNamesrvAddr(broker.nameServerAddress());
        consumer.start();
        try {
            MessageQueue queue = consumer.fetchMessageQueues(Names.rocketmq(topic))
                    .iterator()
                    .next();
            consumer.assign(List.of(queue));
            consumer.seekToBegin(queue);
            List<MessageExt> found = new ArrayList<>();
            await().until(() -> {
                found.addAll(consumer.poll(200));
                return !found.isEmpty();
            });
            MessageExt message = found.get(0);
            assertThat(new String(message.getBody(), UTF_8)).isEqualTo("hello");
            assertThat(message.getKeys()).isEqualTo("order-17");
            assertThat(message.getUserProperty("kind")).isEqualTo("paid");
            assertThat(message.getDelayTimeLevel()).isZero();
            assertThat(message.getProperty(MessageConst.PROPERTY_TRANSACTION_PREPARED))
                    .isNull();
        } finally {
            consumer.shutdown();
        }
    }

    @Test
    void messages_of_native_producers_are_read_also_compressed_ones() throws Exception {
        String topic = topic(2);
        Queue<Delivery> arrived = new ConcurrentLinkedQueue<>();
        DefaultMQProducer producer = new DefaultMQProducer("native-senders");
        producer.setNamesrvAddr(broker.nameServerAddress());
        producer.setCompressMsgBodyOverHowmuch(1_000);
        producer.start();
        try (Consumer consumer = consume(topic, arrived)) {
            var message = new org.apache.rocketmq.common.message.Message(
                    Names.rocketmq(topic), "tag", "a b", "x".repeat(5_000).getBytes(UTF_8));
            message.putUserProperty("color", "red");
            assertThat(producer.send(message).getSendStatus().name()).isEqualTo("SEND_OK");
            await().until(() -> arrived.size() == 1 && consumer.assignment().size() == 2);
        } finally {
            producer.shutdown();
        }
        Delivery delivery = arrived.remove();
        assertThat(delivery.foreign()).isTrue();
        assertThat(delivery.message().body()).hasSize(5_000).containsOnly('x');
        assertThat(delivery.message().key()).isEqualTo("a b".getBytes(UTF_8));
        assertThat(delivery.message().headers().names()).containsExactly("color");
    }

    @Test
    void a_topic_of_somebody_elses_is_recorded_at_first_use() throws Exception {
        String topic = name("foreign");
        String name = Names.rocketmq(topic);
        MQClientAPIImpl api = waybill.unwrap(MQClientAPIImpl.class);
        int queues = 2;
        for (String address : topology.brokers().values()) {
            api.createTopic(address, name, new TopicConfig(name, queues, queues), 3_000);
            queues++;
        }
        await().until(() -> topology.shows(name, Map.of("broker-a", 2, "broker-b", 3)));
        assertThat(topology.recorded(name)).isNull();
        assertThat(waybill.admin().describeTopic(topic).orElseThrow().partitions())
                .isEqualTo(5);
        assertThat(topology.recorded(name)).isEqualTo("broker-a:2;broker-b:3");
    }

    @Test
    void a_queue_whose_broker_is_away_keeps_its_number() {
        String topic = topic(4);
        List<String> keys = List.of("a", "b", "c", "d", "e", "f", "g", "h");
        Queue<Delivery> arrived = new ConcurrentLinkedQueue<>();
        try (Producer producer = waybill.producer("p").open();
                Consumer consumer = consume(topic, arrived)) {
            Map<String, Integer> partitions = new HashMap<>();
            keys.forEach(
                    key -> partitions.put(key, producer.send(keyed(topic, key)).partition()));
            await().until(() -> arrived.size() == keys.size());
            broker.brokers().get(0).kill();
            int sent = 0;
            try {
                for (String key : keys) {
                    try {
                        assertThat(producer.send(keyed(topic, key)).partition()).isEqualTo(partitions.get(key));
                        sent++;
                    } catch (MessagingException e) {
                        assertThat(e.kind()).isIn(ErrorKind.UNAVAILABLE, ErrorKind.OUTCOME_UNKNOWN);
                    }
                }
                assertThat(sent).isBetween(1, keys.size() - 1);
                int both = keys.size() + sent;
                await().until(() -> arrived.size() >= both);
                assertThat(waybill.admin().describeTopic(topic).orElseThrow().partitions())
                        .isEqualTo(4);
            } finally {
                broker.brokers().get(0).start();
            }
            keys.forEach(key -> await().ignoreExceptionsInstanceOf(MessagingException.class)
                    .until(() -> producer.send(keyed(topic, key)).partition() == partitions.get(key)));
            await().until(() -> consumer.assignment().size() == 4);
        }
    }

    @Test
    void c13_the_end_is_behind_all_that_was_confirmed() throws Exception {
        String topic = topic(1);
        GroupFacts facts = new GroupFacts(remote, topology);
        Topology.Queue queue = topology.partitions(topic).get(0);
        try (Producer producer = waybill.producer("p").open()) {
            for (int i = 0; i < 100; i++) {
                long position = producer.send(keyed(topic, "k")).position();
                facts.awaitEntered(List.of(topology.knownAddress(queue.broker())));
                assertThat(facts.end(Names.rocketmq(topic), queue)).isEqualTo(position + 1);
            }
        }
    }

    @Test
    void a_position_that_is_gone_is_told() throws Exception {
        String topic = topic(1);
        String group = name("group");
        try (Producer producer = waybill.producer("p").open()) {
            for (int i = 0; i < 5; i++) {
                producer.send(keyed(topic, "k"));
            }
        }
        waybill.admin().resetGroup(group, topic, StartPosition.latest());
        var unused = new GroupFacts(remote, topology)
                .write(
                        Names.rocketmq(group),
                        Names.rocketmq(topic),
                        topology.partitions(topic).get(0),
                        99)
                .get();
        Queue<Long> told = new ConcurrentLinkedQueue<>();
        Queue<Delivery> arrived = new ConcurrentLinkedQueue<>();
        try (Consumer consumer = waybill.consumer(group)
                .listener(new ConsumerListener() {
                    @Override
                    public void positionOutOfRange(TopicPartition partition, long missing, long goesOnAt) {
                        told.addAll(List.of(missing, goesOnAt));
                    }
                })
                .subscribe(topic, arrived::add)) {
            await().until(() -> arrived.size() == 5);
            assertThat(told).containsExactly(99L, 0L);
            assertThat(consumer.assignment()).hasSize(1);
        }
    }
}
