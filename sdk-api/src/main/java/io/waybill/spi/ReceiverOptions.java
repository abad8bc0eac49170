package io.waybill.spi;

import java.time.Duration;
import java.util.Set;

/**
 * What the core asks of a {@link Receiver}.
 *
 * @param group the group to join
 * @param topics what to read; they exist
 * @param member a name of this instance, unique among all, for client ids and logs
 * @param batchMessages how many messages a poll shall give at most
 * @param bufferBytes how many bytes of what was fetched and not given may wait in the receiver, roughly and over all
 *     partitions
 * @param session how long the broker may wait for a sign of life before it gives the partitions to others
 * @param drain how long {@link ReceiverSink#revoked} may take
 */
public record ReceiverOptions(
        String group,
        Set<String> topics,
        String member,
        int batchMessages,
        long bufferBytes,
        Duration session,
        Duration drain) {
    /**
     * Copies the set.
     *
     * @param group the group to join
     * @param topics what to read; they exist
     * @param member a name of this instance, unique among all, for client ids and logs
     * @param batchMessages how many messages a poll shall give at most
     * @param bufferBytes how many bytes of what was fetched and not given may wait in the receiver, roughly and over all
     *     partitions
     * @param session how long the broker may wait for a sign of life before it gives the partitions to others
     * @param drain how long {@link ReceiverSink#revoked} may take
     */
    public ReceiverOptions {
        topics = Set.copyOf(topics);
    }
}
