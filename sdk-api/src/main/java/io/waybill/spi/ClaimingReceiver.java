package io.waybill.spi;

import io.waybill.message.TopicPartition;

/**
 * A receiver of a broker that does not share out partitions by itself, but can make sure that each has one owner at a
 * time (rule C9): RabbitMQ by single active consumers, RocketMQ by its queue lock. The core's coordinator decides who
 * tries; fairness is its part, exclusion the adapter's.
 */
public interface ClaimingReceiver extends Receiver {
    /**
     * How many partitions a topic has.
     *
     * @param topic the topic
     * @return the number
     * @throws Exception if the broker does not say
     */
    int partitions(String topic) throws Exception;

    /**
     * Tries to become the owner; from then on {@link #poll} gives its messages. Does not wait for another owner to give
     * up. A loss of the ownership is told by {@link ReceiverSink#lost}.
     *
     * @param partition which; not owned by this receiver
     * @return whether it is the owner now
     * @throws Exception if the broker does not say
     */
    boolean tryOwn(TopicPartition partition) throws Exception;

    /**
     * Gives up the ownership. The core has drained and settled.
     *
     * @param partition which; owned by this receiver
     * @throws Exception if the broker does not confirm; the ownership then ends with its own bound
     */
    void release(TopicPartition partition) throws Exception;

    /**
     * Whether somebody owns it, found by looking at the broker, not by trusting messages.
     *
     * @param partition which
     * @return true if it has an owner, here or elsewhere
     * @throws Exception if the broker does not say
     */
    boolean hasOwner(TopicPartition partition) throws Exception;
}
