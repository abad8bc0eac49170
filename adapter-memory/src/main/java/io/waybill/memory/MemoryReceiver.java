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
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final int batchMessages;
    private final Map<TopicPartition, Owned> owned = new LinkedHashMap<>();
    private volatile @Nullable Thread waiting;
    private volatile boolean woken;

    private MemoryReceiver(MemoryAdapter adapter, MemoryBroker broker, ReceiverOptions options) {
        this.adapter = adapter;
        this.broker = broker;
        this.group = broker.group(options.group());
        this.connection = adapter.connection();
        this.batchMessages = options.batchMessages();
        group.join(this);
    }

    static Receiver open(MemoryAdapter adapter, MemoryBroker broker, ReceiverOptions options) {
        return broker.isQueue() ? new AsQueue(adapter, broker, options) : new AsLog(adapter, broker, options);
    }

    private void checkConnection() throws MemoryException {
        adapter.checkAlive();
        broker.checkUp();
        if (connection != adapter.connection()) {
            throw new MemoryException(ErrorKind.UNAVAILABLE, "The connection to the memory broker was cut");
        }
    }

    @Override
    public void poll(Duration timeout, ReceiverSink sink) throws Exception {
        long deadline = System.nanoTime() + timeout.toNanos();
        waiting = Thread.currentThread();
        try {
            while (true) {
                checkConnection();
                if (deliver(sink) || woken) {
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

    private boolean deliver(ReceiverSink sink) {
        boolean any = false;
        for (Owned one : List.copyOf(owned.values())) {
            if (!one.paused && one.next < one.partition.end()) {
                any |= deliver(one, sink);
            }
        }
        return any;
    }

    private boolean deliver(Owned one, ReceiverSink sink) {
        TopicPartition name = one.partition.name();
        if (one.next < one.partition.first()) {
            long missing = one.next;
            one.next = one.partition.first();
            if (this instanceof LogReceiver) {
                sink.positionOutOfRange(name, missing);
                return true;
            }
        }
        List<Delivery> batch = new ArrayList<>();
        one.partition.read(one.next, batchMessages, batch);
        if (batch.isEmpty()) {
            return false;
        }
        one.next = batch.get(batch.size() - 1).position() + 1;
        if (broker.duplicates.get() > 0 && broker.duplicates.getAndDecrement() > 0) {
            batch.add(batch.get(batch.size() - 1));
        }
        List<Delivery> given = asGiven(one, batch);
        if (!given.isEmpty()) {
            sink.deliver(name, given);
        }
        return true;
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
        checkConnection();
        if (broker.settleFailures.get() > 0 && broker.settleFailures.getAndDecrement() > 0) {
            throw new MemoryException(ErrorKind.UNAVAILABLE, "The memory broker was told to fail this settlement");
        }
        for (Settlement settlement : settlements) {
            Owned one = owned.get(settlement.partition());
            if (one != null && group.owns(settlement.partition(), this)) {
                settle(one, settlement);
            }
        }
    }

    @Override
    public int partitions(String topic) throws Exception {
        checkConnection();
        return broker.topic(topic).size();
    }

    @Override
    public boolean tryOwn(TopicPartition partition) throws Exception {
        checkConnection();
        MemoryPartition found = broker.partition(partition);
        if (!group.tryOwn(partition, this)) {
            return false;
        }
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
            TopicPartition name = partition.name();
            if (group.settled(name) < 0) {
                group.settle(name, partition.end());
            }
            return group.settled(name);
        }
    }
}
