package io.waybill.engine;

import io.waybill.message.TopicDescription;
import io.waybill.spi.Sender;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lanes of a producer, by topic. A partition keeps its lane for the producer's life: two lanes could overtake each
 * other. Safe for use by many threads.
 */
final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.producer");

    /** A topic's lanes; stale means that the broker said it knows no such topic, so that it must be looked up again. */
    private static final class Route {
        final SendLane[] lanes;
        volatile boolean stale;

        Route(SendLane[] lanes) {
            this.lanes = lanes;
        }
    }

    private final String producer;
    private final Sender sender;
    private final BiFunction<TopicDescription, Integer, SendLane> newLane;
    private final Map<String, Route> topics = new ConcurrentHashMap<>();
    /** Lanes of partitions that are gone: what they hold still has its time. */
    private final Queue<SendLane> retired = new ConcurrentLinkedQueue<>();

    Routes(String producer, Sender sender, BiFunction<TopicDescription, Integer, SendLane> newLane) {
        this.producer = producer;
        this.sender = sender;
        this.newLane = newLane;
    }

    /** A topic's lanes, by partition; null if the topic must be looked up first. */
    SendLane @Nullable [] known(String topic) {
        Route route = topics.get(topic);
        return route != null && !route.stale ? route.lanes : null;
    }

    /** Asks the broker; several callers may ask at the same time. */
    SendLane[] lookUp(String topic) throws Exception {
        TopicDescription description = sender.describe(topic);
        synchronized (this) {
            return update(topic, description);
        }
    }

    private SendLane[] update(String topic, TopicDescription description) {
        Route known = topics.get(topic);
        SendLane[] old = known == null ? new SendLane[0] : known.lanes;
        for (SendLane lane : old) {
            lane.describedAs(description);
        }
        if (known != null && old.length == description.partitions()) {
            known.stale = false;
            return old;
        }
        SendLane[] lanes = Arrays.copyOf(old, description.partitions());
        for (int i = old.length; i < lanes.length; i++) {
            lanes[i] = newLane.apply(description, i);
        }
        retired.addAll(List.of(old).subList(Math.min(old.length, lanes.length), old.length));
        topics.put(topic, new Route(lanes));
        return lanes;
    }

    /** The broker said that there is no such topic. */
    void forget(String topic) {
        Route route = topics.get(topic);
        if (route != null) {
            route.stale = true;
        }
    }

    void forEachLane(Consumer<SendLane> action) {
        topics.values().forEach(route -> List.of(route.lanes).forEach(action));
        retired.forEach(action);
    }

    /** Keys stay in their partitions for this producer's life; others, opened later, will disagree. */
    void lookForGrowth() {
        topics.forEach((name, route) -> {
            int known = route.lanes.length;
            try {
                int partitions = sender.describe(name).partitions();
                if (partitions != known) {
                    LOG.warn(
                            "Topic '{}' has {} partitions now, {} when producer '{}' began; this producer goes on with {},"
                                    + " and the order of keys against producers opened later is not promised",
                            name,
                            partitions,
                            known,
                            producer,
                            known);
                }
            } catch (Exception e) {
                LOG.debug("Cannot look at topic '{}'", name, e);
            }
        });
    }
}
