package io.waybill.rocketmq;

import io.waybill.message.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.filter.ExpressionType;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.body.LockBatchRequestBody;
import org.apache.rocketmq.remoting.protocol.body.LockBatchResponseBody;
import org.apache.rocketmq.remoting.protocol.body.UnlockBatchRequestBody;
import org.apache.rocketmq.remoting.protocol.header.HeartbeatRequestHeader;
import org.apache.rocketmq.remoting.protocol.header.LockBatchMqRequestHeader;
import org.apache.rocketmq.remoting.protocol.header.UnlockBatchMqRequestHeader;
import org.apache.rocketmq.remoting.protocol.header.UnregisterClientRequestHeader;
import org.apache.rocketmq.remoting.protocol.heartbeat.ConsumeType;
import org.apache.rocketmq.remoting.protocol.heartbeat.ConsumerData;
import org.apache.rocketmq.remoting.protocol.heartbeat.HeartbeatData;
import org.apache.rocketmq.remoting.protocol.heartbeat.MessageModel;
import org.apache.rocketmq.remoting.protocol.heartbeat.SubscriptionData;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member as its brokers see it: heartbeats, which make it visible and tell whether a broker answers, and the locks of
 * its queues. A thread of its own asks; answers come on the thread of the connections.
 */
final class Membership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final long TICK_MILLIS = 500;
    private static final long BEAT_NANOS = 1_400_000_000L;
    private static final long RENEW_NANOS = 5_000_000_000L;
    private static final long SILENT_NANOS = 3_500_000_000L;
    private static final long DEAD_NANOS = 12_000_000_000L;
    private static final long LOOK_AGAIN_NANOS = 2_000_000_000L;
    private static final long ASK_MILLIS = 10_000;

    /** A broker that has queues of our topics. */
    private static final class Link {
        volatile long heardAt = System.nanoTime();
        volatile @Nullable Throwable failure;
        volatile boolean beatUnderWay;
        long beatAt = System.nanoTime() - BEAT_NANOS;
        volatile long renewAt = System.nanoTime();
        volatile boolean recovered;
        long reconnectedAt = System.nanoTime();
        CompletableFuture<RemotingCommand> renewal = CompletableFuture.completedFuture(null);
    }

    private final Remote remote;
    private final Topology topology;
    private final String group;
    private final String client;
    private final Set<String> topics;
    private final RocketMqReceiver receiver;
    private final byte[] heartbeat;
    private final Map<String, Link> links = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long lookedAt = System.nanoTime();

    /** Topics and group by their native names. */
    Membership(
            Remote remote,
            Topology topology,
            String group,
            String client,
            Set<String> topics,
            Collection<String> brokers,
            RocketMqReceiver receiver) {
        this.remote = remote;
        this.topology = topology;
        this.group = group;
        this.client = client;
        this.topics = topics;
        this.receiver = receiver;
        this.heartbeat = heartbeat().encode();
        brokers.forEach(broker -> links.put(broker, new Link()));
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread daemon = new Thread(task, "waybill-rocketmq-" + client);
            daemon.setDaemon(true);
            return daemon;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.thread = executor;
    }

    private HeartbeatData heartbeat() {
        ConsumerData consumer = new ConsumerData();
        consumer.setGroupName(group);
        consumer.setConsumeType(ConsumeType.CONSUME_ACTIVELY);
        consumer.setMessageModel(MessageModel.CLUSTERING);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        Set<SubscriptionData> subscriptions = new HashSet<>();
        for (String topic : topics) {
            SubscriptionData subscription = new SubscriptionData(topic, SubscriptionData.SUB_ALL);
            subscription.setExpressionType(ExpressionType.TAG);
            subscription.setSubVersion(0);
            subscriptions.add(subscription);
        }
        consumer.setSubscriptionDataSet(subscriptions);
        HeartbeatData data = new HeartbeatData();
        data.setClientID(client);
        data.setConsumerDataSet(Set.of(consumer));
        return data;
    }

    /** Returns when brokers have seen this member: all that can be reached, and one at least. */
    void join() throws Exception {
        Exception failure = null;
        boolean joined = false;
        for (Map.Entry<String, Link> one : links.entrySet()) {
            try {
                RemotingCommand unused = remote.call(topology.knownAddress(one.getKey()), beat());
                joined = true;
            } catch (Exception e) {
                one.getValue().failure = e;
                failure = e;
            }
        }
        if (!joined && failure != null) {
            throw failure;
        }
        var unused = thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private RemotingCommand beat() {
        RemotingCommand request =
                RemotingCommand.createRequestCommand(RequestCode.HEART_BEAT, new HeartbeatRequestHeader());
        request.setBody(heartbeat);
        return request;
    }

    void later(Runnable task, long after, TimeUnit unit) {
        if (!thread.isShutdown()) {
            try {
                var unused = thread.schedule(task, after, unit);
            } catch (RejectedExecutionException e) {
                LOG.debug("Closed", e);
            }
        }
    }

    private void tick() {
        try {
            links.forEach(this::tick);
        } catch (RuntimeException e) {
            LOG.warn("Member {} could not send its heartbeats", client, e);
        }
    }

    private void tick(String broker, Link link) {
        long now = System.nanoTime();
        String address = topology.address(broker);
        if (link.failure != null || now - link.heardAt > SILENT_NANOS) {
            lookAgain(now);
        }
        if (address == null) {
            return;
        }
        if (now - link.heardAt > DEAD_NANOS && now - link.reconnectedAt > DEAD_NANOS) {
            link.reconnectedAt = now;
            link.beatUnderWay = false;
            remote.reconnect(address);
        }
        if (now - link.beatAt >= BEAT_NANOS && !link.beatUnderWay) {
            link.beatAt = now;
            link.beatUnderWay = true;
            remote.ask(address, beat(), ASK_MILLIS, new Remote.Answer() {
                @Override
                public void operationSucceed(RemotingCommand response) {
                    link.beatUnderWay = false;
                    heard(broker);
                }

                @Override
                public void operationFail(Throwable failure) {
                    link.beatUnderWay = false;
                    unreachable(broker, failure);
                }
            });
        }
        boolean recovered = link.recovered;
        if (recovered || now - link.renewAt >= 0) {
            link.recovered = false;
            link.renewAt = now + RENEW_NANOS;
            renew(broker, link, address, now);
            if (recovered) {
                receiver.flows(broker).forEach(flow -> flow.offsets().repeat());
            }
        }
    }

    private void renew(String broker, Link link, String address, long now) {
        CompletableFuture<RemotingCommand> answer;
        List<QueueFlow> flows;
        synchronized (link) { // who gives back a queue must not miss what is sent here
            flows = receiver.flows(broker);
            if (flows.isEmpty()) {
                return;
            }
            answer = remote.ask(
                    address, lock(client, flows.stream().map(this::messageQueue).toList()), ASK_MILLIS);
            link.renewal = answer;
        }
        var unused = answer.whenComplete((response, failure) -> {
            if (failure == null) {
                renewed(flows, locked(response), now);
            } else if (failure instanceof MQBrokerException) {
                LOG.debug("Broker '{}' renewed no lock", broker, failure);
            } else {
                unreachable(broker, failure);
            }
        });
    }

    private void renewed(List<QueueFlow> flows, Set<MessageQueue> locked, long askedAt) {
        for (QueueFlow flow : flows) {
            if (locked.contains(messageQueue(flow))) {
                flow.locked(askedAt);
            } else {
                receiver.lost(flow, new IOException("The broker gave the lock of this queue to another member"));
            }
        }
    }

    private MessageQueue messageQueue(QueueFlow flow) {
        return GroupFacts.messageQueue(Names.rocketmq(flow.partition().topic()), flow.queue());
    }

    /** Tries to lock a queue for somebody. */
    boolean lock(String who, TopicPartition partition, Topology.Queue queue) throws Exception {
        MessageQueue one = GroupFacts.messageQueue(Names.rocketmq(partition.topic()), queue);
        RemotingCommand response = remote.call(topology.knownAddress(queue.broker()), lock(who, List.of(one)));
        return locked(response).contains(one);
    }

    /** Ends a lock; not before what may renew it is through. */
    void unlock(String who, TopicPartition partition, Topology.Queue queue) throws Exception {
        Link link = links.get(queue.broker());
        if (link != null) {
            awaitRenewal(link, remote.timeout());
        }
        MessageQueue one = GroupFacts.messageQueue(Names.rocketmq(partition.topic()), queue);
        RemotingCommand unused = remote.call(topology.knownAddress(queue.broker()), unlock(who, List.of(one)));
    }

    private static void awaitRenewal(Link link, long millis) {
        CompletableFuture<RemotingCommand> renewal;
        synchronized (link) {
            renewal = link.renewal;
        }
        try {
            Object unused = Remote.await(renewal, millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("No lock was renewed", e);
        }
    }

    private RemotingCommand lock(String who, Collection<MessageQueue> queues) {
        LockBatchRequestBody body = new LockBatchRequestBody();
        body.setConsumerGroup(group);
        body.setClientId(who);
        body.setMqSet(new HashSet<>(queues));
        RemotingCommand request =
                RemotingCommand.createRequestCommand(RequestCode.LOCK_BATCH_MQ, new LockBatchMqRequestHeader());
        request.setBody(body.encode());
        return request;
    }

    private RemotingCommand unlock(String who, Collection<MessageQueue> queues) {
        UnlockBatchRequestBody body = new UnlockBatchRequestBody();
        body.setConsumerGroup(group);
        body.setClientId(who);
        body.setMqSet(new HashSet<>(queues));
        RemotingCommand request =
                RemotingCommand.createRequestCommand(RequestCode.UNLOCK_BATCH_MQ, new UnlockBatchMqRequestHeader());
        request.setBody(body.encode());
        return request;
    }

    private static Set<MessageQueue> locked(RemotingCommand response) {
        return LockBatchResponseBody.decode(response.getBody(), LockBatchResponseBody.class)
                .getLockOKMQSet();
    }

    void heard(String broker) {
        Link link = links.get(broker);
        if (link == null) {
            return;
        }
        link.heardAt = System.nanoTime();
        if (link.failure != null) {
            link.failure = null;
            link.recovered = true;
            receiver.signal();
        }
    }

    void unreachable(String broker, Throwable failure) {
        Link link = links.get(broker);
        if (link != null && link.failure == null) {
            link.failure = failure;
            receiver.signal();
        }
    }

    /** Null if all brokers answer; else why one does not. */
    @Nullable
    Throwable silence() {
        long now = System.nanoTime();
        for (Map.Entry<String, Link> one : links.entrySet()) {
            Link link = one.getValue();
            Throwable failure = link.failure;
            if (failure == null && now - link.heardAt > SILENT_NANOS) {
                failure = new IOException("Broker '" + one.getKey() + "' does not answer");
                link.failure = failure;
            }
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    boolean silent(String broker) {
        Link link = links.get(broker);
        return link != null && (link.failure != null || System.nanoTime() - link.heardAt > SILENT_NANOS);
    }

    /** A broker may be elsewhere now. Looking it up may block, so a passing thread does it. */
    private void lookAgain(long now) {
        if (now - lookedAt < LOOK_AGAIN_NANOS || !looking.compareAndSet(false, true)) {
            return;
        }
        lookedAt = now;
        Thread look = new Thread(
                () -> {
                    try {
                        for (String topic : topics) {
                            var unused = topology.route(topic);
                        }
                    } catch (Exception e) {
                        LOG.debug("Cannot look for the brokers of {}", topics, e);
                    } finally {
                        looking.set(false);
                    }
                },
                "waybill-rocketmq-look");
        look.setDaemon(true);
        look.start();
    }

    /** Leaves; what is owned is given back, as far as the brokers answer in time. */
    void leave(List<QueueFlow> owned, long millis) {
        thread.shutdownNow();
        List<CompletableFuture<?>> answers = new ArrayList<>();
        links.forEach((broker, link) -> {
            String address = topology.address(broker);
            List<MessageQueue> queues = owned.stream()
                    .filter(flow -> flow.queue().broker().equals(broker))
                    .map(this::messageQueue)
                    .toList();
            if (address != null && !silent(broker)) {
                if (!queues.isEmpty()) {
                    awaitRenewal(link, millis / 2);
                    answers.add(remote.ask(address, unlock(client, queues), millis));
                }
                UnregisterClientRequestHeader header = new UnregisterClientRequestHeader();
                header.setClientID(client);
                header.setConsumerGroup(group);
                answers.add(remote.ask(
                        address, RemotingCommand.createRequestCommand(RequestCode.UNREGISTER_CLIENT, header), millis));
            }
        });
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (var answer : answers) {
            try {
                Object unused = Remote.await(answer, (deadline - System.nanoTime()) / 1_000_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception e) {
                LOG.debug("Member {} could not take leave; its locks end by themselves within a minute", client, e);
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
