package io.waybill.kafka;

import io.waybill.spi.ControlLogs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Topics of one partition, which every reader reads by itself and without a group. */
final class KafkaControlLogs implements ControlLogs, AutoCloseable {
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final KafkaSettings settings;
    private final KafkaAdminOperations admin;
    private @Nullable Producer<byte[], byte[]> producer;
    private boolean closed;

    KafkaControlLogs(KafkaSettings settings, KafkaAdminOperations admin) {
        this.settings = settings;
        this.admin = admin;
    }

    @Override
    public void create(String name) throws Exception {
        if (admin.describeTopic(name).isEmpty()) {
            try {
                admin.createTopic(name, 1, 0);
            } catch (TopicExistsException e) {
                // Somebody else was quicker.
            }
        }
    }

    @Override
    public void append(String name, byte[] record) throws Exception {
        RecordMetadata unused = KafkaAdminOperations.await(
                producer().send(new ProducerRecord<>(name, 0, null, record)), settings.requestTimeout());
    }

    private synchronized Producer<byte[], byte[]> producer() {
        if (closed) {
            throw new IllegalStateException("The Kafka adapter is closed");
        }
        if (producer == null) {
            producer = new KafkaProducer<>(settings.logProducer());
        }
        return producer;
    }

    @Override
    public LogReader open(String name, boolean fromFirst) throws Exception {
        if (admin.describeTopic(name).isEmpty()) {
            throw new UnknownTopicOrPartitionException("Log '" + name + "' does not exist");
        }
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.logConsumer());
        try {
            List<TopicPartition> log = List.of(new TopicPartition(name, 0));
            consumer.assign(log);
            if (fromFirst) {
                consumer.seekToBeginning(log);
            } else {
                consumer.seekToEnd(log);
            }
            long unused = consumer.position(log.get(0)); // asks the broker now: what is appended later is read
            return new Reader(consumer);
        } catch (RuntimeException e) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            throw e;
        }
    }

    /** What is gone from the log's front is of no use to anybody: the consumer goes on at what is left. */
    private record Reader(KafkaConsumer<byte[], byte[]> consumer) implements LogReader {
        @Override
        public List<byte[]> read(Duration timeout) {
            List<byte[]> records = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(timeout)) {
                records.add(record.value() == null ? new byte[0] : record.value());
            }
            return records;
        }

        @Override
        public void close() {
            consumer.close(CloseOptions.timeout(CLOSE));
        }
    }

    @Override
    public void close() {
        Producer<byte[], byte[]> open;
        synchronized (this) {
            open = producer;
            producer = null;
            closed = true;
        }
        if (open != null) {
            open.close(CLOSE);
        }
    }
}
