package io.waybill.benchmarks;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** kafka-clients, with the sizes that Waybill sets. */
final class KafkaArms implements NativeArms {
    private static final Duration POLL = Duration.ofMillis(100);

    private final String bootstrap;

    KafkaArms(String uri) {
        this.bootstrap = URI.create(uri).getAuthority();
    }

    @Override
    public int window(String arm) {
        return 50_000;
    }

    @Override
    public Sending sending(String arm, String topic) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("acks", "all");
        settings.put("enable.idempotence", true);
        settings.put("linger.ms", 0);
        settings.put("batch.size", 256 << 10);
        settings.put("buffer.memory", 128L << 20);
        return new KafkaSending(
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer()), topic);
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", GROUP);
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "earliest");
        settings.put("isolation.level", "read_committed");
        settings.put("max.poll.records", 2_000);
        settings.put("fetch.max.bytes", 16 << 20);
        settings.put("max.partition.fetch.bytes", 2 << 20);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public AutoCloseable consuming(String arm, String topic, Consumption consumption) {
        KafkaConsumer<byte[], byte[]> consumer = consumer();
        Thread thread = new Thread(() -> consume(consumer, topic, consumption), "native-consumer");
        thread.start();
        return () -> {
            consumer.wakeup();
            thread.join();
        };
    }

    private static void consume(KafkaConsumer<byte[], byte[]> consumer, String topic, Consumption consumption) {
        try (consumer) {
            consumer.subscribe(List.of(topic));
            while (true) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
                for (ConsumerRecord<byte[], byte[]> message : records) {
                    consumption.handle(message.value());
                }
                if (!records.isEmpty()) {
                    consumer.commitAsync();
                }
            }
        } catch (WakeupException end) {
            // closing the consumer waits for the commits
        }
    }

    private static Set<TopicPartition> partitions(String topic) {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Override
    public long held(String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            return consumer.endOffsets(partitions(topic)).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    @Override
    public long left(String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            long committed = consumer.committed(partitions(topic)).values().stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
            return held(topic) - committed;
        }
    }

    @Override
    public void close() {}

    private record KafkaSending(KafkaProducer<byte[], byte[]> producer, String topic) implements Sending {
        @Override
        public void send(int key, byte[] body, Outcomes outcomes) {
            ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, Sample.key(key), body);
            message.headers().add("waybill", new byte[STAMP]);
            CompletableFuture<Object> sent = new CompletableFuture<>();
            outcomes.follow(sent);
            var unused = producer.send(message, (metadata, failure) -> {
                if (failure == null) {
                    sent.complete(metadata);
                } else {
                    sent.completeExceptionally(failure);
                }
            });
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
