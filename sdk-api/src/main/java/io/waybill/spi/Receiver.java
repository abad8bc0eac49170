package io.waybill.spi;

import io.waybill.message.TopicPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

/**
 * What one consumer receives through.
 *
 * <p>Created by {@link Adapter#openReceiver}. All methods but {@link #wakeup} are called by one thread, which runs no
 * handlers, so that a slow handler never costs the membership (rule C6). Ends with {@link #close}. When a method throws,
 * the core takes all partitions for lost, closes the receiver and opens another after a while: an adapter need not
 * recover by itself, but may.
 */
public interface Receiver {
    /**
     * Waits for messages or news and gives them to the sink. Returns when it gave something, at the latest when the
     * timeout is over, and at once after {@link #wakeup}.
     *
     * @param timeout how long to wait
     * @param sink takes what there is, on this thread, before this returns
     * @throws Exception if the broker cannot be read any more
     */
    void poll(Duration timeout, ReceiverSink sink) throws Exception;

    /**
     * Stops giving messages of these partitions, without giving up their ownership; what was fetched already is kept or
     * fetched again. Partitions that are not owned or paused already are ignored.
     *
     * @param partitions which
     */
    void pause(Collection<TopicPartition> partitions);

    /**
     * Gives messages of these partitions again.
     *
     * @param partitions which
     */
    void resume(Collection<TopicPartition> partitions);

    /**
     * Tells the broker what is done. Only owned partitions come, each at most once, with a prefix that never falls.
     *
     * @param settlements what is done
     * @param confirmed true: return only when the broker has confirmed; false: return at once, and report what fails by
     *     {@link ReceiverSink#settleFailed} in a later poll
     * @throws Exception with {@code confirmed}, if the broker did not confirm
     */
    void settle(Collection<Settlement> settlements, boolean confirmed) throws Exception;

    /**
     * After how many finished messages of a partition the core settles without waiting for its interval. A broker that
     * sends only so many unacknowledged messages says a part of that. Default: no number.
     *
     * @return 1 or more
     */
    default int settleAfter() {
        return Integer.MAX_VALUE;
    }

    /**
     * Asks the broker how much of a partition it still holds for this receiver. Messages that it has sent and that this receiver
     * has not given to a sink yet count, as far as the receiver knows of them.
     *
     * @param partition an owned partition
     * @return how many messages are still to be given
     * @throws Exception if the broker does not answer, or the partition is not owned
     */
    long remaining(TopicPartition partition) throws Exception;

    /** Ends a wait in {@link #poll}, the present one or else the next. Called by any thread. */
    void wakeup();

    /**
     * The native consumer. It is not thread-safe just because this method is.
     *
     * @param type the type that is wanted
     * @param <T> the type
     * @return the object, or empty if there is none of this type
     */
    <T> Optional<T> unwrap(Class<T> type);

    /**
     * Leaves the group and ends. What was not settled will be delivered again. Calls nothing on a sink.
     *
     * @param timeout how long it may take
     */
    void close(Duration timeout);
}
