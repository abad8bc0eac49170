package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.constant.PermName;
import org.apache.rocketmq.remoting.protocol.body.ClusterInfo;
import org.apache.rocketmq.remoting.protocol.route.BrokerData;
import org.apache.rocketmq.remoting.protocol.route.TopicRouteData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Making and deleting topics on brokers and name servers. */
final class Topics {
    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);
    private static final long SETTLE_NANOS = 10_000_000_000L;
    private static final long DELETE_AGAIN_NANOS = 1_000_000_000L;
    private static final long LOOK_AGAIN_MILLIS = 20;

    private final Remote remote;
    private final Topology topology;

    Topics(Remote remote, Topology topology) {
        this.remote = remote;
        this.topology = topology;
    }

    /** Spreads the queues over all brokers; returns when all name servers show them. */
    void create(String topic, int partitions) throws Exception {
        String name = Names.rocketmq(topic);
        Map<String, String> masters = topology.brokers();
        refuseIfThere(topic, name);
        Map<String, Integer> queues = spread(name, partitions, List.copyOf(masters.keySet()));
        topology.record(name, Topology.order(queues)); // first: who sees a part of the route must know the whole
        try {
            for (Map.Entry<String, Integer> one : queues.entrySet()) {
                TopicConfig config =
                        new TopicConfig(name, one.getValue(), one.getValue(), PermName.PERM_READ | PermName.PERM_WRITE);
                remote.api().createTopic(masters.get(one.getKey()), name, config, remote.timeout());
            }
        } catch (Exception e) {
            undo(name, queues.keySet(), masters);
            throw e;
        }
        settle(
                "Topic '" + topic + "' was created, but not all name servers show it",
                () -> topology.shows(name, queues));
        var unused = topology.route(name);
    }

    private void refuseIfThere(String topic, String name) throws Exception {
        if (topology.route(name) != null) {
            throw RocketMqErrors.of(ErrorKind.ALREADY_EXISTS, "RocketMQ has a topic '" + topic + "' already");
        }
        String recorded = topology.recorded(name);
        if (recorded == null) {
            return;
        }
        topology.checkRegistered(topic, recorded);
        LOG.info("Topic '{}' was recorded at the name server, but no broker has it any more", topic);
    }

    /** By broker; who has one more than others depends on the name, so that the load is spread. */
    static Map<String, Integer> spread(String name, int partitions, List<String> brokers) {
        Map<String, Integer> queues = new TreeMap<>();
        int begin = Math.floorMod(name.hashCode(), brokers.size());
        for (int i = 0; i < partitions; i++) {
            queues.merge(brokers.get((begin + i) % brokers.size()), 1, Integer::sum);
        }
        return queues;
    }

    private void undo(String name, Set<String> brokers, Map<String, String> masters) {
        try {
            for (String broker : brokers) {
                remote.api().deleteTopicInBroker(masters.get(broker), name, remote.timeout());
            }
            topology.forget(name);
        } catch (Exception e) {
            LOG.warn("What was made of topic '{}' could not be undone", name, e);
        }
    }

    void delete(String topic) throws Exception {
        String name = Names.rocketmq(topic);
        TopicRouteData route = topology.route(name);
        String recorded = topology.recorded(name);
        if (route == null && recorded == null) {
            throw RocketMqErrors.noTopic(topic);
        }
        List<BrokerData> brokers = route == null ? List.of() : route.getBrokerDatas();
        if (recorded != null) {
            Set<String> missing = new HashSet<>();
            Topology.parse(topic, recorded).forEach(queue -> missing.add(queue.broker()));
            brokers.forEach(broker -> missing.remove(broker.getBrokerName()));
            missing.removeAll(topology.brokers().keySet()); // these are there, and have nothing of it
            if (!missing.isEmpty()) {
                throw RocketMqErrors.of(
                        ErrorKind.UNAVAILABLE,
                        "Topic '" + topic + "' is also on " + missing + ", which is not registered and would bring it"
                                + " back");
            }
        }
        for (BrokerData broker : brokers) {
            List<String> addresses = new ArrayList<>(broker.getBrokerAddrs().values());
            for (String address : addresses) {
                remote.api().deleteTopicInBroker(address, name, remote.timeout());
            }
        }
        deleteAtNameServers(name);
        topology.forget(name);
        long[] again = {System.nanoTime() + DELETE_AGAIN_NANOS};
        settle("Topic '" + topic + "' is deleted, but name servers still show it", () -> {
            if (topology.shows(name, Map.of())) {
                return true;
            }
            if (System.nanoTime() - again[0] > 0) { // a broker may just have told them what it had before
                again[0] = System.nanoTime() + DELETE_AGAIN_NANOS;
                deleteAtNameServers(name);
            }
            return false;
        });
    }

    void deleteAtNameServers(String name) throws Exception {
        for (String server : remote.api().getNameServerAddressList()) {
            remote.api().deleteTopicInNameServer(server, name, remote.timeout());
        }
    }

    /** In Waybill's names, RocketMQ's own left out. */
    Set<String> all() throws Exception {
        ClusterInfo cluster = remote.api().getBrokerClusterInfo(remote.timeout());
        Set<String> own = new HashSet<>(cluster.getBrokerAddrTable().keySet());
        for (String name : cluster.getClusterAddrTable().keySet()) {
            own.add(name);
            own.add(name + "_" + MixAll.REPLY_TOPIC_POSTFIX);
        }
        Set<String> topics = new HashSet<>();
        for (String name :
                remote.api().getTopicListFromNameServer(remote.timeout()).getTopicList()) {
            if (!own.contains(name)) {
                Names.topic(name).ifPresent(topics::add);
            }
        }
        return topics;
    }

    private static void settle(String otherwise, Callable<Boolean> done) throws Exception {
        long deadline = System.nanoTime() + SETTLE_NANOS;
        while (!done.call()) {
            if (System.nanoTime() > deadline) {
                throw RocketMqErrors.of(ErrorKind.UNAVAILABLE, otherwise + " after 10 s");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }
}
