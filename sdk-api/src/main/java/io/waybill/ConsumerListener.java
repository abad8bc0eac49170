package io.waybill;

import io.waybill.message.TopicPartition;
import java.util.Collection;

/**
 * Is told what happens to a consumer. Called on its polling thread, which must not be blocked; what it throws is logged.
 */
public interface ConsumerListener {
    /**
     * This instance owns more partitions.
     *
     * @param partitions the new ones
     */
    default void assigned(Collection<TopicPartition> partitions) {}

    /**
     * This instance owns partitions no longer.
     *
     * @param partitions those that are gone
     */
    default void revoked(Collection<TopicPartition> partitions) {}

    /**
     * A partition is paused and stands still: as much was read behind an unfinished delivery as may be (the window, or
     * the bytes), and nothing of the partition was finished for a second (rule C4). Told once in each pause.
     *
     * @param partition which
     * @param position the delivery that it waits for
     */
    default void heldUp(TopicPartition partition, long position) {}

    /**
     * The position to go on at is not held by the broker: messages were deleted before they were read, or the log was
     * cut (rule C13). Reading goes on at the first message that there is.
     *
     * @param partition where
     * @param position the one that is not there
     * @param goesOnAt where reading goes on
     */
    default void positionOutOfRange(TopicPartition partition, long position, long goesOnAt) {}
}
