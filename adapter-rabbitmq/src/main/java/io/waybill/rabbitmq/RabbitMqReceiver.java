package io.waybill.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ClaimingReceiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.ReceiverSink;
import io.waybill.spi.Settlement;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives on a connection of its own. A partition is owned by being the only consumer of its queue; the queue's single
 * active consumer sees to it that two who try at once are never both served.
 */
final class RabbitMqReceiver implements ClaimingReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(RabbitMqReceiver.class);
    /** The wait of a poll while the broker may be out of credit: what was finished meanwhile is to be settled. */
    private static final long OUT_OF_CREDIT_NANOS = 1_000_000;

    private static final long LEAST_BYTES_PER_PARTITION = 1 << 20;
    /** How long deliveries that nobody finishes may keep back those that had no room. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private static final String TOO_MUCH =
            "The broker sent more ahead than the consumer's bufferBytes have room for; what was"
                    + " too much is fetched again. Raise bufferBytes, or delete the group and create it with a smaller prefetch";

    private static final long LEAST_BACK_OFF_MILLIS = 50;
    private static final long MOST_BACK_OFF_MILLIS = 400;

    private final Connections connections;
    private final Connection connection;
    private final String group;
    private final int batchMessages;
    private final int prefetch;
    private final long bufferBytes;
    private final Channel looking;
    private final Map<String, Integer> partitions = new HashMap<>();
    private final Map<TopicPartition, QueueConsumer> owned = new LinkedHashMap<>();
    /** The same in an array, for those who look at all of them all the time. */
    private QueueConsumer[] serving = {};

    /** Until when not to try, since somebody else tried at the same time. */
    private final Map<TopicPartition, Long> backOff = new HashMap<>();

    private final Map<TopicPartition, Throwable> failedSettlements = new HashMap<>();
    private final List<Delivery> batch = new ArrayList<>();
    private int turn;
    private volatile boolean woken;
    private volatile @Nullable Thread waiting;

    RabbitMqReceiver(
            RabbitMqSettings settings, Connections connections, RabbitMqAdminOperations admin, ReceiverOptions options)
            throws Exception {
        this.group = options.group();
        this.batchMessages = options.batchMessages();
        this.bufferBytes = options.bufferBytes();
        this.connections = connections;
        this.connection = connections.open(options.member(), settings.requestTimeout());
        try {
            for (String topic : options.topics()) {
                partitions.put(topic, admin.assertGroup(connection, group, topic));
            }
            this.prefetch = prefetch(settings, admin);
            this.looking = Connections.open(connection);
            AMQP.Queue.DeclareOk declared = Topology.declareMembers(looking, group);
            String unused = looking.basicConsume(declared.getQueue(), true, new DefaultConsumer(looking));
            connection.addShutdownListener(cause -> signal());
        } catch (Exception e) {
            connections.end(connection, Duration.ZERO);
            throw e;
        }
    }

    private int prefetch(RabbitMqSettings settings, RabbitMqAdminOperations admin) throws Exception {
        int inForce = admin.prefetch(connection, group);
        if (inForce != settings.prefetch()) {
            LOG.warn(
                    "Group '{}' was created with prefetch={} and keeps it; {} is not used. Delete the group to change it",
                    group,
                    inForce,
                    settings.prefetch());
        }
        return inForce;
    }

    @Override
    public void poll(Duration timeout, ReceiverSink sink) throws Exception {
        long deadline = System.nanoTime() + timeout.toNanos();
        waiting = Thread.currentThread();
        try {
            while (true) {
                if (!connection.isOpen() || !looking.isOpen()) {
                    Throwable reason = connection.isOpen() ? looking.getCloseReason() : connection.getCloseReason();
                    throw new IOException("The connection to RabbitMQ is gone", reason);
                }
                boolean news = tellFailedSettlements(sink);
                news |= tellLost(sink);
                news |= deliver(sink);
                if (news || woken) {
                    woken = false;
                    return;
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                if (outOfCredit()) {
                    LockSupport.parkNanos(this, Math.min(left, OUT_OF_CREDIT_NANOS));
                    deadline = System.nanoTime(); // one more look
                } else {
                    LockSupport.parkNanos(this, left);
                }
            }
        } finally {
            waiting = null;
        }
    }

    private boolean outOfCredit() {
        for (QueueConsumer consumer : serving) {
            if (consumer.unacknowledged() * 2 >= prefetch) {
                return true;
            }
        }
        return false;
    }

    private boolean tellFailedSettlements(ReceiverSink sink) {
        if (failedSettlements.isEmpty()) {
            return false;
        }
        Map<TopicPartition, Throwable> failed = Map.copyOf(failedSettlements);
        failedSettlements.clear();
        failed.forEach((partition, cause) -> sink.settleFailed(List.of(partition), cause));
        return true;
    }

    private boolean tellLost(ReceiverSink sink) {
        for (QueueConsumer consumer : serving) {
            Throwable end = consumer.end();
            if (end != null || isUsedUp(consumer)) {
                TopicPartition partition = consumer.partition();
                release(partition);
                sink.lost(
                        List.of(partition), end == null ? new RabbitMqException(ErrorKind.OVERLOADED, TOO_MUCH) : end);
                return true; // the others at the next poll, which is at once
            }
        }
        return false;
    }

    /**
     * Whether a partition was sent more than there was room for, and is to be let go: once nothing of it is in hand. What
     * nobody finishes puts that off, but not for ever. It is claimed again then, and what was dropped comes again.
     */
    private static boolean isUsedUp(QueueConsumer consumer) {
        if (!consumer.isSpent()) {
            return false;
        }
        return consumer.unacknowledged() == 0 || System.nanoTime() - consumer.spentSince() > PATIENCE_NANOS;
    }

    /** The partitions take turns, each with a fair part of the batch. */
    private boolean deliver(ReceiverSink sink) {
        QueueConsumer[] all = serving;
        int share = Math.max(1, batchMessages / Math.max(1, all.length));
        int begin = turn++;
        boolean any = false;
        for (int i = 0; i < all.length; i++) {
            QueueConsumer consumer = all[Math.floorMod(begin + i, all.length)];
            if (consumer.paused) {
                continue;
            }
            batch.clear();
            consumer.drainTo(batch, share);
            if (!batch.isEmpty()) {
                sink.deliver(consumer.partition(), batch);
                any = true;
            }
        }
        batch.clear();
        return any;
    }

    private void signal() {
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
    public void pause(Collection<TopicPartition> paused) {
        paused.forEach(partition -> setPaused(partition, true));
    }

    @Override
    public void resume(Collection<TopicPartition> resumed) {
        resumed.forEach(partition -> setPaused(partition, false));
    }

    private void setPaused(TopicPartition partition, boolean paused) {
        QueueConsumer consumer = owned.get(partition);
        if (consumer != null) {
            consumer.paused = paused;
        }
    }

    @Override
    public int settleAfter() {
        return Math.max(1, prefetch / 4);
    }

    @Override
    public void settle(Collection<Settlement> settlements, boolean confirmed) throws Exception {
        for (Settlement settlement : settlements) {
            TopicPartition partition = settlement.partition();
            QueueConsumer consumer = owned.get(partition);
            try {
                if (consumer == null) {
                    throw new IOException(partition + " is not owned any more");
                }
                consumer.settle(settlement, confirmed);
                if (confirmed) {
                    consumer.awaitSettled();
                }
            } catch (IOException | RuntimeException e) {
                if (confirmed) {
                    throw e;
                }
                failedSettlements.put(partition, e);
            }
        }
    }

    @Override
    public long remaining(TopicPartition partition) throws IOException {
        QueueConsumer consumer = owned.get(partition);
        if (consumer == null) {
            throw new IOException(partition + " is not owned any more");
        }
        String queue = Names.queue(partition.topic(), group, partition.partition());
        try {
            return looking.queueDeclarePassive(queue).getMessageCount() + consumer.waiting();
        } catch (IOException e) {
            throw RabbitMqErrors.explained(e);
        }
    }

    @Override
    public int partitions(String topic) {
        return partitions.getOrDefault(topic, 0);
    }

    @Override
    public boolean tryOwn(TopicPartition partition) throws IOException {
        long now = System.nanoTime();
        Long until = backOff.get(partition);
        if (until != null && until - now > 0) {
            return false;
        }
        backOff.remove(partition);
        String queue = Names.queue(partition.topic(), group, partition.partition());
        if (consumers(queue) > 0) {
            return false;
        }
        QueueConsumer consumer =
                QueueConsumer.open(connection, partition, queue, prefetch, room(owned.size() + 1), this::signal);
        if (consumers(queue) > 1) { // and nobody says which of them is served: both go, and come back at other times
            consumer.close();
            long millis = ThreadLocalRandom.current().nextLong(LEAST_BACK_OFF_MILLIS, MOST_BACK_OFF_MILLIS);
            backOff.put(partition, now + TimeUnit.MILLISECONDS.toNanos(millis));
            return false;
        }
        owned.put(partition, consumer);
        ownedChanged();
        return true;
    }

    private void ownedChanged() {
        serving = owned.values().toArray(new QueueConsumer[0]);
        long room = room(serving.length);
        for (QueueConsumer consumer : serving) {
            consumer.mayHold(room);
        }
    }

    /** How many bytes of each of so many partitions may wait. */
    private long room(int partitions) {
        return Math.max(LEAST_BYTES_PER_PARTITION, bufferBytes / Math.max(1, partitions));
    }

    private int consumers(String queue) throws IOException {
        try {
            return looking.queueDeclarePassive(queue).getConsumerCount();
        } catch (IOException e) {
            throw RabbitMqErrors.explained(e);
        }
    }

    @Override
    public boolean hasOwner(TopicPartition partition) throws IOException {
        return consumers(Names.queue(partition.topic(), group, partition.partition())) > 0;
    }

    @Override
    public void release(TopicPartition partition) {
        QueueConsumer consumer = owned.remove(partition);
        if (consumer != null) {
            consumer.close();
            ownedChanged();
        }
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return type == Connection.class ? Optional.of(type.cast(connection)) : Optional.empty();
    }

    @Override
    public void close(Duration timeout) {
        owned.clear();
        ownedChanged(); // their channels go with the connection, and all they hold goes back
        connections.end(connection, timeout);
    }
}
