package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.header.QueryConsumerOffsetRequestHeader;
import org.apache.rocketmq.remoting.protocol.header.QueryConsumerOffsetResponseHeader;
import org.apache.rocketmq.remoting.protocol.header.UpdateConsumerOffsetRequestHeader;

/** What brokers know of groups, positions and times. Groups and topics by their native names, unless said otherwise. */
final class GroupFacts {
    private static final long LOOK_NANOS = 2_000_000;

    private final Remote remote;
    private final Topology topology;
    /** With a group that every broker has. */
    private final PullRequests looks;

    GroupFacts(Remote remote, Topology topology) {
        this.remote = remote;
        this.topology = topology;
        this.looks = new PullRequests(remote, topology, MixAll.TOOLS_CONSUMER_GROUP);
    }

    /** The topics in which a group has positions on one broker. */
    Set<String> topics(String address, String group) throws Exception {
        Set<String> topics = remote.api()
                .queryTopicsByConsumer(address, group, remote.timeout())
                .getTopicList();
        return topics == null ? Set.of() : topics;
    }

    /** The client ids of a group's members. */
    Set<String> members(Collection<String> addresses, String group) throws Exception {
        Set<String> members = new HashSet<>();
        for (String address : addresses) {
            try {
                members.addAll(remote.api().getConsumerIdListByGroup(address, group, remote.timeout()));
            } catch (MQBrokerException e) {
                // so says a broker that has never seen a member of it
                if (e.getResponseCode() != ResponseCode.SYSTEM_ERROR
                        || RocketMqErrors.classify(e) == ErrorKind.UNAUTHORIZED) {
                    throw e;
                }
            }
        }
        return members;
    }

    /**
     * The positions of a group in queues of one topic. A broker that knows no position may say 0 (versions 4 cannot be
     * told not to), which is right only if it knows the group in that topic.
     */
    Map<Topology.Queue, Long> positions(String group, String topic, Collection<Topology.Queue> queues)
            throws Exception {
        Map<String, Boolean> known = new HashMap<>();
        Map<Topology.Queue, CompletableFuture<Long>> asked = new HashMap<>();
        for (Topology.Queue queue : queues) {
            String broker = queue.broker();
            if (!known.containsKey(broker)) {
                known.put(broker, topics(topology.knownAddress(broker), group).contains(topic));
            }
            if (Boolean.TRUE.equals(known.get(broker))) {
                asked.put(queue, position(group, topic, queue));
            }
        }
        Map<Topology.Queue, Long> positions = new HashMap<>();
        for (Map.Entry<Topology.Queue, CompletableFuture<Long>> one : asked.entrySet()) {
            long position = Remote.await(one.getValue(), remote.timeout());
            if (position >= 0) {
                positions.put(one.getKey(), position);
            }
        }
        return positions;
    }

    private CompletableFuture<Long> position(String group, String topic, Topology.Queue queue) {
        QueryConsumerOffsetRequestHeader header = new QueryConsumerOffsetRequestHeader();
        header.setConsumerGroup(group);
        header.setTopic(topic);
        header.setQueueId(queue.id());
        header.setBrokerName(queue.broker());
        header.setSetZeroIfNotFound(false);
        RemotingCommand request = RemotingCommand.createRequestCommand(RequestCode.QUERY_CONSUMER_OFFSET, header);
        CompletableFuture<Long> position = new CompletableFuture<>();
        String address = topology.knownAddress(queue.broker());
        remote.ask(address, request, remote.timeout(), new Remote.Answer() {
            @Override
            public void operationSucceed(RemotingCommand response) {
                try {
                    if (response.getCode() == ResponseCode.SUCCESS) {
                        position.complete(response.decodeCommandCustomHeader(QueryConsumerOffsetResponseHeader.class)
                                .getOffset());
                    } else if (response.getCode() == ResponseCode.QUERY_NOT_FOUND) {
                        position.complete(-1L);
                    } else {
                        position.completeExceptionally(Remote.refusal(response, address));
                    }
                } catch (Exception e) {
                    position.completeExceptionally(e);
                }
            }

            @Override
            public void operationFail(Throwable failure) {
                position.completeExceptionally(failure);
            }
        });
        return position;
    }

    /** Writes a position; completes when the broker has confirmed. */
    CompletableFuture<?> write(String group, String topic, Topology.Queue queue, long position) {
        String address = topology.address(queue.broker());
        if (address == null) {
            return CompletableFuture.failedFuture(
                    RocketMqErrors.of(ErrorKind.UNAVAILABLE, "Broker '" + queue.broker() + "' has no master"));
        }
        UpdateConsumerOffsetRequestHeader header = new UpdateConsumerOffsetRequestHeader();
        header.setConsumerGroup(group);
        header.setTopic(topic);
        header.setQueueId(queue.id());
        header.setBrokerName(queue.broker());
        header.setCommitOffset(position);
        return remote.ask(
                address,
                RemotingCommand.createRequestCommand(RequestCode.UPDATE_CONSUMER_OFFSET, header),
                remote.timeout());
    }

    /** Returns when the broker has confirmed each. */
    void write(String group, String topic, Map<Topology.Queue, Long> positions) throws Exception {
        List<CompletableFuture<?>> writes = new ArrayList<>();
        positions.forEach((queue, position) -> writes.add(write(group, topic, queue, position)));
        for (CompletableFuture<?> write : writes) {
            Object unused = Remote.await(write, remote.timeout());
        }
    }

    long first(String topic, Topology.Queue queue) throws Exception {
        return Math.max(
                0,
                remote.api()
                        .getMinOffset(
                                topology.knownAddress(queue.broker()), messageQueue(topic, queue), remote.timeout()));
    }

    /** Behind the last message that the broker has entered into a queue, see {@link #awaitEntered}. */
    long end(String topic, Topology.Queue queue) throws Exception {
        return Math.max(
                0,
                remote.api()
                        .getMaxOffset(
                                topology.knownAddress(queue.broker()), messageQueue(topic, queue), remote.timeout()));
    }

    /**
     * Returns when brokers have entered into their queues what they have stored by now, so what was confirmed; at once if they
     * may not be asked. They do so a moment later, and know no end but that of what is entered. Takes a broker some 0.1 s.
     */
    void awaitEntered(Collection<String> addresses) throws Exception {
        for (String address : addresses) {
            awaitEntered(address);
        }
    }

    private void awaitEntered(String address) throws Exception {
        long stored = -1;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(remote.timeout());
        while (true) {
            Map<String, String> facts;
            try {
                facts = remote.api()
                        .getBrokerRuntimeInfo(address, remote.timeout())
                        .getTable();
            } catch (MQBrokerException e) {
                if (RocketMqErrors.classify(e) == ErrorKind.UNAUTHORIZED) {
                    return;
                }
                throw e;
            }
            long now = Long.parseLong(facts.getOrDefault("commitLogMaxOffset", "0"));
            long behind = Long.parseLong(facts.getOrDefault("dispatchBehindBytes", "0"));
            stored = stored < 0 ? now : stored;
            if (now - behind >= stored) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw RocketMqErrors.of(
                        ErrorKind.UNAVAILABLE,
                        "The broker at " + address + " has stored more than it can give yet, " + behind + " bytes");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** The first message that was stored at a time or later; what the broker says itself is near it, not always it. */
    long at(String topic, Topology.Queue queue, Instant time) throws Exception {
        long millis = time.toEpochMilli();
        long low = first(topic, queue);
        long end = end(topic, queue);
        long high = end;
        long guess = remote.api()
                .searchOffset(
                        topology.knownAddress(queue.broker()),
                        messageQueue(topic, queue),
                        Math.max(0, millis),
                        remote.timeout());
        long probe = Math.min(Math.max(guess, low), high);
        while (low < high) {
            long at = Math.min(probe, high - 1);
            if (storedAt(topic, queue, at) < millis) {
                low = at + 1;
                probe = low;
            } else {
                high = at;
                probe = high - 1;
            }
            if (probe != guess && probe != guess - 1 && probe != guess + 1) {
                probe = low + (high - low) / 2;
            }
        }
        return low;
    }

    private long storedAt(String topic, Topology.Queue queue, long position) throws Exception {
        RemotingCommand response = looks.one(queue, topic, position);
        if (response.getCode() != ResponseCode.SUCCESS || response.getBody() == null) {
            return Long.MIN_VALUE; // gone meanwhile, so older
        }
        return Decoder.storedAt(response.getBody());
    }

    static MessageQueue messageQueue(String topic, Topology.Queue queue) {
        return new MessageQueue(topic, queue.broker(), queue.id());
    }
}
