package io.waybill.rocketmq;

import io.waybill.message.Durability;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the brokers' settings make true of what they confirm; read again now and then, beside the sending. */
final class Facts {
    private static final Logger LOG = LoggerFactory.getLogger(Facts.class);
    private static final long REFRESH_NANOS = 60_000_000_000L;

    private record Known(Durability durability, long readAt) {}

    private final Remote remote;
    private final Topology topology;
    private final Map<String, Known> brokers = new ConcurrentHashMap<>();
    private final AtomicBoolean told = new AtomicBoolean();

    Facts(Remote remote, Topology topology) {
        this.remote = remote;
        this.topology = topology;
    }

    /** The least that holds on all brokers of a topic; asks those that were not asked for long. May block. */
    Durability of(List<Topology.Queue> queues) {
        List<Durability> all = new ArrayList<>();
        queues.stream().map(Topology.Queue::broker).distinct().forEach(broker -> all.add(of(broker)));
        return least(all);
    }

    private Durability of(String broker) {
        Known known = brokers.get(broker);
        long now = System.nanoTime();
        if (known != null && now - known.readAt() < REFRESH_NANOS) {
            return known.durability();
        }
        Durability read = read(broker);
        brokers.put(broker, new Known(read, now));
        return read;
    }

    private Durability read(String broker) {
        String address = topology.address(broker);
        if (address == null) {
            return Durability.ONE_UNFLUSHED;
        }
        try {
            return durability(remote.api().getBrokerConfig(address, remote.timeout()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Durability.ONE_UNFLUSHED;
        } catch (Exception e) {
            if (told.compareAndSet(false, true)) {
                LOG.warn(
                        "Receipts will say one copy, not flushed: the settings of broker '{}' cannot be read ({})",
                        broker,
                        e.toString());
            }
            return Durability.ONE_UNFLUSHED;
        }
    }

    static Durability durability(Properties broker) {
        boolean flushed = "SYNC_FLUSH".equals(broker.getProperty("flushDiskType"));
        if (!"SYNC_MASTER".equals(broker.getProperty("brokerRole"))) {
            return new Durability(1, flushed);
        }
        if (broker.getProperty("inSyncReplicas") == null) {
            return new Durability(2, flushed); // version 4: one slave
        }
        int copies = number(broker, "inSyncReplicas");
        int least = number(broker, "minInSyncReplicas");
        if (isOn(broker, "enableControllerMode") && isOn(broker, "allAckInSyncStateSet")) {
            copies = least;
        } else if (isOn(broker, "enableAutoInSyncReplicas")) {
            copies = Math.min(copies, least);
        }
        return new Durability(Math.max(1, copies), flushed);
    }

    private static boolean isOn(Properties broker, String name) {
        return "true".equals(broker.getProperty(name));
    }

    private static int number(Properties broker, String name) {
        try {
            return Integer.parseInt(broker.getProperty(name, "1"));
        } catch (NumberFormatException e) {
            return 1;
        }
    }

    private static Durability least(Collection<Durability> all) {
        int copies = Integer.MAX_VALUE;
        boolean flushed = true;
        for (Durability one : all) {
            copies = Math.min(copies, one.copies());
            flushed &= one.flushed();
        }
        return all.isEmpty() ? Durability.ONE_UNFLUSHED : new Durability(copies, flushed);
    }
}
