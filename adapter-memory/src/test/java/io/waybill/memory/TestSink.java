package io.waybill.memory;

import io.waybill.message.Delivery;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ReceiverSink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Keeps what a receiver gives. Used by one thread. */
final class TestSink implements ReceiverSink {
    final List<Delivery> deliveries = new ArrayList<>();
    final List<TopicPartition> lost = new ArrayList<>();
    final List<TopicPartition> failedSettles = new ArrayList<>();
    final List<Long> outOfRange = new ArrayList<>();

    List<String> texts() {
        return deliveries.stream().map(delivery -> delivery.message().text()).toList();
    }

    List<Long> positions() {
        return deliveries.stream().map(Delivery::position).toList();
    }

    List<Integer> attempts() {
        return deliveries.stream().map(Delivery::attempt).toList();
    }

    @Override
    public void assigned(Collection<TopicPartition> partitions) {
        throw new AssertionError("A claiming receiver assigns nothing");
    }

    @Override
    public void revoked(Collection<TopicPartition> partitions) {
        throw new AssertionError("A claiming receiver revokes nothing");
    }

    @Override
    public void lost(Collection<TopicPartition> partitions, Throwable cause) {
        lost.addAll(partitions);
    }

    @Override
    public void deliver(TopicPartition partition, List<Delivery> batch) {
        deliveries.addAll(batch);
    }

    @Override
    public void positionOutOfRange(TopicPartition partition, long position) {
        outOfRange.add(position);
    }

    @Override
    public void settleFailed(Collection<TopicPartition> partitions, Throwable cause) {
        failedSettles.addAll(partitions);
    }

    @Override
    public void connection(boolean up, Throwable cause) {}
}
