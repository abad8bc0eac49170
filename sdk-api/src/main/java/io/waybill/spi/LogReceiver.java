package io.waybill.spi;

import io.waybill.message.TopicPartition;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;

/**
 * A receiver of a broker that keeps positions: the core decides where to start (rule C13). The broker's own reset of
 * positions is off.
 */
public interface LogReceiver extends Receiver {
    /**
     * Where the group is to go on.
     *
     * @param partitions which
     * @return the next position of each partition that has one; others are absent
     * @throws Exception if the broker does not say
     */
    Map<TopicPartition, Long> committed(Collection<TopicPartition> partitions) throws Exception;

    /**
     * Whether the group has a position in any partition of a topic, owned or not: then a partition without one is new,
     * and the group is not.
     *
     * @param topic the topic
     * @return true if there is any
     * @throws Exception if the broker does not say
     */
    boolean knowsGroup(String topic) throws Exception;

    /**
     * The position of the first message that is still held.
     *
     * @param partition where
     * @return the position
     * @throws Exception if the broker does not say
     */
    long first(TopicPartition partition) throws Exception;

    /**
     * The position that the next message will get.
     *
     * @param partition where
     * @return the position
     * @throws Exception if the broker does not say
     */
    long end(TopicPartition partition) throws Exception;

    /**
     * The position of the first message of a time or later.
     *
     * @param partition where
     * @param time the time
     * @return the position; {@link #end} if there is none
     * @throws Exception if the broker does not say
     */
    long at(TopicPartition partition, Instant time) throws Exception;

    /**
     * Goes on reading at a position.
     *
     * @param partition an owned partition
     * @param position where to go on
     * @throws Exception if it cannot
     */
    void seek(TopicPartition partition, long position) throws Exception;
}
