package io.waybill.kafka;

import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** Notices that no byte came from any broker for a while: the client reconnects without a word. */
final class Silence {
    private static final long BOUND_NANOS = 3_000_000_000L;
    private static final long LOOK_NANOS = 250_000_000L;

    private final Metric received;
    private double bytes;
    private long heardAt = System.nanoTime();
    private long lookedAt = heardAt;
    private boolean silent;

    Silence(Map<MetricName, ? extends Metric> metrics) {
        this.received = metrics.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals("incoming-byte-total")
                        && entry.getKey().group().equals("consumer-metrics"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Kafka's consumer has no metric incoming-byte-total"))
                .getValue();
    }

    /** Looks, if it is time to, and says whether silence began or ended. */
    boolean changed(long now) {
        if (now - lookedAt < LOOK_NANOS) {
            return false;
        }
        lookedAt = now;
        double total = ((Number) received.metricValue()).doubleValue();
        if (total != bytes) {
            bytes = total;
            heardAt = now;
        }
        boolean was = silent;
        silent = now - heardAt > BOUND_NANOS;
        return silent != was;
    }

    boolean silent() {
        return silent;
    }
}
