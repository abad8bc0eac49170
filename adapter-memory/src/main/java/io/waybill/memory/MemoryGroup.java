package io.waybill.memory;

import io.waybill.message.TopicPartition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A group: who is in it, who owns what, what is settled. Guarded by itself. */
final class MemoryGroup {
    private static final class Share {
        @Nullable
        MemoryReceiver owner;
        /** The first position that is not settled; -1 if the group has none here. */
        long settled = -1;
        /** Settled behind it; queues only. */
        final TreeSet<Long> beyond = new TreeSet<>();
        /** How often each unsettled message was delivered; queues only. */
        final Map<Long, Integer> deliveries = new HashMap<>();
    }

    private final Map<TopicPartition, Share> shares = new HashMap<>();
    private final Set<MemoryReceiver> members = new HashSet<>();

    synchronized void join(MemoryReceiver receiver) {
        members.add(receiver);
    }

    synchronized void leave(MemoryReceiver receiver) {
        members.remove(receiver);
        shares.values().forEach(share -> {
            if (share.owner == receiver) {
                share.owner = null;
            }
        });
    }

    synchronized int members() {
        return members.size();
    }

    synchronized boolean tryOwn(TopicPartition partition, MemoryReceiver receiver) {
        Share share = share(partition);
        if (share.owner == null && members.contains(receiver)) {
            share.owner = receiver;
        }
        return share.owner == receiver;
    }

    synchronized void release(TopicPartition partition, MemoryReceiver receiver) {
        Share share = share(partition);
        if (share.owner == receiver) {
            share.owner = null;
        }
    }

    synchronized boolean hasOwner(TopicPartition partition) {
        return share(partition).owner != null;
    }

    synchronized boolean owns(TopicPartition partition, MemoryReceiver receiver) {
        return share(partition).owner == receiver;
    }

    synchronized long settled(TopicPartition partition) {
        Share share = shares.get(partition);
        return share == null ? -1 : share.settled;
    }

    /** Gives a group that is new in a partition its start. */
    synchronized void start(TopicPartition partition, long position) {
        Share share = share(partition);
        if (share.settled < 0) {
            share.settled = position;
        }
    }

    synchronized void settle(TopicPartition partition, long next) {
        share(partition).settled = next;
    }

    synchronized void settleOne(TopicPartition partition, long position) {
        Share share = share(partition);
        share.deliveries.remove(position);
        if (position >= share.settled) {
            share.beyond.add(position);
        }
        while (share.beyond.remove(share.settled)) {
            share.settled++;
        }
    }

    synchronized boolean isSettled(TopicPartition partition, long position) {
        Share share = share(partition);
        return position < share.settled || share.beyond.contains(position);
    }

    synchronized int delivered(TopicPartition partition, long position) {
        return share(partition).deliveries.merge(position, 1, Integer::sum);
    }

    synchronized boolean knows(String topic) {
        return shares.entrySet().stream()
                .anyMatch(entry -> entry.getKey().topic().equals(topic) && entry.getValue().settled >= 0);
    }

    synchronized Map<TopicPartition, Long> positions() {
        Map<TopicPartition, Long> positions = new HashMap<>();
        shares.forEach((partition, share) -> {
            if (share.settled >= 0) {
                positions.put(partition, share.settled);
            }
        });
        return positions;
    }

    synchronized void forget(String topic) {
        shares.keySet().removeIf(partition -> partition.topic().equals(topic));
    }

    private Share share(TopicPartition partition) {
        return shares.computeIfAbsent(partition, p -> new Share());
    }
}
