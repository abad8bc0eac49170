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
    /** Bounds a close that cannot end, since a callback of it waits for us. */
    private static final long RETIRE_MILLIS = 1_000;

    /** One native producer, from its making until it breaks. */
    static final class Incarnation {
        private final KafkaProducer<byte[], byte[]> producer;
        private final @Nullable Thread predecessorsEnd;
        private volatile @Nullable Throwable failure;

        Incarnation(Map<String, Object> properties, @Nullable Thread predecessorsEnd) {
            this.producer = new KafkaProducer<>(properties);
            this.predecessorsEnd = predecessorsEnd;
        }

        /** What the one before still held ends first, as unknown: it must not be stored behind what comes now. */
        void awaitTurn() throws InterruptedException {
            if (predecessorsEnd != null) {
                predecessorsEnd.join(RETIRE_MILLIS);
            }
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
    private final Duration lookUpTimeout;
    private Incarnation current;
    private boolean closed;

    KafkaSender(KafkaSettings settings, KafkaAdminOperations admin, SenderOptions options) {
        this.settings = settings;
        this.admin = admin;
        this.options = options;
        this.lookUpTimeout = settings.requestTimeout().compareTo(options.sendTimeout()) < 0
                ? settings.requestTimeout()
                : options.sendTimeout();
        this.current = new Incarnation(settings.producer(options), null);
    }

    @Override
    public TopicDescription describe(String topic) throws Exception {
        KafkaAdminOperations.Topic found =
                KafkaAdminOperations.await(admin.describe(topic).toCompletableFuture(), lookUpTimeout);
        topics.computeIfAbsent(topic, name -> new KafkaTopic(name, found)).update(found);
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
            closed = true;
            current.fail(new DisconnectException("The sender is closed"));
            all = new ArrayList<>(retired);
            all.add(current);
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        for (Incarnation incarnation : all) {
            close(incarnation, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
    }

    private static void close(Incarnation incarnation, Duration timeout) {
        try {
            incarnation.producer().close(timeout);
        } catch (RuntimeException e) { // an interrupted thread does not wait; what was to be closed is
            LOG.info("A Kafka producer did not close in order", e);
        }
    }

    private Incarnation incarnation() throws Exception {
        Incarnation usable = usable();
        usable.awaitTurn();
        return usable;
    }

    private synchronized Incarnation usable() throws Exception {
        if (closed) {
            throw new DisconnectException("The sender is closed");
        }
        Throwable failure = current.failure();
        if (failure != null) {
            Incarnation broken = current;
            LOG.warn("A Kafka producer of '{}' broke for good; going on with a new one", options.producer(), failure);
            Thread closer = new Thread(() -> closeRetired(broken), "waybill-kafka-close-" + options.producer());
            closer.setDaemon(true);
            current = new Incarnation(settings.producer(options), closer);
            retired.add(broken);
            closer.start();
        }
        return current;
    }

    private void closeRetired(Incarnation broken) {
        close(broken, Duration.ZERO);
        synchronized (this) {
            retired.remove(broken);
        }
    }
}
