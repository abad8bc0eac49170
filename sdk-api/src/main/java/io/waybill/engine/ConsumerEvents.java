package io.waybill.engine;

import io.waybill.message.State;
import io.waybill.message.TopicPartition;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** What a consumer tells the outside. Called by its polling thread; must not block; what it throws is logged. */
public interface ConsumerEvents {
    /**
     * Its state changed.
     *
     * @param state the new state
     * @param cause why it recovers, or null
     */
    void state(State state, @Nullable Throwable cause);

    /**
     * It owns more.
     *
     * @param partitions the new ones
     */
    void assigned(Collection<TopicPartition> partitions);

    /**
     * It owns less.
     *
     * @param partitions those that are gone
     */
    void revoked(Collection<TopicPartition> partitions);

    /**
     * A partition is paused and stands still (rule C4).
     *
     * @param partition which
     * @param position the delivery that it waits for
     */
    void heldUp(TopicPartition partition, long position);

    /**
     * The position to go on at is not held by the broker (rule C13).
     *
     * @param partition where
     * @param position the one that is not there
     * @param goesOnAt where reading goes on
     */
    void positionOutOfRange(TopicPartition partition, long position, long goesOnAt);
}
