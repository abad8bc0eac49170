package io.waybill.spi;

import io.waybill.message.Delivery;
import io.waybill.message.TopicPartition;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a receiver has. Implemented by the core; called only inside {@link Receiver#poll}, on its thread.
 */
public interface ReceiverSink {
    /**
     * The broker made this receiver the owner of partitions. Not called by a {@link ClaimingReceiver}.
     *
     * @param partitions which
     */
    void assigned(Collection<TopicPartition> partitions);

    /**
     * The broker wants partitions back; they are still owned until this returns. The core drains and settles meanwhile,
     * calling {@link Receiver#settle} from inside.
     *
     * @param partitions which
     */
    void revoked(Collection<TopicPartition> partitions);

    /**
     * Partitions are owned no longer: nothing of them can be settled. What was not settled will be delivered again,
     * here or elsewhere.
     *
     * @param partitions which
     * @param cause why, or null if the broker does not say
     */
    void lost(Collection<TopicPartition> partitions, @Nullable Throwable cause);

    /**
     * Messages of an owned partition, in order, right behind the ones before.
     *
     * @param partition where from
     * @param batch one or more; the list is not kept
     */
    void deliver(TopicPartition partition, List<Delivery> batch);

    /**
     * The position where reading was to go on does not exist any more, or not yet. The core decides where to go on, by
     * {@link LogReceiver#seek} from inside.
     *
     * @param partition where
     * @param position the one that does not exist
     */
    void positionOutOfRange(TopicPartition partition, long position);

    /**
     * A settlement that was not waited for failed. The core settles again later.
     *
     * @param partitions which
     * @param cause why
     */
    void settleFailed(Collection<TopicPartition> partitions, Throwable cause);

    /**
     * The broker fell silent, or answers again. Only changes need to be told.
     *
     * @param up whether it answers
     * @param cause what happened, or null
     */
    void connection(boolean up, @Nullable Throwable cause);
}
