package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ClaimingReceiver;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.ReceiverSink;
import io.waybill.spi.Settlement;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the queues that it has locked, over connections of its own: brokers tell members apart by these. Requests wait at
 * the brokers; what they bring is kept, within bounds, until the polling thread takes it.
 */
final class RocketMqReceiver implements LogReceiver, ClaimingReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(RocketMqReceiver.class);
    /** Brokers give a lock that was not renewed for 60 s to others. */
    private static final long LEASE_NANOS = 50_000_000_000L;
    /** After somebody else was seen to hold a lock, it is not asked for again so soon. */
    private static final long REFUSED_NANOS = 300_000_000L;

    private static final long AWAY_NANOS = 1_000_000_000L;
    private static final long LEAVE_MILLIS = 1_000;

    private record News(QueueFlow flow, Throwable cause, boolean isLoss) {}

    private final Remote remote;
    private final Topology topology;
    private final GroupFacts facts;
    private final PullRequests pulls;
    private final Membership membership;
    private final String group;
    private final String client;
    private final int batchMessages;
    private final Map<String, List<Topology.Queue>> topics = new HashMap<>();
    /** Changed by the polling thread; read by others. */
    private final Map<TopicPartition, QueueFlow> owned = new ConcurrentHashMap<>();

    private final Map<TopicPartition, Long> notBefore = new HashMap<>();
    private final ConcurrentLinkedQueue<News> news = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Throwable failure;
    private boolean connected = true;
    private int turn;

    private final Object bell = new Object();
    // guarded by bell
    private boolean rung;
    private boolean woken;

    RocketMqReceiver(RocketMqSettings settings, ReceiverOptions options) throws Exception {
        this.remote = new Remote(settings);
        try {
            this.topology = new Topology(remote);
            this.facts = new GroupFacts(remote, topology);
            this.group = Names.rocketmq(options.group());
            this.client = options.member();
            this.batchMessages = Math.max(1, options.batchMessages());
            this.pulls = new PullRequests(remote, topology, group);
            Set<String> names = new HashSet<>();
            Set<String> brokers = new HashSet<>();
            for (String topic : options.topics()) {
                List<Topology.Queue> queues = topology.partitions(topic);
                topics.put(topic, queues);
                names.add(Names.rocketmq(topic));
                queues.forEach(queue -> brokers.add(queue.broker()));
            }
            this.membership = new Membership(remote, topology, group, client, names, brokers, this);
            membership.join();
        } catch (Throwable e) {
            remote.close();
            throw e;
        }
    }

    // --- news from other threads

    void signal() {
        synchronized (bell) {
            rung = true;
            bell.notifyAll();
        }
    }

    void heard(String broker) {
        membership.heard(broker);
    }

    void unreachable(String broker, Throwable cause) {
        membership.unreachable(broker, cause);
    }

    void later(Runnable task, long after, TimeUnit unit) {
        membership.later(task, after, unit);
    }

    void lost(QueueFlow flow, Throwable cause) {
        news.add(new News(flow, cause, true));
        signal();
    }

    /** What no waiting mends. */
    void failed(Throwable cause) {
        failure = cause;
        signal();
    }

    List<QueueFlow> flows(String broker) {
        return owned.values().stream()
                .filter(flow -> flow.queue().broker().equals(broker))
                .toList();
    }

    // --- the polling thread

    @Override
    public void poll(Duration timeout, ReceiverSink sink) throws Exception {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            synchronized (bell) {
                rung = false;
            }
            Throwable broken = failure;
            if (broken != null) {
                throw broken instanceof Exception exception ? exception : new IOException(broken);
            }
            boolean told = tell(sink);
            boolean given = deliver(sink);
            synchronized (bell) {
                if (told || given || woken) {
                    woken = false;
                    return;
                }
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return;
                }
                if (!rung) {
                    bell.wait(left);
                }
            }
        }
    }

    private boolean tell(ReceiverSink sink) {
        boolean told = tellConnection(sink);
        News one;
        while ((one = news.poll()) != null) {
            told |= tell(one, sink);
        }
        long now = System.nanoTime();
        for (QueueFlow flow : owned.values()) {
            if (now - flow.lockedAt() > LEASE_NANOS) {
                told |= tell(new News(flow, new IOException("The broker renewed no lock for too long"), true), sink);
            }
        }
        return told;
    }

    private boolean tell(News one, ReceiverSink sink) {
        TopicPartition partition = one.flow().partition();
        if (owned.get(partition) != one.flow()) {
            return false;
        }
        if (one.isLoss()) {
            owned.remove(partition);
            one.flow().end();
            sink.lost(List.of(partition), one.cause());
        } else {
            sink.settleFailed(List.of(partition), one.cause());
        }
        return true;
    }

    private boolean tellConnection(ReceiverSink sink) {
        Throwable silence = membership.silence();
        boolean up = silence == null;
        if (up == connected) {
            return false;
        }
        connected = up;
        sink.connection(up, silence);
        return true;
    }

    /** The partitions take turns, each with a fair part of the batch. */
    private boolean deliver(ReceiverSink sink) {
        List<QueueFlow> ready = new ArrayList<>();
        for (QueueFlow flow : owned.values()) {
            if (flow.hasNews()) {
                ready.add(flow);
            }
        }
        int share = Math.max(1, batchMessages / Math.max(1, ready.size()));
        int room = batchMessages;
        int begin = turn++;
        for (int i = 0; i < ready.size() && room > 0; i++) {
            QueueFlow flow = ready.get(Math.floorMod(begin + i, ready.size()));
            if (owned.get(flow.partition()) == flow) {
                room -= Math.max(0, flow.give(Math.min(share, room), sink));
            }
        }
        return !ready.isEmpty();
    }

    @Override
    public void wakeup() {
        synchronized (bell) {
            woken = true;
            rung = true;
            bell.notifyAll();
        }
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        setPaused(partitions, true);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        setPaused(partitions, false);
    }

    private void setPaused(Collection<TopicPartition> partitions, boolean paused) {
        for (TopicPartition partition : partitions) {
            QueueFlow flow = owned.get(partition);
            if (flow != null) {
                flow.paused(paused);
            }
        }
    }

    // --- positions

    @Override
    public void settle(Collection<Settlement> settlements, boolean confirmed) throws Exception {
        List<CompletableFuture<Void>> confirms = new ArrayList<>();
        for (Settlement settlement : settlements) {
            QueueFlow flow = owned.get(settlement.partition());
            if (flow == null) {
                if (confirmed) {
                    throw RocketMqErrors.of(ErrorKind.UNAVAILABLE, settlement.partition() + " is not owned any more");
                }
            } else if (confirmed) {
                confirms.add(flow.offsets().confirm(settlement.next()));
            } else {
                flow.offsets().write(settlement.next());
            }
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(remote.timeout());
        for (CompletableFuture<Void> confirm : confirms) {
            Void unused = Remote.await(confirm, (deadline - System.nanoTime()) / 1_000_000);
        }
    }

    @Override
    public long remaining(TopicPartition partition) throws Exception {
        QueueFlow flow = owned.get(partition);
        if (flow == null) {
            throw RocketMqErrors.of(ErrorKind.UNAVAILABLE, partition + " is not owned any more");
        }
        return Math.max(0, end(partition) - flow.next());
    }

    @Override
    public Map<TopicPartition, Long> committed(Collection<TopicPartition> partitions) throws Exception {
        Map<String, Map<Topology.Queue, TopicPartition>> byTopic = new HashMap<>();
        for (TopicPartition partition : partitions) {
            byTopic.computeIfAbsent(partition.topic(), topic -> new HashMap<>()).put(queue(partition), partition);
        }
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (Map.Entry<String, Map<Topology.Queue, TopicPartition>> topic : byTopic.entrySet()) {
            facts.positions(
                            group,
                            Names.rocketmq(topic.getKey()),
                            topic.getValue().keySet())
                    .forEach((queue, position) -> {
                        TopicPartition partition = topic.getValue().get(queue);
                        if (partition != null) {
                            positions.put(partition, position);
                        }
                    });
        }
        return positions;
    }

    @Override
    public boolean knowsGroup(String topic) throws Exception {
        Set<String> brokers = new HashSet<>();
        queues(topic).forEach(queue -> brokers.add(queue.broker()));
        for (String broker : brokers) {
            if (facts.topics(topology.knownAddress(broker), group).contains(Names.rocketmq(topic))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long first(TopicPartition partition) throws Exception {
        return facts.first(Names.rocketmq(partition.topic()), queue(partition));
    }

    @Override
    public long end(TopicPartition partition) throws Exception {
        return facts.end(Names.rocketmq(partition.topic()), entered(partition));
    }

    @Override
    public long at(TopicPartition partition, Instant time) throws Exception {
        return facts.at(Names.rocketmq(partition.topic()), entered(partition), time);
    }

    /** The queue of a partition, once all that was confirmed can be seen in it. */
    private Topology.Queue entered(TopicPartition partition) throws Exception {
        Topology.Queue queue = queue(partition);
        facts.awaitEntered(List.of(topology.knownAddress(queue.broker())));
        return queue;
    }

    @Override
    public void seek(TopicPartition partition, long position) {
        QueueFlow flow = owned.get(partition);
        if (flow != null) {
            flow.seek(position);
        }
    }

    // --- ownership

    @Override
    public int partitions(String topic) throws Exception {
        return queues(topic).size();
    }

    private List<Topology.Queue> queues(String topic) throws Exception {
        List<Topology.Queue> queues = topics.get(topic);
        if (queues == null) {
            throw RocketMqErrors.of(ErrorKind.NOT_FOUND, "This consumer does not read topic '" + topic + "'");
        }
        return queues;
    }

    private Topology.Queue queue(TopicPartition partition) throws Exception {
        List<Topology.Queue> queues = queues(partition.topic());
        if (partition.partition() >= queues.size()) {
            throw RocketMqErrors.of(ErrorKind.NOT_FOUND, "There is no partition " + partition);
        }
        return queues.get(partition.partition());
    }

    @Override
    public boolean tryOwn(TopicPartition partition) throws Exception {
        Topology.Queue queue = queue(partition);
        long now = System.nanoTime();
        Long earliest = notBefore.get(partition);
        if (membership.silent(queue.broker()) || (earliest != null && now - earliest < 0)) {
            return false;
        }
        try {
            if (!membership.lock(client, partition, queue)) {
                notBefore.put(partition, now + REFUSED_NANOS);
                return false;
            }
        } catch (Exception e) {
            if (RocketMqErrors.classify(e) != ErrorKind.UNAVAILABLE) {
                throw e;
            }
            // Others have queues on brokers that answer.
            LOG.debug("Whether {} can be owned is not known", partition, e);
            notBefore.put(partition, now + AWAY_NANOS);
            membership.unreachable(queue.broker(), e);
            return false;
        }
        notBefore.remove(partition);
        owned.put(partition, flow(partition, queue, now));
        return true;
    }

    private QueueFlow flow(TopicPartition partition, Topology.Queue queue, long lockedAt) {
        String topic = Names.rocketmq(partition.topic());
        QueueFlow[] self = new QueueFlow[1];
        OffsetWriter offsets = new OffsetWriter(position -> facts.write(group, topic, queue, position), cause -> {
            news.add(new News(self[0], cause, false));
            signal();
        });
        self[0] = new QueueFlow(pulls, partition, queue, offsets, this, lockedAt);
        return self[0];
    }

    @Override
    public void release(TopicPartition partition) throws Exception {
        QueueFlow flow = owned.remove(partition);
        if (flow == null) {
            return;
        }
        flow.end();
        try {
            membership.unlock(client, partition, flow.queue());
        } catch (Exception e) {
            if (RocketMqErrors.classify(e) != ErrorKind.UNAVAILABLE) {
                throw e;
            }
            LOG.info("{} was not given back: its broker does not answer; the lock ends within a minute", partition, e);
        }
    }

    /** Brokers do not tell who has a lock, but give it to somebody else only if nobody has. */
    @Override
    public boolean hasOwner(TopicPartition partition) throws Exception {
        if (owned.containsKey(partition)) {
            return true;
        }
        Topology.Queue queue = queue(partition);
        if (membership.silent(queue.broker())) {
            return true; // nobody can serve it now
        }
        String probe = client + "-probe";
        if (!membership.lock(probe, partition, queue)) {
            return true;
        }
        membership.unlock(probe, partition, queue);
        return false;
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return type == MQClientAPIImpl.class ? Optional.of(type.cast(remote.api())) : Optional.empty();
    }

    @Override
    public void close(Duration timeout) {
        List<QueueFlow> flows = List.copyOf(owned.values());
        owned.clear();
        flows.forEach(QueueFlow::end);
        membership.leave(flows, Math.max(LEAVE_MILLIS, Math.min(timeout.toMillis(), remote.timeout())));
        remote.close();
    }
}
