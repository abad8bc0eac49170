package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.common.namesrv.NamesrvUtil;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.body.ClusterInfo;
import org.apache.rocketmq.remoting.protocol.header.namesrv.GetKVConfigRequestHeader;
import org.apache.rocketmq.remoting.protocol.header.namesrv.GetKVConfigResponseHeader;
import org.apache.rocketmq.remoting.protocol.header.namesrv.GetRouteInfoRequestHeader;
import org.apache.rocketmq.remoting.protocol.route.BrokerData;
import org.apache.rocketmq.remoting.protocol.route.QueueData;
import org.apache.rocketmq.remoting.protocol.route.TopicRouteData;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which queue is which partition, and where its broker is. The order of queues is recorded at the name servers as
 * RocketMQ's order configuration; the route, which leaves out what is away, only says where brokers are now.
 */
final class Topology {
    private static final Logger LOG = LoggerFactory.getLogger(Topology.class);

    /** A native queue. */
    record Queue(String broker, int id) {}

    private final Remote remote;
    /** The master of each broker that was seen; one that is away keeps its address. */
    private final Map<String, String> masters = new ConcurrentHashMap<>();

    Topology(Remote remote) {
        this.remote = remote;
    }

    /** Where a broker's master is, or was when it was last seen; null if it never was. */
    @Nullable
    String address(String broker) {
        return masters.get(broker);
    }

    String knownAddress(String broker) {
        String address = masters.get(broker);
        if (address == null) {
            throw RocketMqErrors.of(
                    ErrorKind.UNAVAILABLE, "Broker '" + broker + "' has no master that a name server knows of");
        }
        return address;
    }

    /** The queues of a topic, by partition; fails if there is no such topic, or none of its brokers is known. */
    List<Queue> partitions(String topic) throws Exception {
        String name = Names.rocketmq(topic);
        TopicRouteData route = route(name);
        String recorded = recorded(name);
        if (route == null && recorded != null) {
            checkRegistered(topic, recorded);
            route = route(name); // the brokers may have registered just now
        }
        if (route == null || route.getQueueDatas().isEmpty()) {
            throw RocketMqErrors.noTopic(topic); // or somebody is about to create it
        }
        if (recorded != null) {
            List<Queue> queues = parse(topic, recorded);
            if (!queues.isEmpty()) {
                return queues;
            }
        }
        String order = order(route);
        record(name, order);
        return parse(topic, order);
    }

    /** Fails if a broker that had a topic is away: then it may be there although nobody shows it. */
    void checkRegistered(String topic, String recorded) throws Exception {
        Set<String> registered = brokers().keySet();
        for (Queue queue : parse(topic, recorded)) {
            if (!registered.contains(queue.broker())) {
                throw RocketMqErrors.of(
                        ErrorKind.UNAVAILABLE,
                        "Topic '" + topic + "' is on " + recorded + ", and broker '" + queue.broker()
                                + "' is not registered");
            }
        }
    }

    /** Looks where the brokers of a topic are; null if no broker has it. */
    @Nullable
    TopicRouteData route(String name) throws Exception {
        try {
            TopicRouteData route = remote.api().getTopicRouteInfoFromNameServer(name, remote.timeout());
            for (BrokerData broker : route.getBrokerDatas()) {
                learn(broker);
            }
            return route;
        } catch (MQClientException e) {
            if (e.getResponseCode() == ResponseCode.TOPIC_NOT_EXIST) {
                return null;
            }
            throw e;
        }
    }

    /** The masters of all brokers there are, by name. */
    Map<String, String> brokers() throws Exception {
        ClusterInfo cluster = remote.api().getBrokerClusterInfo(remote.timeout());
        Map<String, String> found = new TreeMap<>();
        if (cluster.getBrokerAddrTable() != null) {
            cluster.getBrokerAddrTable().values().forEach(broker -> {
                learn(broker);
                String master = broker.getBrokerAddrs().get(MixAll.MASTER_ID);
                if (master != null) {
                    found.put(broker.getBrokerName(), master);
                }
            });
        }
        if (found.isEmpty()) {
            throw RocketMqErrors.of(
                    ErrorKind.UNAVAILABLE, "The name server answers, but no broker with a master is registered there");
        }
        return found;
    }

    /** Whether every name server shows all these queues, by broker. */
    boolean shows(String name, Map<String, Integer> queues) throws Exception {
        for (String server : remote.api().getNameServerAddressList()) {
            GetRouteInfoRequestHeader header = new GetRouteInfoRequestHeader();
            header.setTopic(name);
            RemotingCommand response = remote.api()
                    .getRemotingClient()
                    .invokeSync(
                            server,
                            RemotingCommand.createRequestCommand(RequestCode.GET_ROUTEINFO_BY_TOPIC, header),
                            remote.timeout());
            Map<String, Integer> shown = new TreeMap<>();
            if (response.getCode() == ResponseCode.SUCCESS) {
                TopicRouteData.decode(response.getBody(), TopicRouteData.class)
                        .getQueueDatas()
                        .forEach(data -> shown.put(data.getBrokerName(), data.getReadQueueNums()));
            }
            if (!shown.equals(queues)) {
                return false;
            }
        }
        return true;
    }

    private void learn(BrokerData broker) {
        String master = broker.getBrokerAddrs().get(MixAll.MASTER_ID);
        if (master != null) {
            masters.put(broker.getBrokerName(), master);
        }
    }

    /** Name servers do not share their records: the first that has one counts. */
    @Nullable
    String recorded(String name) throws Exception {
        GetKVConfigRequestHeader header = new GetKVConfigRequestHeader();
        header.setNamespace(NamesrvUtil.NAMESPACE_ORDER_TOPIC_CONFIG);
        header.setKey(name);
        RemotingException unreachable = null;
        boolean answered = false;
        for (String server : remote.api().getNameServerAddressList()) {
            try {
                RemotingCommand response = remote.api()
                        .getRemotingClient()
                        .invokeSync(
                                server,
                                RemotingCommand.createRequestCommand(RequestCode.GET_KV_CONFIG, header),
                                remote.timeout());
                answered = true;
                if (response.getCode() == ResponseCode.SUCCESS) {
                    return response.decodeCommandCustomHeader(GetKVConfigResponseHeader.class)
                            .getValue();
                }
            } catch (RemotingException e) {
                unreachable = e;
            }
        }
        if (!answered && unreachable != null) {
            throw unreachable;
        }
        return null;
    }

    void record(String name, String order) throws Exception {
        remote.api().putKVConfigValue(NamesrvUtil.NAMESPACE_ORDER_TOPIC_CONFIG, name, order, remote.timeout());
    }

    void forget(String name) throws Exception {
        remote.api().deleteKVConfigValue(NamesrvUtil.NAMESPACE_ORDER_TOPIC_CONFIG, name, remote.timeout());
    }

    private static String order(TopicRouteData route) {
        Map<String, Integer> queues = new TreeMap<>();
        for (QueueData data : route.getQueueDatas()) {
            queues.merge(data.getBrokerName(), data.getReadQueueNums(), Math::max);
        }
        return order(queues);
    }

    static String order(Map<String, Integer> queues) {
        StringBuilder order = new StringBuilder();
        new TreeMap<>(queues).forEach((broker, count) -> {
            if (count > 0) {
                order.append(order.isEmpty() ? "" : ";")
                        .append(broker)
                        .append(':')
                        .append(count);
            }
        });
        return order.toString();
    }

    /** {@code brokerA:4;brokerB:4}; empty if it is not of this form. */
    static List<Queue> parse(String topic, String order) {
        List<Queue> queues = new ArrayList<>();
        for (String part : order.split(";", -1)) {
            int colon = part.lastIndexOf(':');
            try {
                int count = Integer.parseInt(part.substring(colon + 1).strip());
                String broker = part.substring(0, colon).strip();
                for (int i = 0; i < count; i++) {
                    queues.add(new Queue(broker, i));
                }
            } catch (RuntimeException e) {
                LOG.warn("The recorded order of topic '{}' cannot be read: {}", topic, order);
                return List.of();
            }
        }
        return queues;
    }
}
