package io.waybill.kafka;

import io.waybill.message.TopicDescription;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.DisconnectException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends through one idempotent producer; when that breaks for good, new lanes get another one. */
final class KafkaSender implements Sender {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaSender.class);

    /** One native producer, from its making until it breaks. */
    static final class Incarnation {
        private final KafkaProducer<byte[], byte[]> producer;
        private volatile @Nullable Throwable failure;

        Incarnation(Map<String, Object> properties) {
            this.producer = new KafkaProducer<>(properties);
        }

        KafkaProducer<byte[], byte[]> producer() {
            return producer;
        }

        void fail(Throwable why) {
            failure = why;
        }

        /** Why it is of no use any more, or null. */
        @Nullable
        Throwable failure() {
            return failure;
        }
    }

    private final KafkaSettings settings;
    private final KafkaAdminOperations admin;
    private final SenderOptions options;
    private final Map<String, KafkaTopic> topics = new ConcurrentHashMap<>();
    private final List<Incarnation> retired = new ArrayList<>();
    private Incarnation current;

    KafkaSender(KafkaSettings settings, KafkaAdminOperations admin, SenderOptions options) {
        this.settings = settings;
        this.admin = admin;
        this.options = options;
        this.current = new Incarnation(settings.producer(options));
    }

    @Override
    public TopicDescription describe(String topic) throws Exception {
        KafkaAdminOperations.Topic found =
                KafkaAdminOperations.await(admin.describe(topic).toCompletableFuture(), options.maxBlock());
        topics.computeIfAbsent(topic, name -> new KafkaTopic(name, admin, found))
                .update(found);
        return new TopicDescription(topic, found.partitions().size(), found.durability());
    }

    @Override
    public Lane openLane(TopicDescription topic, int partition) throws Exception {
        KafkaTopic known = topics.get(topic.name());
        if (known == null) {
            throw new IllegalArgumentException("Topic '" + topic.name() + "' was not described by this sender");
        }
        Incarnation incarnation = incarnation();
        // Fetches the metadata now, so that the first send finds it.
        int unused = incarnation.producer().partitionsFor(topic.name()).size();
        return new KafkaLane(incarnation, known, partition, settings.compresses());
    }

    @Override
    public int maxBatchesInFlight() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int maxBatchMessages() {
        return 10_000;
    }

    @Override
    public int maxBatchBytes() {
        return 1 << 20;
    }

    @Override
    public synchronized <T> Optional<T> unwrap(Class<T> type) {
        return type.isInstance(current.producer()) ? Optional.of(type.cast(current.producer())) : Optional.empty();
    }

    @Override
    public void close(Duration timeout) {
        List<Incarnation> all;
        synchronized (this) {
            current.fail(new DisconnectException("The sender is closed"));
            all = new ArrayList<>(retired);
            all.add(current);
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Incarnation incarnation : all) {
            incarnation.producer().close(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
    }

    private synchronized Incarnation incarnation() {
        Throwable failure = current.failure();
        if (failure != null) {
            Incarnation broken = current;
            LOG.warn("A Kafka producer of '{}' broke for good; going on with a new one", options.producer(), failure);
            current = new Incarnation(settings.producer(options));
            retired.add(broken);
            // What it still holds ends by its own timeout, and nobody waits here for that.
            Thread closer = new Thread(() -> closeRetired(broken), "waybill-kafka-close-" + options.producer());
            closer.setDaemon(true);
            closer.start();
        }
        return current;
    }

    private void closeRetired(Incarnation broken) {
        broken.producer().close(options.sendTimeout());
        synchronized (this) {
            retired.remove(broken);
        }
    }
}
