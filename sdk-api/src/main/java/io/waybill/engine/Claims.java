package io.waybill.engine;

import io.waybill.message.TopicPartition;
import io.waybill.spi.ClaimingReceiver;
import io.waybill.spi.ControlLogs;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The polling thread's side of membership without a broker's help: takes what this member shall own, gives back what it
 * shall not, and takes in what nobody serves although somebody should.
 */
final class Claims implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.membership");
    private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();

    private final ClaimingReceiver receiver;
    private final Set<TopicPartition> all;
    private final Coordinator coordinator;
    private final long sessionNanos;
    /** Since when a partition of somebody else's was seen without an owner. */
    private final Map<TopicPartition, Long> orphans = new HashMap<>();
    /** Until when an orphan is kept although it is somebody else's. */
    private final Map<TopicPartition, Long> adopted = new HashMap<>();

    private long nextLook = System.nanoTime();
    private long nextOrphanLook;

    Claims(ClaimingReceiver receiver, ControlLogs logs, ConsumerOptions options) throws Exception {
        this.receiver = receiver;
        this.sessionNanos = Nanos.of(options.session());
        Set<TopicPartition> partitions = new TreeSet<>();
        for (String topic : options.sortedTopics()) {
            for (int i = 0, n = receiver.partitions(topic); i < n; i++) {
                partitions.add(new TopicPartition(topic, i));
            }
        }
        this.all = partitions;
        this.coordinator =
                new Coordinator(logs, options.group(), options.member(), all, options.session(), this::lookNow);
        this.nextOrphanLook = System.nanoTime() + sessionNanos;
    }

    private void lookNow() {
        receiver.wakeup();
    }

    /** What is owned but shall go to others. */
    Set<TopicPartition> surplus(Collection<TopicPartition> owned) {
        Set<TopicPartition> target = coordinator.target();
        if (target == null || target.containsAll(owned)) {
            return Set.of();
        }
        Set<TopicPartition> surplus = new HashSet<>(owned);
        surplus.removeAll(target);
        long now = System.nanoTime();
        adopted.values().removeIf(until -> until - now <= 0);
        surplus.removeAll(adopted.keySet());
        return surplus;
    }

    /** Tries to own what is missing; returns what is owned now and was not before. */
    Set<TopicPartition> claim(Collection<TopicPartition> owned) throws Exception {
        long now = System.nanoTime();
        Set<TopicPartition> target = coordinator.target();
        if (target == null || now - nextLook < 0) {
            return Set.of();
        }
        nextLook = now + LOOK_NANOS;
        Set<TopicPartition> gained = new HashSet<>();
        for (TopicPartition partition : target) {
            if (!owned.contains(partition) && receiver.tryOwn(partition)) {
                gained.add(partition);
            }
        }
        if (now - nextOrphanLook >= 0) {
            nextOrphanLook = now + sessionNanos / 4;
            adoptOrphans(owned, target, gained);
        }
        return gained;
    }

    private void adoptOrphans(Collection<TopicPartition> owned, Set<TopicPartition> target, Set<TopicPartition> gained)
            throws Exception {
        long now = System.nanoTime();
        for (TopicPartition partition : all) {
            if (owned.contains(partition) || target.contains(partition) || receiver.hasOwner(partition)) {
                orphans.remove(partition);
                continue;
            }
            long since = orphans.computeIfAbsent(partition, p -> now);
            if (now - since >= sessionNanos && receiver.tryOwn(partition)) {
                LOG.warn("Nobody served {}; this member does now", partition);
                orphans.remove(partition);
                adopted.put(partition, now + sessionNanos);
                gained.add(partition);
            }
        }
    }

    void owns(Set<TopicPartition> partitions) {
        coordinator.owns(partitions);
    }

    @Override
    public void close() {
        coordinator.close();
    }
}
