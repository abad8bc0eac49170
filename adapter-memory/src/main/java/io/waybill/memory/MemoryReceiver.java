package io.waybill.memory;

import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ClaimingReceiver;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.ReceiverSink;
import io.waybill.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What both shapes share; {@link AsLog} and {@link AsQueue} differ in what a position is and how it is settled. */
abstract class MemoryReceiver implements ClaimingReceiver {
    /** One owned partition. */
    private static final class Owned {
        final MemoryPartition partition;
        long next;
        boolean paused;
        /** Queues: the positions behind the delivery tags that are not settled. */
        final Map<Long, Long> tags = new LinkedHashMap<>();

        long lastTag;

        Owned(MemoryPartition partition) {
            this.partition = partition;
        }
    }

    final MemoryAdapter adapter;
    final MemoryBroker broker;
    final MemoryGroup group;
    private final int connection;
    private final int outage;
    private final Set<TopicPartition> failedSettles = new LinkedHashSet<>();
    private int turn;
    private final int batchMessages;
    private final Map<TopicPartition, Owned> owned = new LinkedHashMap<>();
    private volatile @Nullable Thread waiting;
    private volatile boolean woken;

    private MemoryReceiver(MemoryAdapter adapter, MemoryBroker broker, ReceiverOptions options) {
        this.adapter = adapter;
        this.broker = broker;
        this.group = broker.group(options.group());
        this.connection = adapter.connection();
        this.outage = broker.outage.get();
        this.batchMessages = options.batchMessages();
        group.join(this);
    }

    static Receiver open(MemoryAdapter adapter, MemoryBroker broker, ReceiverOptions options) {
        return broker.isQueue() ? new AsQueue(adapter, broker, options) : new AsLog(adapter, broker, options);
    }

    private void checkConnection() throws MemoryException {
        adapter.checkReachable();
        if (!connected()) {
            throw new MemoryException(ErrorKind.UNAVAILABLE, "The connection to the memory broker was cut");
        }
    }

    private boolean connected() {
        return connection == adapter.connection() && outage == broker.outage.get();
    }

    @Override
    public void poll(Duration timeout, ReceiverSink sink) throws Exception {
        long deadline = System.nanoTime() + timeout.toNanos();
        waiting = Thread.currentThread();
        try {
            while (true) {
                checkConnection();
                boolean failed = tellFailedSettles(sink);
                boolean lost = tellLost(sink);
                boolean delivered = deliver(sink);
                if (failed || lost || delivered || woken) {
                    woken = false;
                    return;
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                LockSupport.parkNanos(this, Math.min(left, 10_000_000)); // looks after faults now and then
            }
        } finally {
            waiting = null;
        }
    }

    private boolean tellFailedSettles(ReceiverSink sink) {
        if (failedSettles.isEmpty()) {
            return false;
        }
        List<TopicPartition> failed = List.copyOf(failedSettles);
        failedSettles.clear();
        sink.settleFailed(failed, notSettled(failed));
        return true;
    }

    /** Topics can be deleted, and created anew, under a receiver, and its session can end. */
    private boolean tellLost(ReceiverSink sink) {
        List<TopicPartition> lost = new ArrayList<>();
        owned.forEach((name, one) -> {
            if (!broker.isHeld(one.partition) || !group.owns(name, this)) {
                lost.add(name);
            }
        });
        if (lost.isEmpty()) {
            return false;
        }
        lost.forEach(this::release);
        sink.lost(lost, new MemoryException(ErrorKind.NOT_FOUND, "The topic was deleted, or the session was over"));
        return true;
    }

    /** The partitions take turns, each with a fair part of the batch. */
    private boolean deliver(ReceiverSink sink) {
        List<Owned> all = List.copyOf(owned.values());
        int share = Math.max(1, batchMessages / Math.max(1, all.size()));
        int room = batchMessages;
        int begin = turn;
        boolean any = false;
        for (int i = 0; i < all.size() && room > 0; i++) {
            Owned one = all.get((begin + i) % all.size());
            turn = (begin + i + 1) % all.size();
            if (!one.paused && one.next != one.partition.end()) {
                int given = deliver(one, Math.min(share, room), sink);
                any |= given != 0;
                room -= Math.max(0, given);
            }
        }
        return any;
    }

    /** Returns how many messages it gave, or -1 if it had other news. */
    private int deliver(Owned one, int most, ReceiverSink sink) {
        TopicPartition name = one.partition.name();
        List<Delivery> batch = new ArrayList<>();
        if (!one.partition.read(one.next, most, batch)) {
            long missing = one.next;
            one.next = one.partition.first();
            if (this instanceof LogReceiver) {
                sink.positionOutOfRange(name, missing);
            }
            return -1;
        }
        if (batch.isEmpty()) {
            return 0;
        }
        one.next = batch.get(batch.size() - 1).position() + 1;
        if (batch.size() < batchMessages && MemoryBroker.takeOne(broker.duplicates)) {
            batch.add(batch.get(batch.size() - 1));
        }
        List<Delivery> given = asGiven(one, batch);
        if (!given.isEmpty()) {
            sink.deliver(name, given);
        }
        return given.isEmpty() ? -1 : given.size();
    }

    /** Turns the log's deliveries into those of the shape. */
    abstract List<Delivery> asGiven(Owned one, List<Delivery> batch);

    /** Settles in the group. */
    abstract void settle(Owned one, Settlement settlement);

    /** Where a partition that is newly owned goes on. */
    abstract long begin(MemoryPartition partition);

    void signal() {
        Thread thread = waiting;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void wakeup() {
        woken = true;
        signal();
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> setPaused(partition, true));
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> setPaused(partition, false));
    }

    private void setPaused(TopicPartition partition, boolean paused) {
        Owned one = owned.get(partition);
        if (one != null) {
            one.paused = paused;
        }
    }

    @Override
    public void settle(Collection<Settlement> settlements, boolean confirmed) throws Exception {
        adapter.checkAlive();
        if (confirmed) {
            checkConnection();
        }
        boolean fails = !connected() || MemoryBroker.takeOne(broker.settleFailures);
        List<TopicPartition> failed = new ArrayList<>();
        for (Settlement settlement : settlements) {
            Owned one = owned.get(settlement.partition());
            if (fails || one == null || !group.owns(settlement.partition(), this)) {
                failed.add(settlement.partition());
            } else {
                settle(one, settlement);
            }
        }
        if (!failed.isEmpty()) {
            if (confirmed) {
                throw notSettled(failed);
            }
            failedSettles.addAll(failed);
        }
    }

    private static MemoryException notSettled(Collection<TopicPartition> partitions) {
        return new MemoryException(
                ErrorKind.UNAVAILABLE,
                "What was done in " + partitions + " is not settled: not owned any more, or told to fail");
    }

    @Override
    public long remaining(TopicPartition partition) throws Exception {
        checkConnection();
        Owned one = owned.get(partition);
        if (one == null) {
            throw new MemoryException(ErrorKind.INTERNAL, partition + " is not owned any more");
        }
        return one.partition.end() - one.next;
    }

    @Override
    public int partitions(String topic) throws Exception {
        checkConnection();
        return broker.topic(topic).size();
    }

    @Override
    public boolean tryOwn(TopicPartition partition) throws Exception {
        checkConnection();
        List<MemoryPartition> partitions = broker.topics.getOrDefault(partition.topic(), List.of());
        if (partition.partition() >= partitions.size() || !group.tryOwn(partition, this)) {
            return false;
        }
        MemoryPartition found = partitions.get(partition.partition());
        Owned one = new Owned(found);
        one.next = begin(found);
        owned.put(partition, one);
        found.addReader(this);
        return true;
    }

    @Override
    public void release(TopicPartition partition) {
        Owned one = owned.remove(partition);
        if (one != null) {
            one.partition.removeReader(this);
        }
        group.release(partition, this);
    }

    @Override
    public boolean hasOwner(TopicPartition partition) throws Exception {
        checkConnection();
        return group.hasOwner(partition);
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return Optional.empty();
    }

    /** Also called by other threads, when this instance crashes: then only the group is touched. */
    void leave() {
        group.leave(this);
    }

    /** Called by other threads, after {@link #leave}: a member that owns nothing. */
    void comeBack() {
        group.join(this);
    }

    @Override
    public void close(Duration timeout) {
        owned.values().forEach(one -> one.partition.removeReader(this));
        owned.clear();
        leave();
        adapter.closed(this);
    }

    /** One position per partition. */
    private static final class AsLog extends MemoryReceiver implements LogReceiver {
        AsLog(MemoryAdapter adapter, MemoryBroker broker, ReceiverOptions options) {
            super(adapter, broker, options);
        }

        @Override
        List<Delivery> asGiven(Owned one, List<Delivery> batch) {
            return batch;
        }

        @Override
        void settle(Owned one, Settlement settlement) {
            group.settle(settlement.partition(), settlement.next());
        }

        @Override
        long begin(MemoryPartition partition) {
            return Math.max(0, group.settled(partition.name()));
        }

        @Override
        public Map<TopicPartition, Long> committed(Collection<TopicPartition> partitions) {
            Map<TopicPartition, Long> positions = new HashMap<>(group.positions());
            positions.keySet().retainAll(partitions);
            return positions;
        }

        @Override
        public boolean knowsGroup(String topic) {
            return group.knows(topic);
        }

        @Override
        public long first(TopicPartition partition) throws Exception {
            return broker.partition(partition).first();
        }

        @Override
        public long end(TopicPartition partition) throws Exception {
            return broker.partition(partition).end();
        }

        @Override
        public long at(TopicPartition partition, Instant time) throws Exception {
            return broker.partition(partition).at(time.toEpochMilli());
        }

        @Override
        public void seek(TopicPartition partition, long position) {
            Owned one = super.owned.get(partition);
            if (one != null) {
                one.next = position;
            }
        }
    }

    /** An acknowledgement per message; positions are delivery tags, from 1 in each ownership. */
    private static final class AsQueue extends MemoryReceiver {
        AsQueue(MemoryAdapter adapter, MemoryBroker broker, ReceiverOptions options) {
            super(adapter, broker, options);
        }

        @Override
        List<Delivery> asGiven(Owned one, List<Delivery> batch) {
            List<Delivery> given = new ArrayList<>(batch.size());
            TopicPartition name = one.partition.name();
            for (Delivery delivery : batch) {
                if (!group.isSettled(name, delivery.position())) {
                    long tag = ++one.lastTag;
                    one.tags.put(tag, delivery.position());
                    given.add(new Delivery(
                            delivery.message(),
                            delivery.partition(),
                            tag,
                            delivery.timestampMillis(),
                            group.delivered(name, delivery.position()),
                            delivery.waybill()));
                }
            }
            return given;
        }

        @Override
        void settle(Owned one, Settlement settlement) {
            TopicPartition name = settlement.partition();
            one.tags.entrySet().removeIf(tag -> {
                boolean covered = tag.getKey() <= settlement.through();
                if (covered) {
                    group.settleOne(name, tag.getValue());
                }
                return covered;
            });
            for (long tag : settlement.beyond()) {
                Long position = one.tags.remove(tag);
                if (position != null) {
                    group.settleOne(name, position);
                }
            }
        }

        @Override
        long begin(MemoryPartition partition) {
            group.start(partition.name(), partition.end());
            return group.settled(partition.name());
        }
    }
}
