package io.waybill.benchmarks.clients;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** kafka-clients: tuned as Waybill tunes it, also with what Waybill looks at first, or as it comes. */
final class KafkaNative implements Client {
    private static final Duration POLL = Duration.ofMillis(100);

    private static final String HEADER = "waybill";

    private final Workplace workplace;
    private final boolean tuned;
    private final boolean readsHeader;
    private final @Nullable Admin admin;

    private KafkaNative(Workplace workplace, boolean tuned, boolean readsHeader, @Nullable Admin admin) {
        this.workplace = workplace;
        this.tuned = tuned;
        this.readsHeader = readsHeader;
        this.admin = admin;
    }

    /** {@code linger.ms=0}, batches of 256 KiB, polls of 2,000. */
    static Client tuned(Workplace workplace) {
        return new KafkaNative(workplace, true, false, null);
    }

    /** Tuned, and a consumer reads the header that says which message it is, as Waybill's must. */
    static Client readingHeader(Workplace workplace) {
        return new KafkaNative(workplace, true, true, null);
    }

    /** As it comes: {@code linger.ms=5}, batches of 16 KiB, polls of 500. */
    static Client defaults(Workplace workplace) {
        return new KafkaNative(workplace, false, false, null);
    }

    /** Tuned, and looks as Waybill does whether the broker answers, and what a topic promises, before it sends. */
    static Client checked(Workplace workplace) throws Exception {
        Admin admin = Admin.create(Map.of("bootstrap.servers", workplace.authority()));
        String unused = admin.describeCluster().clusterId().get();
        return new KafkaNative(workplace, true, false, admin);
    }

    /** What the tuned producer is told; the peers' producers are told the same. */
    static Map<String, Object> tunedProducer(Workplace workplace) {
        Map<String, Object> settings = producerDefaults(workplace);
        settings.put("linger.ms", 0);
        settings.put("batch.size", 256 << 10);
        settings.put("buffer.memory", 128L << 20);
        return settings;
    }

    private static Map<String, Object> producerDefaults(Workplace workplace) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", workplace.authority());
        settings.put("acks", "all");
        return settings;
    }

    /** What the tuned consumer is told; the peers' consumers are told the same. */
    static Map<String, Object> tunedConsumer(Workplace workplace) {
        Map<String, Object> settings = consumerDefaults(workplace);
        settings.put("isolation.level", "read_committed");
        settings.put("max.poll.records", 2_000);
        settings.put("fetch.max.bytes", 16 << 20);
        settings.put("max.partition.fetch.bytes", 2 << 20);
        return settings;
    }

    private static Map<String, Object> consumerDefaults(Workplace workplace) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", workplace.authority());
        settings.put("group.id", Workplace.GROUP);
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "earliest");
        return settings;
    }

    /** A message with a header as long as Waybill's stamp. */
    static ProducerRecord<byte[], byte[]> message(String topic, int key, byte[] body) {
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, Workplace.key(key), body);
        message.headers().add(HEADER, new byte[Workplace.STAMP]);
        return message;
    }

    @Override
    public Sending sending() throws Exception {
        if (admin != null) {
            look(admin, workplace.topic());
        }
        Map<String, Object> settings = tuned ? tunedProducer(workplace) : producerDefaults(workplace);
        return new KafkaSending(
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer()), workplace.topic());
    }

    private static void look(Admin admin, String topic) throws Exception {
        var configs = admin.describeConfigs(List.of(new ConfigResource(ConfigResource.Type.TOPIC, topic)));
        var unused = admin.describeTopics(List.of(topic)).allTopicNames().get();
        var unusedToo = configs.all().get();
    }

    @Override
    public AutoCloseable consuming(Handling handling) {
        Map<String, Object> settings = tuned ? tunedConsumer(workplace) : consumerDefaults(workplace);
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        Thread thread = new Thread(() -> consume(consumer, handling), "native-consumer");
        thread.start();
        return () -> {
            consumer.wakeup();
            thread.join();
        };
    }

    private void consume(KafkaConsumer<byte[], byte[]> consumer, Handling handling) {
        try (consumer) {
            consumer.subscribe(List.of(workplace.topic()));
            while (true) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
                for (ConsumerRecord<byte[], byte[]> message : records) {
                    if (readsHeader) {
                        requireHeader(message);
                    }
                    handling.handle(message.value());
                }
                if (!records.isEmpty()) {
                    consumer.commitAsync();
                }
            }
        } catch (WakeupException end) {
            // closing the consumer waits for the commits
        }
    }

    private static void requireHeader(ConsumerRecord<byte[], byte[]> message) {
        Header header = message.headers().lastHeader(HEADER);
        if (header == null || header.value().length < Workplace.STAMP) {
            throw new IllegalStateException("A message has no header '" + HEADER + "'");
        }
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close();
        }
    }

    private record KafkaSending(KafkaProducer<byte[], byte[]> producer, String topic) implements Sending {
        @Override
        public CompletableFuture<?> send(int key, byte[] body) {
            CompletableFuture<Object> sent = new CompletableFuture<>();
            var unused = producer.send(message(topic, key, body), (metadata, failure) -> {
                if (failure == null) {
                    sent.complete(metadata);
                } else {
                    sent.completeExceptionally(failure);
                }
            });
            return sent;
        }

        @Override
        public void close() {
            producer.close();
        }
    }
}
