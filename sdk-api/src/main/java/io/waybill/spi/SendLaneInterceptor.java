package io.waybill.spi;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs inside a partition's lane, right before a message is handed over: what it adds is in the order of hand-over, and
 * so of storing. One call at a time per partition; must not block or do I/O. What {@link #handOver} throws fails the
 * send before it was handed over, and nothing is stored (pitfall: brokers' own hooks swallow it).
 */
public interface SendLaneInterceptor {
    /**
     * Before the producer's first hand-over, on the thread that opens the producer.
     *
     * @param producer the producer's name
     * @param logs the broker's control logs; empty if it has none
     * @throws Exception if it cannot begin: the producer is not opened then
     */
    default void opened(String producer, Optional<ControlLogs> logs) throws Exception {}

    /**
     * Before hand-over.
     *
     * @param outgoing the message; read only here
     * @param waybill the packed header so far; read only, and only until this call returns, since its bytes may be used again
     *     for the next message
     * @return the packed header to send: the same, or another array, which nobody changes any more
     */
    byte[] handOver(Outgoing outgoing, byte[] waybill);

    /**
     * After the outcome, on any thread, once for each message that {@link #handOver} returned for.
     *
     * @param outgoing the message
     * @param failure null if it is stored, else why not or why nobody knows
     */
    default void completed(Outgoing outgoing, io.waybill.message.@Nullable MessagingException failure) {}

    /** Behind the producer's last outcome, while the broker can still be asked. */
    default void closed() {}
}
