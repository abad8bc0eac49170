package io.waybill.message;

import java.util.Map;

/**
 * A consumer group as the broker knows it.
 *
 * @param name its name
 * @param members how many instances are in it now, on all machines
 * @param positions per partition the number of the first message that is not yet settled; empty on brokers whose queues
 *     have no positions
 */
public record GroupDescription(String name, int members, Map<TopicPartition, Long> positions) {
    /**
     * Copies the map.
     *
     * @param name its name
     * @param members how many instances are in it now, on all machines
     * @param positions per partition the number of the first message that is not yet settled; empty on brokers whose queues have no positions
     */
    public GroupDescription {
        positions = Map.copyOf(positions);
    }
}
