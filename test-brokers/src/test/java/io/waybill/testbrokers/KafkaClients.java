package io.waybill.testbrokers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Kafka's own clients, as short as the tests need them. */
final class KafkaClients {
    private KafkaClients() {}

    static void createTopic(RunningBroker broker, String topic) throws Exception {
        try (Admin admin = Admin.create(properties(broker))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
    }

    static void send(RunningBroker broker, String topic, int from, int to) throws Exception {
        try (KafkaProducer<String, String> producer = producer(broker)) {
            List<Future<RecordMetadata>> sends = IntStream.range(from, to)
                    .mapToObj(i -> producer.send(new ProducerRecord<>(topic, "m" + i)))
                    .toList();
            for (Future<RecordMetadata> send : sends) {
                send.get();
            }
        }
    }

    static List<String> receive(RunningBroker broker, String topic, int count) {
        List<String> values = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(properties(broker), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                    values.add(each.value());
                }
            }
        }
        return values;
    }

    static KafkaProducer<String, String> producer(RunningBroker broker) {
        Map<String, Object> properties = properties(broker);
        properties.put("request.timeout.ms", 1_000);
        properties.put("delivery.timeout.ms", 2_000);
        properties.put("linger.ms", 0);
        return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    }

    /** Asks for the cluster's nodes; what goes wrong is thrown as Kafka's client reported it. */
    static int nodes(Map<String, String> clientProperties) throws Throwable {
        try (Admin admin = Admin.create(properties(clientProperties))) {
            return admin.describeCluster().nodes().get().size();
        } catch (ExecutionException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static Map<String, Object> properties(RunningBroker broker) {
        return properties(
                broker instanceof KafkaBroker process
                        ? process.clientProperties()
                        : Map.of("bootstrap.servers", broker.uri().replace("kafka://", "")));
    }

    private static Map<String, Object> properties(Map<String, String> clientProperties) {
        return new HashMap<>(clientProperties);
    }
}
