package io.waybill.rocketmq;

import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.TopicDescription;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends over connections of its own, a batch per queue at a time. */
final class RocketMqSender implements Sender {
    private static final Logger LOG = LoggerFactory.getLogger(RocketMqSender.class);
    private static final long REFRESH_NANOS = 60_000_000_000L;
    private static final long LOOK_AGAIN_NANOS = 1_000_000_000L;

    /** A topic as it was last seen. */
    static final class Topic {
        final String name;
        final List<Topology.Queue> queues;
        private volatile Durability durability;
        private volatile long readAt = System.nanoTime();

        Topic(String name, List<Topology.Queue> queues, Durability durability) {
            this.name = name;
            this.queues = queues;
            this.durability = durability;
        }

        Durability durability() {
            return durability;
        }
    }

    private final Remote remote;
    private final Topology topology;
    private final Facts facts;
    private final SenderOptions options;
    private final Map<String, Topic> topics = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor background;
    private volatile boolean closed;

    RocketMqSender(RocketMqSettings settings, SenderOptions options) {
        this.remote = new Remote(settings);
        this.topology = new Topology(remote);
        this.facts = new Facts(remote, topology);
        this.options = options;
        this.background = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(1_000), task -> {
            Thread thread = new Thread(task, "waybill-rocketmq-" + options.producer());
            thread.setDaemon(true);
            return thread;
        });
        background.allowCoreThreadTimeOut(true);
    }

    @Override
    public TopicDescription describe(String topic) throws Exception {
        List<Topology.Queue> queues = topology.partitions(topic);
        Durability durability = facts.of(queues);
        topics.compute(topic, (name, known) -> {
            if (known != null && known.queues.equals(queues)) {
                known.durability = durability;
                return known;
            }
            return new Topic(topic, queues, durability);
        });
        return new TopicDescription(topic, queues.size(), durability);
    }

    @Override
    public Lane openLane(TopicDescription topic, int partition) {
        Topic known = topics.get(topic.name());
        if (known == null || closed) {
            throw new IllegalStateException(
                    "Topic '" + topic.name() + "' was not described by this sender, or it is closed");
        }
        if (partition >= known.queues.size()) {
            throw RocketMqErrors.of(
                    ErrorKind.NOT_FOUND, "Topic '" + topic.name() + "' has no partition " + partition + " any more");
        }
        return new RocketMqLane(this, remote, known, partition, options);
    }

    @Nullable
    String address(String broker) {
        return topology.address(broker);
    }

    /** Beside the sending, now and then. */
    void refreshIfOld(Topic topic) {
        refresh(topic, REFRESH_NANOS);
    }

    /** Beside the sending: something does not fit any more. */
    void lookAgain(Topic topic) {
        refresh(topic, LOOK_AGAIN_NANOS);
    }

    private void refresh(Topic topic, long age) {
        long now = System.nanoTime();
        if (now - topic.readAt < age) {
            return;
        }
        topic.readAt = now;
        try {
            background.execute(() -> {
                try {
                    if (topology.route(Names.rocketmq(topic.name)) != null) {
                        topic.durability = facts.of(topic.queues);
                    }
                } catch (Exception e) {
                    LOG.debug("Cannot look at topic '{}'", topic.name, e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("Topic '{}' is not looked at", topic.name, e);
        }
    }

    boolean closed() {
        return closed;
    }

    @Override
    public int maxBatchesInFlight() {
        return 1; // a broker's threads would change the order
    }

    @Override
    public int maxBatchMessages() {
        return 2_000;
    }

    @Override
    public int maxBatchBytes() {
        return 512 * 1024;
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return type == MQClientAPIImpl.class ? Optional.of(type.cast(remote.api())) : Optional.empty();
    }

    @Override
    public void close(Duration timeout) {
        closed = true;
        background.shutdownNow();
        remote.close();
    }
}
