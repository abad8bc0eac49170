package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import io.waybill.message.GroupDescription;
import io.waybill.message.MessagingException;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicPartition;
import io.waybill.message.TopicSpec;
import io.waybill.spi.AdminOperations;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.subscription.SubscriptionGroupConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Topics and groups. */
final class RocketMqAdminOperations implements AdminOperations {
    private static final Logger LOG = LoggerFactory.getLogger(RocketMqAdminOperations.class);

    private final RocketMqAdapter.Shared shared;

    RocketMqAdminOperations(RocketMqAdapter.Shared shared) {
        this.shared = shared;
    }

    @Override
    public void createTopic(TopicSpec spec) throws Exception {
        RocketMqAdapter.Connection at = shared.connection();
        if (spec.copies() > 0) {
            for (String broker : at.topology().brokers().keySet()) {
                int copies =
                        at.facts().of(List.of(new Topology.Queue(broker, 0))).copies();
                if (copies < spec.copies()) {
                    throw RocketMqErrors.of(
                            ErrorKind.UNSUPPORTED,
                            "RocketMQ's brokers decide how many copies there are, and '" + broker + "' makes " + copies
                                    + ", not " + spec.copies() + ". Set brokerRole and inSyncReplicas there");
                }
            }
        }
        at.topics().create(spec.name(), spec.partitions());
    }

    @Override
    public Optional<TopicDescription> describeTopic(String topic) throws Exception {
        RocketMqAdapter.Connection at = shared.connection();
        try {
            List<Topology.Queue> queues = at.topology().partitions(topic);
            return Optional.of(
                    new TopicDescription(topic, queues.size(), at.facts().of(queues)));
        } catch (MessagingException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public Set<String> topics() throws Exception {
        return shared.connection().topics().all();
    }

    @Override
    public void deleteTopic(String topic) throws Exception {
        shared.connection().topics().delete(topic);
    }

    @Override
    public Optional<GroupDescription> describeGroup(String group) throws Exception {
        RocketMqAdapter.Connection at = shared.connection();
        String name = Names.rocketmq(group);
        Map<String, String> masters = at.topology().brokers();
        Set<String> topics = new HashSet<>();
        for (String address : masters.values()) {
            topics.addAll(at.groups().topics(address, name));
        }
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (String topic : topics) {
            Optional<String> ours = Names.topic(topic);
            if (ours.isPresent()) {
                positions(at, name, ours.get(), masters, positions);
            }
        }
        int members = at.groups().members(masters.values(), name).size();
        if (members == 0 && topics.isEmpty() && !groups().contains(group)) {
            return Optional.empty();
        }
        return Optional.of(new GroupDescription(group, members, positions));
    }

    private static void positions(
            RocketMqAdapter.Connection at,
            String group,
            String topic,
            Map<String, String> masters,
            Map<TopicPartition, Long> positions)
            throws Exception {
        List<Topology.Queue> queues;
        try {
            queues = at.topology().partitions(topic);
        } catch (MessagingException e) {
            LOG.debug("Group '{}' has positions in '{}', which is not there", group, topic, e);
            return;
        }
        List<Topology.Queue> present = queues.stream()
                .filter(queue -> masters.containsKey(queue.broker()))
                .toList();
        Map<Topology.Queue, Long> found = at.groups().positions(group, Names.rocketmq(topic), present);
        for (int i = 0; i < queues.size(); i++) {
            Long position = found.get(queues.get(i));
            if (position != null) {
                positions.put(new TopicPartition(topic, i), position);
            }
        }
    }

    @Override
    public Set<String> groups() throws Exception {
        RocketMqAdapter.Connection at = shared.connection();
        Set<String> groups = new HashSet<>();
        for (String address : at.topology().brokers().values()) {
            at.remote()
                    .api()
                    .getAllSubscriptionGroup(address, at.remote().timeout())
                    .getSubscriptionGroupTable()
                    .keySet()
                    .forEach(name -> Names.group(name).ifPresent(groups::add));
        }
        return groups;
    }

    @Override
    public void deleteGroup(String group) throws Exception {
        RocketMqAdapter.Connection at = shared.connection();
        GroupDescription found = describeGroup(group)
                .orElseThrow(
                        () -> RocketMqErrors.of(ErrorKind.NOT_FOUND, "RocketMQ has no consumer group '" + group + "'"));
        if (found.members() > 0) {
            throw hasMembers(group);
        }
        String name = Names.rocketmq(group);
        for (String address : at.topology().brokers().values()) {
            at.remote()
                    .api()
                    .deleteSubscriptionGroup(address, name, true, at.remote().timeout());
        }
        deleteRetries(at, name);
    }

    /** Brokers make a topic for a group's native retries as soon as they see a member. */
    private static void deleteRetries(RocketMqAdapter.Connection at, String group) {
        String retries = MixAll.getRetryTopic(group);
        try {
            for (String address : at.topology().brokers().values()) {
                at.remote()
                        .api()
                        .deleteTopicInBroker(address, retries, at.remote().timeout());
            }
            at.topics().deleteAtNameServers(retries);
        } catch (Exception e) {
            LOG.debug("Topic '{}' is left behind", retries, e);
        }
    }

    @Override
    public void resetGroup(String group, String topic, StartPosition position) throws Exception {
        RocketMqAdapter.Connection at = shared.connection();
        String name = Names.rocketmq(group);
        Map<String, String> masters = at.topology().brokers();
        List<Topology.Queue> queues = at.topology().partitions(topic);
        if (!at.groups().members(masters.values(), name).isEmpty()) {
            throw hasMembers(group);
        }
        String topicName = Names.rocketmq(topic);
        if (position != StartPosition.End.FIRST) {
            Set<String> holders = new HashSet<>();
            queues.forEach(queue -> holders.add(at.topology().knownAddress(queue.broker())));
            at.groups().awaitEntered(holders);
        }
        Map<Topology.Queue, Long> targets = new HashMap<>();
        for (Topology.Queue queue : queues) {
            targets.put(queue, target(at, topicName, queue, position));
        }
        try {
            at.groups().write(name, topicName, targets);
        } catch (MQBrokerException e) {
            if (e.getResponseCode() != ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST) {
                throw e;
            }
            create(at, name, masters);
            at.groups().write(name, topicName, targets);
        }
    }

    private static long target(
            RocketMqAdapter.Connection at, String topic, Topology.Queue queue, StartPosition position)
            throws Exception {
        if (position instanceof StartPosition.At time) {
            return at.groups().at(topic, queue, time.time());
        }
        return position == StartPosition.End.FIRST
                ? at.groups().first(topic, queue)
                : at.groups().end(topic, queue);
    }

    /** On the brokers that do not have it: what somebody set there is not touched. */
    private static void create(RocketMqAdapter.Connection at, String group, Map<String, String> masters)
            throws Exception {
        for (String address : masters.values()) {
            Set<String> there = at.remote()
                    .api()
                    .getAllSubscriptionGroup(address, at.remote().timeout())
                    .getSubscriptionGroupTable()
                    .keySet();
            if (!there.contains(group)) {
                SubscriptionGroupConfig config = new SubscriptionGroupConfig();
                config.setGroupName(group);
                at.remote()
                        .api()
                        .createSubscriptionGroup(address, config, at.remote().timeout());
            }
        }
    }

    private static MessagingException hasMembers(String group) {
        return RocketMqErrors.of(ErrorKind.REFUSED, "Group '" + group + "' has members. Close its consumers first");
    }
}
