package io.waybill.memory;

import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.GroupDescription;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicSpec;
import io.waybill.spi.AdminOperations;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Topics and groups. */
final class MemoryAdmin implements AdminOperations {
    private final MemoryAdapter adapter;
    private final MemoryBroker broker;

    MemoryAdmin(MemoryAdapter adapter, MemoryBroker broker) {
        this.adapter = adapter;
        this.broker = broker;
    }

    @Override
    public void createTopic(TopicSpec spec) throws Exception {
        adapter.checkAlive();
        if (spec.copies() > 1) {
            throw new MemoryException(ErrorKind.INVALID, "The memory broker keeps one copy, not " + spec.copies());
        }
        broker.createTopic(spec);
    }

    @Override
    public Optional<TopicDescription> describeTopic(String topic) throws Exception {
        check();
        return Optional.ofNullable(broker.topics.get(topic))
                .map(partitions -> new TopicDescription(topic, partitions.size(), Durability.ONE_UNFLUSHED));
    }

    @Override
    public Set<String> topics() throws Exception {
        check();
        return Set.copyOf(broker.topics.keySet());
    }

    @Override
    public void deleteTopic(String topic) throws Exception {
        check();
        if (broker.topics.remove(topic) == null) {
            throw new MemoryException(ErrorKind.NOT_FOUND, "Topic '" + topic + "' does not exist");
        }
        broker.groups.values().forEach(group -> group.forget(topic));
    }

    @Override
    public Optional<GroupDescription> describeGroup(String group) throws Exception {
        check();
        return Optional.ofNullable(broker.groups.get(group))
                .filter(found -> found.members() > 0 || !found.positions().isEmpty())
                .map(found -> new GroupDescription(group, found.members(), found.positions()));
    }

    @Override
    public void createGroup(String group, String topic) throws Exception {
        check();
        MemoryGroup found = broker.group(group);
        broker.topic(topic).forEach(partition -> found.start(partition.name(), partition.end()));
    }

    @Override
    public Set<String> groups() throws Exception {
        check();
        return Set.copyOf(broker.groups.keySet());
    }

    @Override
    public void deleteGroup(String group) throws Exception {
        check();
        MemoryGroup found = broker.groups.get(group);
        if (found == null) {
            throw new MemoryException(ErrorKind.NOT_FOUND, "Group '" + group + "' does not exist");
        }
        refuseMembers(group, found);
        broker.groups.remove(group);
    }

    @Override
    public void resetGroup(String group, String topic, StartPosition position) throws Exception {
        check();
        List<MemoryPartition> partitions = broker.topic(topic);
        MemoryGroup found = broker.group(group);
        refuseMembers(group, found);
        for (MemoryPartition partition : partitions) {
            found.settle(partition.name(), resolve(partition, position));
        }
    }

    private static long resolve(MemoryPartition partition, StartPosition position) {
        if (position instanceof StartPosition.At at) {
            return partition.at(at.time().toEpochMilli());
        }
        return position == StartPosition.latest() ? partition.end() : partition.first();
    }

    private static void refuseMembers(String name, MemoryGroup group) throws MemoryException {
        if (group.members() > 0) {
            throw new MemoryException(
                    ErrorKind.REFUSED,
                    "Group '" + name + "' has " + group.members() + " members. Close its consumers first");
        }
    }

    private void check() throws MemoryException {
        adapter.checkAlive();
        broker.checkUp();
    }
}
