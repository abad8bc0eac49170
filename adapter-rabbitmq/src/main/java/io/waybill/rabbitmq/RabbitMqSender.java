package io.waybill.rabbitmq;

import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Connection;
import io.waybill.message.ErrorKind;
import io.waybill.message.TopicDescription;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes on a connection of its own, which consumers do not share: a broker that holds publishers back stops reading
 * theirs. Each partition has its channel, up to a bound, from where on they share. A connection that broke is replaced,
 * and nothing of it repeated.
 */
final class RabbitMqSender implements Sender {
    private static final int MOST_CHANNELS = 256;
    private static final int BATCH = 1024;
    private static final int BATCH_BYTES = 4 << 20;
    /** Lanes that find the connection broken at the same time do not each try for themselves. */
    private static final long TRY_AGAIN_NANOS = 100_000_000;

    private final RabbitMqSettings settings;
    private final Connections connections;
    private final RabbitMqAdminOperations admin;
    private final Topology topology;
    private final SenderOptions options;
    private final Object opening = new Object();
    private final List<Publisher> publishers = new ArrayList<>();
    private int turn;
    private volatile @Nullable Link link;
    private @Nullable Exception lastFailure;
    private long failedAt;
    private volatile boolean closed;

    /** A connection, and whether the broker lets publish on it. */
    private static final class Link implements BlockedListener {
        private final Connection connection;
        private @Nullable String blocked;

        Link(Connection connection) {
            this.connection = connection;
            connection.addBlockedListener(this);
            connection.addShutdownListener(cause -> handleUnblocked());
        }

        @Override
        public synchronized void handleBlocked(String reason) {
            blocked = reason;
        }

        @Override
        public synchronized void handleUnblocked() {
            blocked = null;
            notifyAll();
        }

        /** Returns why publishing is still blocked after a while; null if it is not. */
        synchronized @Nullable String awaitUnblocked(Duration longest) throws InterruptedException {
            long deadline = System.nanoTime() + longest.toNanos();
            while (blocked != null && connection.isOpen()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return blocked;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return null;
        }

        synchronized boolean isBlocked() {
            return blocked != null;
        }
    }

    RabbitMqSender(
            RabbitMqSettings settings,
            Connections connections,
            RabbitMqAdminOperations admin,
            Topology topology,
            SenderOptions options)
            throws IOException, TimeoutException {
        this.settings = settings;
        this.connections = connections;
        this.admin = admin;
        this.topology = topology;
        this.options = options;
        this.link = connect();
    }

    private Link connect() throws IOException, TimeoutException {
        Duration most = settings.requestTimeout().compareTo(options.sendTimeout()) < 0
                ? settings.requestTimeout()
                : options.sendTimeout();
        return new Link(connections.open("waybill-" + options.producer(), most));
    }

    @Override
    public TopicDescription describe(String topic) throws Exception {
        return admin.describeTopic(topic)
                .orElseThrow(() -> new RabbitMqException(ErrorKind.NOT_FOUND, "Topic '" + topic + "' does not exist"));
    }

    @Override
    public Lane openLane(TopicDescription topic, int partition) throws Exception {
        synchronized (opening) {
            Link open = link();
            if (!topology.exists(channel -> channel.exchangeDeclarePassive(topic.name()))) {
                throw new RabbitMqException(
                        ErrorKind.NOT_FOUND, "Topic '" + topic.name() + "' does not exist any more");
            }
            return new PartitionLane(open, publisher(open), topic.name(), partition);
        }
    }

    private Link link() throws Exception {
        if (closed) {
            throw new RabbitMqException(ErrorKind.CLOSED, "The sender is closed");
        }
        Link open = link;
        if (open != null && open.connection.isOpen()) {
            return open;
        }
        Exception recent = lastFailure;
        if (recent != null && System.nanoTime() - failedAt < TRY_AGAIN_NANOS) {
            throw recent;
        }
        try {
            publishers.clear();
            Link fresh = connect();
            link = fresh;
            lastFailure = null;
            if (closed) {
                connections.end(fresh.connection, Duration.ZERO);
                throw new RabbitMqException(ErrorKind.CLOSED, "The sender is closed");
            }
            return fresh;
        } catch (IOException | TimeoutException e) {
            lastFailure = e;
            failedAt = System.nanoTime();
            throw e;
        }
    }

    private Publisher publisher(Link open) throws IOException {
        publishers.removeIf(publisher -> !publisher.open());
        if (publishers.size() >= MOST_CHANNELS) {
            return publishers.get(turn++ % publishers.size());
        }
        Publisher fresh = new Publisher(open.connection);
        publishers.add(fresh);
        return fresh;
    }

    @Override
    public int maxBatchesInFlight() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int maxBatchMessages() {
        return BATCH;
    }

    @Override
    public int maxBatchBytes() {
        return BATCH_BYTES;
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        Link open = link;
        return type == Connection.class && open != null ? Optional.of(type.cast(open.connection)) : Optional.empty();
    }

    @Override
    public void close(Duration timeout) {
        closed = true;
        Link open = link;
        if (open != null) {
            connections.end(open.connection, timeout);
        }
    }

    /** The way into one partition. */
    private final class PartitionLane implements Lane {
        private final Link open;
        private final Publisher publisher;
        private final String exchange;
        private final String routingKey;

        PartitionLane(Link open, Publisher publisher, String exchange, int partition) {
            this.open = open;
            this.publisher = publisher;
            this.exchange = exchange;
            this.routingKey = Names.routingKey(partition);
        }

        @Override
        public void send(List<? extends Outgoing> batch) throws InterruptedException {
            String blocked = open.isBlocked() ? open.awaitUnblocked(options.maxBlock()) : null;
            if (blocked == null) {
                publisher.publish(exchange, routingKey, batch);
                return;
            }
            RabbitMqException refusal = new RabbitMqException(
                    ErrorKind.UNAVAILABLE,
                    "The broker lets nobody publish (" + blocked + "): free memory or disk there; nothing was sent");
            batch.forEach(outgoing -> outgoing.refused(refusal));
        }

        @Override
        public boolean open() {
            return publisher.open();
        }
    }
}
