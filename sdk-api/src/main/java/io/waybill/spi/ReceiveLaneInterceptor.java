package io.waybill.spi;

import io.waybill.message.Delivery;
import io.waybill.message.TopicPartition;
import java.util.Collection;
import java.util.Optional;

/**
 * Sees every delivery on arrival, in the partition's order, before any handler, and what becomes of the partition. Calls come
 * from the consumer's polling thread unless it says otherwise, one at a time; {@link #arrived} must not block or do I/O, the
 * others may for as long as the consumer can do without new messages.
 */
@FunctionalInterface
public interface ReceiveLaneInterceptor {
    /**
     * Before all else, on the thread that subscribes.
     *
     * @param group the consumer's group
     * @param logs the broker's control logs; empty if it has none
     * @throws Exception if it cannot begin: the consumer is not opened then
     */
    default void opened(String group, Optional<ControlLogs> logs) throws Exception {}

    /**
     * On arrival. What it throws counts as the failure of every attempt at this delivery, which so ends with the dead letters; other
     * interceptors see it all the same.
     *
     * @param delivery what arrived
     */
    void arrived(Delivery delivery);

    /**
     * The consumer owns a partition from now on; before its first delivery.
     *
     * @param partition which
     * @param log whether positions name places in a log, so that what is delivered again has the position that it had; else
     *     positions begin anew with each ownership
     * @throws Exception if it cannot be begun: the consumer recovers, and tries again after a while
     */
    default void assigned(TopicPartition partition, boolean log) throws Exception {}

    /**
     * A delivery is finished, and no handler has handled it. Called by the thread that finished it, so by many, before the
     * {@link #settling} that covers it; again if it comes again. Must not block.
     *
     * @param delivery which
     * @param ending how it ended
     */
    default void ended(Delivery delivery, Ending ending) {}

    /**
     * Before the broker is told what is finished: once that has happened, this does not come again.
     *
     * @param settlements what is finished, for each partition of which something is
     * @throws Exception if it must not be told: it stays unsettled, and this is called again after a while
     */
    default void settling(Collection<Settlement> settlements) throws Exception {}

    /**
     * Now and then, at least each second, while the consumer runs.
     *
     * @param backlog what the broker still holds
     */
    default void between(Backlog backlog) {}

    /**
     * The consumer does not own a partition any more. Called after the last {@link #settling} of it, if there was one.
     *
     * @param partition which
     */
    default void released(TopicPartition partition) {}

    /** Behind the consumer's last delivery, while the broker can still be asked; by any thread. */
    default void closed() {}

    /** How a delivery ends without a handler. */
    enum Ending {
        /** The broker holds it in the group's dead-letter topic. */
        DEAD_LETTERED,
        /** A receive interceptor returned without letting it through. */
        FILTERED
    }

    /** Asks the broker. Of use during {@link #between} only. */
    @FunctionalInterface
    interface Backlog {
        /**
         * How many messages of an owned partition the broker holds that it has not delivered to this consumer, or that were
         * not given to {@link #arrived} yet.
         *
         * @param partition which
         * @return the number; 0 says that all that the broker held when it was asked has arrived
         * @throws Exception if the broker does not answer
         */
        long of(TopicPartition partition) throws Exception;
    }
}
