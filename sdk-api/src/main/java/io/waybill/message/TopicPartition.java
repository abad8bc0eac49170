package io.waybill.message;

/**
 * One partition of a topic: the unit of order and of ownership.
 *
 * @param topic the topic's name
 * @param partition the number, from 0
 */
public record TopicPartition(String topic, int partition) implements Comparable<TopicPartition> {
    @Override
    public int compareTo(TopicPartition other) {
        int byTopic = topic.compareTo(other.topic);
        return byTopic != 0 ? byTopic : Integer.compare(partition, other.partition);
    }

    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
