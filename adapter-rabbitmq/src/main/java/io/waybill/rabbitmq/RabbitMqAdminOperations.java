package io.waybill.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Connection;
import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.GroupDescription;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicSpec;
import io.waybill.spi.AdminOperations;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Topics and groups as exchanges and queues. */
final class RabbitMqAdminOperations implements AdminOperations {
    /** A majority of a quorum queue's members has it on disk; how many that is cannot be asked over AMQP. */
    static final Durability QUORUM = new Durability(1, true);

    private final RabbitMqSettings settings;
    private final Connections connections;
    private final Topology topology;
    private final Registry registry;

    RabbitMqAdminOperations(RabbitMqSettings settings, Connections connections, Topology topology, Registry registry) {
        this.settings = settings;
        this.connections = connections;
        this.topology = topology;
        this.registry = registry;
    }

    @Override
    public void createTopic(TopicSpec spec) throws Exception {
        if (spec.copies() > 1) {
            throw new RabbitMqException(
                    ErrorKind.UNSUPPORTED,
                    "On RabbitMQ the copies of a message are a matter of each group's queues, not of the topic: use the"
                            + " setting quorum.size=" + spec.copies() + " where groups are opened, and no number here");
        }
        topology.requireFree(spec.name());
        registry.topicCreated(spec.name()); // first: what is cut off here is listed, and so can be deleted
        topology.createTopic(spec.name(), spec.partitions());
    }

    @Override
    public Optional<TopicDescription> describeTopic(String topic) throws Exception {
        OptionalInt partitions;
        try {
            partitions = topology.partitions(topic);
        } catch (RabbitMqException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
        return partitions.isEmpty()
                ? Optional.empty()
                : Optional.of(new TopicDescription(topic, partitions.getAsInt(), QUORUM));
    }

    @Override
    public Set<String> topics() throws Exception {
        Set<String> there = new TreeSet<>();
        for (String topic : registry.topics()) {
            if (topology.look(Names.meta(topic)).isPresent()
                    && topology.exists(channel -> channel.exchangeDeclarePassive(topic))) {
                there.add(topic);
            }
        }
        return there;
    }

    @Override
    public void deleteTopic(String topic) throws Exception {
        int partitions = topology.requirePartitions(topic);
        for (String group : registry.groups()) {
            if (registry.topicsOf(group).contains(topic)) {
                deleteQueues(topic, group, partitions);
            }
        }
        topology.deleteTopic(topic);
        registry.topicDeleted(topic);
    }

    private void deleteQueues(String topic, String group, int partitions) throws Exception {
        for (int i = 0; i < partitions; i++) {
            String queue = Names.queue(topic, group, i);
            Object unused = connections.ask(channel -> channel.queueDelete(queue));
        }
    }

    @Override
    public Optional<GroupDescription> describeGroup(String group) throws Exception {
        Optional<AMQP.Queue.DeclareOk> members = topology.look(Names.members(group));
        return members.map(found -> new GroupDescription(group, found.getConsumerCount(), Map.of()));
    }

    @Override
    public Set<String> groups() throws Exception {
        Set<String> there = new TreeSet<>();
        for (String group : registry.groups()) {
            if (topology.look(Names.members(group)).isPresent()) {
                there.add(group);
            }
        }
        return there;
    }

    @Override
    public void createGroup(String group, String topic) throws Exception {
        Connection connection = connections.shared(settings.requestTimeout());
        assertGroup(connection, group, topic);
    }

    /** Makes sure that a group has its queues in a topic; returns how many. */
    int assertGroup(Connection connection, String group, String topic) throws Exception {
        int partitions = topology.requirePartitions(topic);
        AMQP.Queue.DeclareOk unused = Connections.ask(connection, channel -> Topology.declareMembers(channel, group));
        int unusedNumber = prefetch(connection, group);
        if (topology.look(Names.queue(topic, group, 0)).isEmpty()) {
            registry.groupCreated(group, topic); // first, as above
        }
        topology.assertGroup(connection, topic, group, partitions);
        return partitions;
    }

    /** The prefetch of a group's consumers, which its creation sets. */
    int prefetch(Connection connection, String group) throws Exception {
        return topology.prefetch(connection, group);
    }

    @Override
    public void deleteGroup(String group) throws Exception {
        GroupDescription found = describeGroup(group)
                .orElseThrow(() -> new RabbitMqException(ErrorKind.NOT_FOUND, "Group '" + group + "' does not exist"));
        if (found.members() > 0) {
            throw new RabbitMqException(
                    ErrorKind.REFUSED,
                    "Group '" + group + "' has " + found.members() + " members. Close its consumers first.");
        }
        for (String topic : registry.topicsOf(group)) {
            OptionalInt partitions = topology.partitions(topic);
            if (partitions.isPresent()) {
                deleteQueues(topic, group, partitions.getAsInt());
            }
        }
        Object unused = connections.ask(channel -> {
            channel.queueDelete(Names.prefetch(group));
            return channel.queueDelete(Names.members(group));
        });
        registry.groupDeleted(group);
    }

    @Override
    public void resetGroup(String group, String topic, StartPosition position) {
        throw new UnsupportedOperationException("Queues have no positions");
    }
}
