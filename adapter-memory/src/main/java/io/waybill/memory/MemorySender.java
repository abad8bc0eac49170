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
import java.util.concurrent.TimeUnit;

/** Appends on the caller's thread; confirms at once, or later if confirms are delayed. */
final class MemorySender implements Sender {
    private static final int BATCH_MESSAGES = 4096;
    private static final int BATCH_BYTES = 16 << 20;

    private final MemoryAdapter adapter;
    private final MemoryBroker broker;
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
        return new MemoryLane(broker.partition(new TopicPartition(topic.name(), partition)), adapter.connection());
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
    }

    private final class MemoryLane implements Lane {
        private final MemoryPartition partition;
        private final int connection;

        MemoryLane(MemoryPartition partition, int connection) {
            this.partition = partition;
            this.connection = connection;
        }

        @Override
        public boolean open() {
            return !closed && connection == adapter.connection() && broker.topics.containsKey(topic());
        }

        private String topic() {
            return partition.name().topic();
        }

        @Override
        public void send(List<? extends Outgoing> batch) {
            long position;
            try {
                check(batch.size());
                position = partition.append(batch, () -> broker.settledByAll(partition.name()));
            } catch (MemoryException e) {
                batch.forEach(outgoing -> outgoing.refused(e));
                return;
            }
            if (broker.swallowAcks) {
                return;
            }
            Duration delay = adapter.ackDelay();
            if (delay.isZero()) {
                confirm(batch, position);
            } else {
                List<? extends Outgoing> kept = List.copyOf(batch);
                var unused =
                        adapter.timer().schedule(() -> confirm(kept, position), delay.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        private void check(int messages) throws MemoryException {
            adapter.checkAlive();
            broker.topic(topic());
            if (broker.deniedTopics.contains(topic())) {
                throw new MemoryException(ErrorKind.UNAUTHORIZED, "Sending to '" + topic() + "' is denied");
            }
            if (broker.refusals.get() > 0 && broker.refusals.getAndAdd(-messages) > 0) {
                throw new MemoryException(ErrorKind.REFUSED, "The memory broker was told to refuse this");
            }
        }

        private void confirm(List<? extends Outgoing> batch, long position) {
            if (broker.loseAcks || connection != adapter.connection()) {
                MemoryException lost = new MemoryException(ErrorKind.UNAVAILABLE, "The confirm was lost");
                batch.forEach(outgoing -> outgoing.unknown(lost));
                return;
            }
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).stored(position + i, Durability.ONE_UNFLUSHED);
            }
        }
    }
}
