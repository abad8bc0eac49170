package io.waybill.cli.lab;

import com.rabbitmq.client.CancelCallback;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DeliverCallback;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * A consumer as it should not be, by a broker's own client: acknowledges what it takes before it does anything with it, says so,
 * and does nothing any more. Arguments: broker, URI, group, topic, how many.
 */
final class HastyMain {
    static final String TAKEN = "taken";

    private static final Duration SESSION = Duration.ofSeconds(6);

    private HastyMain() {}

    public static void main(String[] arguments) throws Exception {
        String address = URI.create(arguments[1]).getAuthority();
        String group = arguments[2];
        String topic = arguments[3];
        int count = Integer.parseInt(arguments[4]);
        switch (arguments[0]) {
            case "kafka" -> kafka(address, group, topic, count);
            case "rocketmq" -> rocketmq(address, group, topic, count);
            case "rabbitmq" -> rabbitmq(URI.create(arguments[1]), topic + ":" + group + ":0", count);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println(TAKEN);
        new CountDownLatch(1).await();
    }

    @SuppressWarnings("resource") // it ends with this JVM, by force
    private static void kafka(String address, String group, String topic, int count) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Map.of(
                "bootstrap.servers",
                address,
                "group.id",
                group,
                "enable.auto.commit",
                false,
                "session.timeout.ms",
                Math.toIntExact(SESSION.toMillis()),
                "key.deserializer",
                ByteArrayDeserializer.class,
                "value.deserializer",
                ByteArrayDeserializer.class));
        consumer.subscribe(List.of(topic));
        for (int taken = 0; taken < count; ) {
            taken += consumer.poll(Duration.ofMillis(100)).count();
            consumer.commitSync();
        }
    }

    private static void rocketmq(String address, String group, String topic, int count) throws Exception {
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer(group);
        consumer.setNamesrvAddr(address);
        consumer.setVipChannelEnabled(false);
        consumer.setAutoCommit(false);
        consumer.start();
        consumer.assign(consumer.fetchMessageQueues(topic));
        MessageExt last = null;
        for (int taken = 0; taken < count; ) {
            List<MessageExt> polled = consumer.poll(100);
            taken += polled.size();
            last = polled.isEmpty() ? last : polled.get(polled.size() - 1);
        }
        if (last != null) { // once: the broker may change the order of two such requests
            MessageQueue queue = new MessageQueue(topic, last.getBrokerName(), last.getQueueId());
            consumer.commit(Map.of(queue, last.getQueueOffset() + 1), true);
        }
    }

    @SuppressWarnings("resource") // it ends with this JVM, by force
    private static void rabbitmq(URI uri, String queue, int count) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(uri.getHost());
        factory.setPort(uri.getPort());
        Channel channel = factory.newConnection().createChannel();
        CountDownLatch left = new CountDownLatch(count);
        DeliverCallback taken = (tag, delivery) -> left.countDown();
        CancelCallback cancelled = tag -> {};
        String unused = channel.basicConsume(queue, true, taken, cancelled);
        left.await();
    }
}
