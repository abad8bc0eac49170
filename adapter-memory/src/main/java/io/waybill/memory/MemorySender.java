package io.waybill.memory;

import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Sender;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Appends on the caller's thread; confirms at once, or later if confirms are delayed. */
final class MemorySender implements Sender {
    private static final int BATCH_MESSAGES = 4096;
    private static final int BATCH_BYTES = 16 << 20;

    private final MemoryAdapter adapter;
    private final MemoryBroker broker;
    private final Set<Unconfirmed> unconfirmed = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    MemorySender(MemoryAdapter adapter, MemoryBroker broker) {
        this.adapter = adapter;
        this.broker = broker;
    }

    @Override
    public TopicDescription describe(String topic) throws Exception {
        adapter.checkAlive();
        return new TopicDescription(topic, broker.topic(topic).size(), Durability.ONE_UNFLUSHED);
    }

    @Override
    public Lane openLane(TopicDescription topic, int partition) throws Exception {
        adapter.checkAlive();
        return new MemoryLane(broker.partition(new TopicPartition(topic.name(), partition)));
    }

    @Override
    public int maxBatchesInFlight() {
        return adapter.maxBatchesInFlight();
    }

    @Override
    public int maxBatchMessages() {
        return BATCH_MESSAGES;
    }

    @Override
    public int maxBatchBytes() {
        return BATCH_BYTES;
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return Optional.empty();
    }

    @Override
    public void close(Duration timeout) {
        closed = true;
        adapter.closed(this);
        abandon();
    }

    /** Ends as unknown what is stored and not confirmed. Called by any thread. */
    void abandon() {
        unconfirmed.forEach(Unconfirmed::lose);
    }

    /** Stored; the confirm is on its way, or was swallowed. */
    private final class Unconfirmed {
        private final List<? extends Outgoing> batch;
        private final long position;
        private final MemoryLane lane;

        Unconfirmed(List<? extends Outgoing> batch, long position, MemoryLane lane) {
            this.batch = List.copyOf(batch);
            this.position = position;
            this.lane = lane;
            unconfirmed.add(this);
        }

        void arrive() {
            if (!lane.connected()) {
                lose();
            } else if (unconfirmed.remove(this)) {
                confirm(batch, position);
            }
        }

        void lose() {
            if (unconfirmed.remove(this)) {
                lost(batch);
            }
        }
    }

    private static void confirm(List<? extends Outgoing> batch, long position) {
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).stored(position + i, Durability.ONE_UNFLUSHED);
        }
    }

    private static void lost(List<? extends Outgoing> batch) {
        MemoryException lost = new MemoryException(ErrorKind.UNAVAILABLE, "The confirm was lost");
        batch.forEach(outgoing -> outgoing.unknown(lost));
    }

    private final class MemoryLane implements Lane {
        private final MemoryPartition partition;
        private final int connection = adapter.connection();
        private final int outage = broker.outage.get();
        private final LongSupplier settledByAll;

        MemoryLane(MemoryPartition partition) {
            this.partition = partition;
            this.settledByAll = () -> broker.settledByAll(partition.name());
        }

        @Override
        public boolean open() {
            return connected() && broker.isHeld(partition);
        }

        boolean connected() {
            return !closed && connection == adapter.connection() && outage == broker.outage.get();
        }

        private String topic() {
            return partition.name().topic();
        }

        @Override
        public void send(List<? extends Outgoing> batch) {
            try {
                check();
            } catch (MemoryException e) {
                batch.forEach(outgoing -> outgoing.refused(e));
                return;
            }
            if (broker.refusals.get() > 0 || !append(batch)) {
                batch.forEach(this::sendOne);
            }
        }

        /** Stores all, or nothing and returns false. */
        private boolean append(List<? extends Outgoing> batch) {
            if (batch.size() > partition.retention()) {
                return false;
            }
            long position;
            try {
                position = partition.append(batch, settledByAll);
            } catch (MemoryException full) {
                if (batch.size() > 1) {
                    return false;
                }
                batch.get(0).refused(full);
                return true;
            }
            answer(batch, position);
            return true;
        }

        private void sendOne(Outgoing outgoing) {
            if (MemoryBroker.takeOne(broker.refusals)) {
                outgoing.refused(new MemoryException(ErrorKind.REFUSED, "The memory broker was told to refuse this"));
            } else {
                append(List.of(outgoing));
            }
        }

        private void answer(List<? extends Outgoing> batch, long position) {
            if (broker.loseAcks) {
                lost(batch);
            } else if (broker.swallowAcks) {
                new Unconfirmed(batch, position, this);
            } else if (adapter.ackDelay().isZero()) {
                confirm(batch, position);
            } else {
                Unconfirmed later = new Unconfirmed(batch, position, this);
                var unused = adapter.timer()
                        .schedule(later::arrive, adapter.ackDelay().toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        private void check() throws MemoryException {
            adapter.checkReachable();
            if (!connected()) {
                throw new MemoryException(ErrorKind.UNAVAILABLE, "The connection to the memory broker was cut");
            }
            if (!broker.isHeld(partition)) {
                throw new MemoryException(ErrorKind.NOT_FOUND, "Topic '" + topic() + "' does not exist any more");
            }
            if (broker.deniedTopics.contains(topic())) {
                throw new MemoryException(ErrorKind.UNAUTHORIZED, "Sending to '" + topic() + "' is denied");
            }
        }
    }
}
