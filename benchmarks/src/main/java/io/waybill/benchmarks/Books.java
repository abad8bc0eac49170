package io.waybill.benchmarks;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.waybill.Waybill;
import io.waybill.benchmarks.clients.Workplace;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.rocketmq.client.consumer.store.OffsetStore;
import org.apache.rocketmq.client.consumer.store.ReadOffsetType;
import org.apache.rocketmq.client.consumer.store.RemoteBrokerOffsetStore;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageQueue;

/** What a broker itself says of a topic, asked by its own client: the harness believes no arm. */
interface Books extends AutoCloseable {
    /** Makes a topic as every arm gets it. */
    default void prepare(Waybill waybill, String topic, Scenario scenario) throws Exception {
        waybill.admin().createTopic(topic, scenario.partitions());
    }

    /** How many messages the broker holds in it. */
    long held(String topic) throws Exception;

    /** How many of them the group has not acknowledged. */
    long left(String topic) throws Exception;

    /** Forgets the topic. */
    default void forget(Waybill waybill, String topic) throws Exception {
        waybill.admin().deleteTopic(topic);
    }

    @Override
    void close() throws IOException;

    /** Opens the books of a broker. */
    static Books open(String broker, String uri) throws Exception {
        return switch (broker) {
            case "kafka" -> new Kafka(uri);
            case "rabbitmq" -> new RabbitMq(uri);
            case "rocketmq" -> new RocketMq(uri);
            default -> throw new IllegalArgumentException("No books of " + broker);
        };
    }

    /** By offsets. */
    final class Kafka implements Books {
        private final Admin admin;

        Kafka(String uri) {
            this.admin =
                    Admin.create(Map.of("bootstrap.servers", URI.create(uri).getAuthority()));
        }

        private List<TopicPartition> partitions(String topic) throws InterruptedException, ExecutionException {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                    .flatMap(description -> description.partitions().stream())
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
        }

        @Override
        public long held(String topic) throws InterruptedException, ExecutionException {
            return admin
                    .listOffsets(partitions(topic).stream()
                            .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())))
                    .all()
                    .get()
                    .values()
                    .stream()
                    .mapToLong(end -> end.offset())
                    .sum();
        }

        @Override
        public long left(String topic) throws InterruptedException, ExecutionException {
            Map<TopicPartition, OffsetAndMetadata> committed =
                    new HashMap<>(admin.listConsumerGroupOffsets(Workplace.GROUP)
                            .partitionsToOffsetAndMetadata()
                            .get());
            committed.keySet().retainAll(Set.copyOf(partitions(topic)));
            return held(topic)
                    - committed.values().stream()
                            .mapToLong(OffsetAndMetadata::offset)
                            .sum();
        }

        @Override
        public void close() {
            admin.close();
        }
    }

    /** By the length of queues; what was not acknowledged went back. */
    final class RabbitMq implements Books {
        private final Connection connection;

        RabbitMq(String uri) throws Exception {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setHost(URI.create(uri).getHost());
            factory.setPort(URI.create(uri).getPort());
            this.connection = factory.newConnection();
        }

        private static String queue(String topic, int partition) {
            return topic + ":" + Workplace.GROUP + ":" + partition;
        }

        @Override
        public void prepare(Waybill waybill, String topic, Scenario scenario) throws Exception {
            Books.super.prepare(waybill, topic, scenario);
            if (scenario.layout() == Scenario.Layout.WAYBILL) {
                waybill.admin().createGroup(Workplace.GROUP, topic);
                return;
            }
            try (Channel channel = connection.createChannel()) {
                for (int i = 0; i < Workplace.PARTITIONS; i++) {
                    AMQP.Queue.DeclareOk declared = channel.queueDeclare(queue(topic, i), true, false, false, Map.of());
                    AMQP.Queue.BindOk unused = channel.queueBind(declared.getQueue(), topic, Integer.toString(i));
                }
            }
        }

        @Override
        public long held(String topic) throws Exception {
            try (Channel channel = connection.createChannel()) {
                long sum = 0;
                for (int partition = 0; partition < Workplace.PARTITIONS; partition++) {
                    sum += channel.messageCount(queue(topic, partition));
                }
                return sum;
            }
        }

        @Override
        public long left(String topic) throws Exception {
            return held(topic);
        }

        @Override
        public void forget(Waybill waybill, String topic) throws Exception {
            try (Channel channel = connection.createChannel()) {
                for (int partition = 0; partition < Workplace.PARTITIONS; partition++) {
                    AMQP.Queue.DeleteOk unused = channel.queueDelete(queue(topic, partition));
                }
            }
            Books.super.forget(waybill, topic);
        }

        @Override
        public void close() throws IOException {
            connection.close();
        }
    }

    /** By offsets; a consumer that asked would be a member of the group, and get a share of the queues. */
    final class RocketMq implements Books {
        private final DefaultMQProducer producer = new DefaultMQProducer("bench-books");
        private final OffsetStore committed;

        @SuppressWarnings("deprecation") // an offset store cannot be had without the inner client
        RocketMq(String uri) throws Exception {
            producer.setNamesrvAddr(URI.create(uri).getAuthority());
            producer.setInstanceName("bench-books");
            producer.start();
            committed = new RemoteBrokerOffsetStore(
                    producer.getDefaultMQProducerImpl().getMqClientFactory(), Workplace.GROUP);
        }

        @Override
        @SuppressWarnings("deprecation") // the way without it is the admin tools, another library
        public long held(String topic) throws Exception {
            long sum = 0;
            for (MessageQueue queue : producer.fetchPublishMessageQueues(topic)) {
                sum += producer.maxOffset(queue);
            }
            return sum;
        }

        @Override
        public long left(String topic) throws Exception {
            long sum = held(topic);
            for (MessageQueue queue : producer.fetchPublishMessageQueues(topic)) {
                sum -= Math.max(0, committed.readOffset(queue, ReadOffsetType.READ_FROM_STORE));
            }
            return sum;
        }

        @Override
        public void close() {
            producer.shutdown();
        }
    }
}
