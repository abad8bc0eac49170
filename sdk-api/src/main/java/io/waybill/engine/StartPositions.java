package io.waybill.engine;

import io.waybill.message.ErrorKind;
import io.waybill.message.GroupDescription;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Adapter;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.Settlement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where reading starts (rule C13). A new group's positions are set in all partitions before its first member joins, so
 * that a start at the end is one moment for all of them; a partition that appears later starts at its first message.
 */
final class StartPositions {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.consumer");

    private final Adapter adapter;
    private final ConsumerOptions options;

    StartPositions(Adapter adapter, ConsumerOptions options) {
        this.adapter = adapter;
        this.options = options;
    }

    /** Before joining: gives a new group its positions. */
    void prepareGroup() throws Exception {
        for (String topic : options.sortedTopics()) {
            Optional<GroupDescription> group = adapter.admin().describeGroup(options.group());
            boolean known = group.isPresent()
                    && group.get().positions().keySet().stream()
                            .anyMatch(partition -> partition.topic().equals(topic));
            if (known) {
                continue;
            }
            try {
                adapter.admin().resetGroup(options.group(), topic, options.start());
                LOG.info("New group '{}' starts at {} of topic '{}'", options.group(), options.start(), topic);
            } catch (Exception e) {
                if (adapter.classify(e) != ErrorKind.REFUSED) {
                    throw e;
                }
                LOG.debug("Group '{}' has members already, who set its positions", options.group(), e);
            }
        }
    }

    /** After the assignment: goes on where the group was, or settles a first position and starts there. */
    void place(LogReceiver receiver, Collection<TopicPartition> partitions) throws Exception {
        Map<TopicPartition, Long> committed = receiver.committed(partitions);
        List<Settlement> fresh = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            Long position = committed.get(partition);
            if (position == null) {
                position =
                        receiver.knowsGroup(partition.topic()) ? receiver.first(partition) : start(receiver, partition);
                fresh.add(Settlement.prefix(partition, -1, position));
                LOG.info("Group '{}' starts at {} of new partition {}", options.group(), position, partition);
            }
            receiver.seek(partition, position);
        }
        if (!fresh.isEmpty()) {
            receiver.settle(fresh, true);
        }
    }

    private long start(LogReceiver receiver, TopicPartition partition) throws Exception {
        if (options.start() instanceof StartPosition.At at) {
            return receiver.at(partition, at.time());
        }
        return options.start() == StartPosition.latest() ? receiver.end(partition) : receiver.first(partition);
    }
}
