package io.waybill.rabbitmq;

import io.waybill.message.Delivery;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ReceiverSink;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a receiver tells. */
final class TestSink implements ReceiverSink {
    final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    final List<TopicPartition> losses = new CopyOnWriteArrayList<>();

    @Override
    public void assigned(Collection<TopicPartition> partitions) {
        throw new IllegalStateException("A claiming receiver is assigned nothing");
    }

    @Override
    public void revoked(Collection<TopicPartition> partitions) {
        throw new IllegalStateException("Nothing is revoked from a claiming receiver");
    }

    @Override
    public void lost(Collection<TopicPartition> partitions, Throwable cause) {
        losses.addAll(partitions);
    }

    @Override
    public void deliver(TopicPartition partition, List<Delivery> batch) {
        deliveries.addAll(List.copyOf(batch));
    }

    @Override
    public void positionOutOfRange(TopicPartition partition, long position) {
        throw new IllegalStateException("Queues have no positions");
    }

    @Override
    public void settleFailed(Collection<TopicPartition> partitions, Throwable cause) {}

    @Override
    public void connection(boolean up, Throwable cause) {}
}
