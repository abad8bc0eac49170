package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import org.apache.rocketmq.common.filter.ExpressionType;
import org.apache.rocketmq.common.sysflag.PullSysFlag;
import org.apache.rocketmq.remoting.InvokeCallback;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.SerializeType;
import org.apache.rocketmq.remoting.protocol.header.PullMessageRequestHeader;
import org.jspecify.annotations.Nullable;

/** Asks brokers for messages, for one group. The broker keeps a request that finds nothing until something comes. */
final class PullRequests {
    /** The broker looks every five seconds whether a request has waited long enough. */
    private static final long SUSPEND_MILLIS = 15_000;

    private static final long TIMEOUT_MILLIS = 30_000;
    private static final int MESSAGES = 1_024;
    private static final int FLAGS = PullSysFlag.buildSysFlag(false, true, true, false);
    private static final int FLAGS_AT_ONCE = PullSysFlag.buildSysFlag(false, false, true, false);

    private final Remote remote;
    private final Topology topology;
    private final String group;

    /** A group by its native name. */
    PullRequests(Remote remote, Topology topology, String group) {
        this.remote = remote;
        this.topology = topology;
        this.group = group;
    }

    @Nullable
    String address(Topology.Queue queue) {
        return topology.address(queue.broker());
    }

    void pull(Topology.Queue queue, String topic, long position, InvokeCallback callback) {
        String address = address(queue);
        if (address == null) {
            callback.operationFail(RocketMqErrors.of(
                    ErrorKind.UNAVAILABLE,
                    "Broker '" + queue.broker() + "' has no master that a name server knows of"));
            return;
        }
        remote.ask(address, request(queue, topic, position, MESSAGES, FLAGS), TIMEOUT_MILLIS, callback);
    }

    /** What the broker says at once; the answer's code tells. */
    RemotingCommand one(Topology.Queue queue, String topic, long position) throws Exception {
        return remote.api()
                .getRemotingClient()
                .invokeSync(
                        topology.knownAddress(queue.broker()),
                        request(queue, topic, position, 1, FLAGS_AT_ONCE),
                        remote.timeout());
    }

    private RemotingCommand request(Topology.Queue queue, String topic, long position, int messages, int flags) {
        PullMessageRequestHeader header = new PullMessageRequestHeader();
        header.setConsumerGroup(group);
        header.setTopic(Names.rocketmq(topic));
        header.setQueueId(queue.id());
        header.setQueueOffset(position);
        header.setMaxMsgNums(messages);
        header.setSysFlag(flags);
        header.setCommitOffset(0L);
        header.setSuspendTimeoutMillis(SUSPEND_MILLIS);
        header.setSubscription("*");
        header.setSubVersion(0L);
        header.setExpressionType(ExpressionType.TAG);
        header.setBrokerName(queue.broker());
        RemotingCommand request = RemotingCommand.createRequestCommand(RequestCode.PULL_MESSAGE, header);
        request.setSerializeTypeCurrentRPC(SerializeType.ROCKETMQ);
        return request;
    }
}
