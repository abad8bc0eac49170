package io.waybill.kafka;

import io.waybill.message.Delivery;
import io.waybill.message.TopicPartition;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.ReceiverSink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the core does with a receiver, as little of it as will do: goes on at the committed position, or at the first. */
class TestSink implements ReceiverSink {
    record OutOfRange(TopicPartition partition, long position) {}

    final Set<TopicPartition> owned = new ConcurrentSkipListSet<>();
    final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    final List<Set<TopicPartition>> revocations = new CopyOnWriteArrayList<>();
    final List<Set<TopicPartition>> losses = new CopyOnWriteArrayList<>();
    final List<OutOfRange> outOfRange = new CopyOnWriteArrayList<>();
    final List<Throwable> settleFailures = new CopyOnWriteArrayList<>();
    final List<Boolean> connections = new CopyOnWriteArrayList<>();

    private final LogReceiver receiver;

    TestSink(LogReceiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public void assigned(Collection<TopicPartition> partitions) {
        try {
            Map<TopicPartition, Long> committed = receiver.committed(partitions);
            for (TopicPartition partition : partitions) {
                Long position = committed.get(partition);
                receiver.seek(partition, position == null ? receiver.first(partition) : position);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        owned.addAll(partitions);
    }

    @Override
    public void revoked(Collection<TopicPartition> partitions) {
        owned.removeAll(partitions);
        revocations.add(new TreeSet<>(partitions));
    }

    @Override
    public void lost(Collection<TopicPartition> partitions, Throwable cause) {
        owned.removeAll(partitions);
        losses.add(new TreeSet<>(partitions));
    }

    @Override
    public void deliver(TopicPartition partition, List<Delivery> batch) {
        deliveries.addAll(new ArrayList<>(batch));
    }

    @Override
    public void positionOutOfRange(TopicPartition partition, long position) {
        outOfRange.add(new OutOfRange(partition, position));
        try {
            receiver.seek(partition, receiver.first(partition));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void settleFailed(Collection<TopicPartition> partitions, Throwable cause) {
        settleFailures.add(cause);
    }

    @Override
    public void connection(boolean up, Throwable cause) {
        connections.add(up);
    }
}
