package io.waybill.spi;

import io.waybill.message.TopicDescription;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What one producer sends through.
 *
 * <p>Created by {@link Adapter#openSender}; methods are called by many threads; ends with {@link #close}.
 */
public interface Sender {
    /**
     * Looks a topic up at the broker: before the first send to it, and again each minute.
     *
     * @param topic its name
     * @return how many partitions it has, and what a confirm of it means, both read from the broker
     * @throws Exception if it does not exist or the broker does not answer
     */
    TopicDescription describe(String topic) throws Exception;

    /**
     * Opens the way into one partition.
     *
     * @param topic its topic, which {@link #describe} returned
     * @param partition its number
     * @return a new lane; it lasts as long as this sender, or until {@link Lane#open} says no
     * @throws Exception if the broker cannot take it
     */
    Lane openLane(TopicDescription topic, int partition) throws Exception;

    /**
     * How many batches of one lane may be under way at a time. A broker that reorders concurrent requests says 1; the
     * core lets the next batch form meanwhile.
     *
     * @return 1 or more; {@link Integer#MAX_VALUE} for no bound
     */
    int maxBatchesInFlight();

    /**
     * How many messages a batch may have.
     *
     * @return 1 or more
     */
    int maxBatchMessages();

    /**
     * How many bytes of keys, headers and bodies a batch may have, unless a single message has more.
     *
     * @return bytes
     */
    int maxBatchBytes();

    /**
     * The native producer.
     *
     * @param type the type that is wanted
     * @param <T> the type
     * @return the object, or empty if there is none of this type
     */
    <T> Optional<T> unwrap(Class<T> type);

    /**
     * Ends it. The core has waited for what was under way; what is not completed yet is completed now, as unknown. Never called
     * inside of what this sender calls to tell an outcome.
     *
     * @param timeout how long it may take; zero means at once
     */
    void close(Duration timeout);

    /** The way into one partition. */
    interface Lane {
        /**
         * Hands messages over to the broker client, in order; must not wait for the broker's answer. Called by one
         * thread at a time.
         *
         * <p>Each message is completed exactly once, by {@link Outgoing#stored}, {@link Outgoing#refused} or
         * {@link Outgoing#unknown}, on any thread, perhaps before this returns. If this throws, the core completes what
         * was not completed yet as unknown.
         *
         * @param batch one or more messages; the list is reused after the return, its elements are not
         * @throws Exception only for what no message can be blamed for
         */
        void send(List<? extends Outgoing> batch) throws Exception;

        /**
         * Whether it can still be used. A lane that lost its connection says no; the core then opens another for the
         * messages to come, and repeats none of the old ones.
         *
         * @return false once it is dead
         */
        boolean open();
    }
}
