package io.waybill.kafka;

import io.waybill.message.Delivery;
import io.waybill.message.TopicPartition;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.ReceiverSink;
import io.waybill.spi.Settlement;
import io.waybill.spi.WaybillHeader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Receives through one classic group member with cooperative assignment. */
final class KafkaReceiver implements LogReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaReceiver.class);
    /** How long a wait inside the consumer may last, so that silence is noticed. */
    private static final long SLICE_NANOS = 250_000_000L;

    private record FailedSettlement(Collection<TopicPartition> partitions, Throwable cause) {}

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Duration settleTimeout;
    private final Duration requestTimeout;
    private final Silence silence;
    private final List<Delivery> batch = new ArrayList<>();
    private final List<FailedSettlement> failedSettlements = new ArrayList<>();
    /** Only while {@link #poll} runs. */
    private @Nullable ReceiverSink sink;

    private @Nullable RuntimeException sinkFailure;
    private boolean news;
    /** Somebody wants the present wait to end, or else the next. Only who sets it may disturb the consumer. */
    private final AtomicBoolean woken = new AtomicBoolean();

    private volatile boolean waiting;

    KafkaReceiver(KafkaSettings settings, ReceiverOptions options) {
        this.requestTimeout = settings.requestTimeout();
        // Later than the session it would come from a member that is none any more.
        this.settleTimeout = options.session().compareTo(requestTimeout) < 0 ? options.session() : requestTimeout;
        this.consumer = new KafkaConsumer<>(settings.consumer(options));
        this.silence = new Silence(consumer.metrics());
        consumer.subscribe(options.topics(), new Rebalances());
    }

    @Override
    public void poll(Duration timeout, ReceiverSink to) throws Exception {
        long deadline = System.nanoTime() + timeout.toNanos();
        sink = to;
        news = false;
        try {
            boolean delivered;
            do {
                long left = woken.get() ? 0 : Math.max(0, deadline - System.nanoTime());
                ConsumerRecords<byte[], byte[]> records = await(Duration.ofNanos(Math.min(left, SLICE_NANOS)), to);
                tell(to);
                delivered = !records.isEmpty();
                deliver(records, to);
            } while (!delivered && !news && !woken.get() && System.nanoTime() < deadline);
        } finally {
            woken.set(false);
            sink = null;
            sinkFailure = null;
            batch.clear();
        }
    }

    private ConsumerRecords<byte[], byte[]> await(Duration timeout, ReceiverSink to) {
        ConsumerRecords<byte[], byte[]> records = ConsumerRecords.empty();
        try {
            records = await(timeout);
        } catch (InvalidOffsetException e) {
            news = true;
            Map<org.apache.kafka.common.TopicPartition, Long> positions =
                    e instanceof OffsetOutOfRangeException range ? range.offsetOutOfRangePartitions() : Map.of();
            for (org.apache.kafka.common.TopicPartition partition : e.partitions()) {
                to.positionOutOfRange(ours(partition), positions.getOrDefault(partition, -1L));
            }
        } catch (RuntimeException e) {
            if (sinkFailure == null) {
                throw e;
            }
        }
        if (sinkFailure != null) {
            throw sinkFailure;
        }
        return records;
    }

    /** A wakeup ends the wait, not the work: else many of them would keep the consumer from ever getting to it. */
    private ConsumerRecords<byte[], byte[]> await(Duration timeout) {
        waiting = true;
        try {
            return consumer.poll(woken.get() ? Duration.ZERO : timeout);
        } catch (WakeupException e) {
            return undisturbed(() -> consumer.poll(Duration.ZERO));
        } finally {
            waiting = false;
        }
    }

    private void tell(ReceiverSink to) {
        if (silence.changed(System.nanoTime())) {
            news = true;
            to.connection(!silence.silent(), null);
        }
        List<FailedSettlement> failures = List.copyOf(failedSettlements);
        failedSettlements.clear();
        for (FailedSettlement failed : failures) {
            news = true;
            to.settleFailed(failed.partitions(), failed.cause());
        }
    }

    private void deliver(ConsumerRecords<byte[], byte[]> records, ReceiverSink to) {
        for (org.apache.kafka.common.TopicPartition partition : records.partitions()) {
            batch.clear();
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                batch.add(delivery(record));
            }
            if (!batch.isEmpty()) {
                to.deliver(ours(partition), batch);
            }
        }
    }

    private static Delivery delivery(ConsumerRecord<byte[], byte[]> record) {
        byte[] body = record.value();
        KafkaHeaders.Read headers = KafkaHeaders.read(record.headers());
        return WaybillHeader.delivery(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                1,
                record.key(),
                headers.own(),
                body == null ? new byte[0] : body,
                headers.waybill());
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        consumer.pause(assigned(partitions));
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        consumer.resume(assigned(partitions));
    }

    @Override
    public void settle(Collection<Settlement> settlements, boolean confirmed) {
        Map<org.apache.kafka.common.TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (Settlement settlement : settlements) {
            offsets.put(kafkas(settlement.partition()), new OffsetAndMetadata(settlement.next()));
        }
        if (confirmed) {
            undisturbed(() -> {
                consumer.commitSync(offsets, settleTimeout);
                return offsets;
            });
        } else {
            consumer.commitAsync(offsets, (committed, failure) -> {
                if (failure != null) {
                    failedSettlements.add(new FailedSettlement(ours(committed.keySet()), failure));
                }
            });
        }
    }

    @Override
    public long remaining(TopicPartition partition) {
        long end = end(partition); // asked first: what is appended meanwhile is not missed
        return Math.max(0, end - undisturbed(() -> consumer.position(kafkas(partition), requestTimeout)));
    }

    @Override
    public Map<TopicPartition, Long> committed(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> positions = new HashMap<>();
        committedOffsets(kafkas(partitions)).forEach((partition, offset) -> {
            if (offset != null) {
                positions.put(ours(partition), offset.offset());
            }
        });
        return positions;
    }

    @Override
    public boolean knowsGroup(String topic) {
        List<PartitionInfo> infos = undisturbed(() -> consumer.partitionsFor(topic, requestTimeout));
        Set<org.apache.kafka.common.TopicPartition> partitions = new HashSet<>();
        for (PartitionInfo info : infos) {
            partitions.add(new org.apache.kafka.common.TopicPartition(topic, info.partition()));
        }
        return committedOffsets(partitions).values().stream().anyMatch(offset -> offset != null);
    }

    @Override
    public long first(TopicPartition partition) {
        Set<org.apache.kafka.common.TopicPartition> one = Set.of(kafkas(partition));
        return only(undisturbed(() -> consumer.beginningOffsets(one, requestTimeout)));
    }

    @Override
    public long end(TopicPartition partition) {
        Set<org.apache.kafka.common.TopicPartition> one = Set.of(kafkas(partition));
        return only(undisturbed(() -> consumer.endOffsets(one, requestTimeout)));
    }

    @Override
    public long at(TopicPartition partition, Instant time) {
        Map<org.apache.kafka.common.TopicPartition, Long> one =
                Map.of(kafkas(partition), Math.max(0, time.toEpochMilli()));
        Map<org.apache.kafka.common.TopicPartition, OffsetAndTimestamp> found =
                undisturbed(() -> consumer.offsetsForTimes(one, requestTimeout));
        OffsetAndTimestamp offset = found.get(kafkas(partition));
        return offset == null ? end(partition) : offset.offset();
    }

    @Override
    public void seek(TopicPartition partition, long position) {
        consumer.seek(kafkas(partition), position);
    }

    @Override
    public void wakeup() {
        if (woken.compareAndSet(false, true) && waiting) {
            consumer.wakeup();
        }
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return type.isInstance(consumer) ? Optional.of(type.cast(consumer)) : Optional.empty();
    }

    @Override
    public void close(Duration timeout) {
        try {
            consumer.close(CloseOptions.timeout(timeout));
        } catch (RuntimeException e) {
            LOG.info("A Kafka consumer did not close in order; the broker drops it after the session timeout", e);
        }
    }

    private Map<org.apache.kafka.common.TopicPartition, OffsetAndMetadata> committedOffsets(
            Set<org.apache.kafka.common.TopicPartition> partitions) {
        return undisturbed(() -> consumer.committed(partitions, requestTimeout));
    }

    /** A wakeup is meant for the wait in poll; one that strikes another call is over, and the call is made again. */
    private static <T> T undisturbed(Supplier<T> call) {
        try {
            return call.get();
        } catch (WakeupException e) {
            return undisturbed(call);
        }
    }

    private Set<org.apache.kafka.common.TopicPartition> assigned(Collection<TopicPartition> partitions) {
        Set<org.apache.kafka.common.TopicPartition> assigned = kafkas(partitions);
        assigned.retainAll(consumer.assignment());
        return assigned;
    }

    private static long only(Map<org.apache.kafka.common.TopicPartition, Long> offsets) {
        return offsets.values().iterator().next();
    }

    private static org.apache.kafka.common.TopicPartition kafkas(TopicPartition partition) {
        return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
    }

    private static Set<org.apache.kafka.common.TopicPartition> kafkas(Collection<TopicPartition> partitions) {
        Set<org.apache.kafka.common.TopicPartition> kafkas = new HashSet<>();
        partitions.forEach(partition -> kafkas.add(kafkas(partition)));
        return kafkas;
    }

    private static TopicPartition ours(org.apache.kafka.common.TopicPartition partition) {
        return new TopicPartition(partition.topic(), partition.partition());
    }

    private static List<TopicPartition> ours(Collection<org.apache.kafka.common.TopicPartition> partitions) {
        return partitions.stream().map(KafkaReceiver::ours).toList();
    }

    /** Called by the consumer inside poll, and once more inside close, when there is nobody left to tell. */
    private final class Rebalances implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<org.apache.kafka.common.TopicPartition> partitions) {
            tell(partitions, to -> to.assigned(ours(partitions)));
        }

        @Override
        public void onPartitionsRevoked(Collection<org.apache.kafka.common.TopicPartition> partitions) {
            tell(partitions, to -> to.revoked(ours(partitions)));
        }

        @Override
        public void onPartitionsLost(Collection<org.apache.kafka.common.TopicPartition> partitions) {
            tell(partitions, to -> to.lost(ours(partitions), null));
        }

        private void tell(
                Collection<org.apache.kafka.common.TopicPartition> partitions, Consumer<ReceiverSink> message) {
            ReceiverSink to = sink;
            if (to == null || partitions.isEmpty()) {
                return;
            }
            news = true;
            try {
                message.accept(to);
            } catch (RuntimeException e) {
                sinkFailure = e;
            }
        }
    }
}
