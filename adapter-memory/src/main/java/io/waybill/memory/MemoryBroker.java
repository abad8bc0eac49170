package io.waybill.memory;

import io.waybill.message.ErrorKind;
import io.waybill.message.TopicPartition;
import io.waybill.message.TopicSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.AtomicInteger;

/** What all connections to one memory broker share. */
final class MemoryBroker {
    /** How partitions and groups keep what is done. */
    enum Shape {
        LOG,
        QUEUE
    }

    /** What a full partition does. */
    enum Overflow {
        REFUSE,
        DROP
    }

    private static final Map<String, MemoryBroker> NAMED = new HashMap<>();

    final Map<String, List<MemoryPartition>> topics = new ConcurrentHashMap<>();
    final Map<String, MemoryGroup> groups = new ConcurrentHashMap<>();
    final Map<String, MemoryLog> logs = new ConcurrentHashMap<>();

    // faults of the broker
    volatile boolean down;
    /** Rises with every outage; what was opened before is dead. */
    final AtomicInteger outage = new AtomicInteger();

    volatile boolean swallowAcks;
    volatile boolean loseAcks;
    final AtomicInteger refusals = new AtomicInteger();
    final AtomicInteger settleFailures = new AtomicInteger();
    final AtomicInteger duplicates = new AtomicInteger();
    final CopyOnWriteArraySet<String> deniedTopics = new CopyOnWriteArraySet<>();

    private final String name;
    private final Shape shape;
    private final int retention;
    private final Overflow overflow;
    private int users;

    private MemoryBroker(String name, Shape shape, int retention, Overflow overflow) {
        this.name = name;
        this.shape = shape;
        this.retention = retention;
        this.overflow = overflow;
    }

    static MemoryBroker acquire(String name, Shape shape, int retention, Overflow overflow) throws MemoryException {
        synchronized (NAMED) {
            MemoryBroker broker = name.isEmpty() ? null : NAMED.get(name);
            if (broker == null) {
                broker = new MemoryBroker(name, shape, retention, overflow);
                if (!name.isEmpty()) {
                    NAMED.put(name, broker);
                }
            } else if (broker.shape != shape || broker.retention != retention || broker.overflow != overflow) {
                throw new MemoryException(
                        ErrorKind.INVALID,
                        "memory:" + name + " runs with shape=" + broker.shape + ", retention.messages="
                                + broker.retention + ", overflow=" + broker.overflow
                                + ". Give the same settings, or another name");
            }
            broker.users++;
            return broker;
        }
    }

    void release() {
        synchronized (NAMED) {
            users--;
            if (users == 0) {
                NAMED.remove(name, this);
            }
        }
    }

    boolean isQueue() {
        return shape == Shape.QUEUE;
    }

    void checkUp() throws MemoryException {
        if (down) {
            throw new MemoryException(ErrorKind.UNAVAILABLE, "The memory broker is down");
        }
    }

    List<MemoryPartition> topic(String topic) throws MemoryException {
        checkUp();
        List<MemoryPartition> partitions = topics.get(topic);
        if (partitions == null) {
            throw new MemoryException(ErrorKind.NOT_FOUND, "Topic '" + topic + "' does not exist");
        }
        return partitions;
    }

    /** Whether this very partition is there: not deleted, nor created anew. */
    boolean isHeld(MemoryPartition partition) {
        List<MemoryPartition> partitions = topics.get(partition.name().topic());
        int number = partition.name().partition();
        return partitions != null && number < partitions.size() && partitions.get(number) == partition;
    }

    static boolean takeOne(AtomicInteger left) {
        return left.get() > 0 && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }

    MemoryPartition partition(TopicPartition partition) throws MemoryException {
        return topic(partition.topic()).get(partition.partition());
    }

    void createTopic(TopicSpec spec) throws MemoryException {
        checkUp();
        List<MemoryPartition> partitions = new ArrayList<>();
        for (int i = 0; i < spec.partitions(); i++) {
            partitions.add(
                    new MemoryPartition(new TopicPartition(spec.name(), i), retention, overflow == Overflow.DROP));
        }
        if (topics.putIfAbsent(spec.name(), List.copyOf(partitions)) != null) {
            throw new MemoryException(ErrorKind.ALREADY_EXISTS, "Topic '" + spec.name() + "' exists already");
        }
    }

    MemoryGroup group(String group) {
        return groups.computeIfAbsent(group, g -> new MemoryGroup());
    }

    /** The first position of a partition that some group has not settled; the largest number if no group reads it. */
    long settledByAll(TopicPartition partition) {
        return groups.values().stream()
                .mapToLong(group -> group.settled(partition))
                .filter(position -> position >= 0)
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
