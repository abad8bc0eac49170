package io.waybill.ledger;

import io.waybill.message.TopicPartition;
import io.waybill.spi.ControlLogs;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a group says of its partitions into the control log, in a thread of its own: of each partition the newest. What
 * could not be written is written later; no delivery waits for it.
 */
final class GroupManifestWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.ledger");

    private final String group;
    private final ControlLogs logs;
    private final Map<TopicPartition, byte[]> waiting = new LinkedHashMap<>();
    private boolean writing;
    private boolean told;
    private final Ticker ticker;

    GroupManifestWriter(String group, ControlLogs logs, Duration every) {
        this.group = group;
        this.logs = logs;
        this.ticker = Ticker.start("waybill-ledger-" + group, every, this::write, this::write);
    }

    /** Replaces what was to be said of the partition. For any thread. */
    synchronized void offer(TopicPartition partition, byte[] manifest) {
        waiting.put(partition, manifest);
    }

    /** Whether the log has all that was offered. */
    synchronized boolean isDone() {
        return waiting.isEmpty() && !writing;
    }

    private synchronized Map<TopicPartition, byte[]> take() {
        Map<TopicPartition, byte[]> taken = new LinkedHashMap<>(waiting);
        waiting.clear();
        writing = !taken.isEmpty();
        return taken;
    }

    private synchronized void end(Map<TopicPartition, byte[]> left) {
        left.forEach(waiting::putIfAbsent);
        writing = false;
    }

    private void write() {
        Map<TopicPartition, byte[]> left = take();
        try {
            if (!left.isEmpty()) {
                logs.create(ManifestWriter.LOG);
            }
            for (Map.Entry<TopicPartition, byte[]> manifest : List.copyOf(left.entrySet())) {
                logs.append(ManifestWriter.LOG, manifest.getValue());
                left.remove(manifest.getKey());
            }
            told = false;
        } catch (Exception e) {
            if (!told) {
                told = true;
                LOG.warn(
                        "What group '{}' has handled could not be written to the control log, and is written later: audits do"
                                + " not see it until then",
                        group,
                        e);
            }
        } finally {
            end(left);
        }
    }

    /** Returns when all is written, or cannot be. */
    @Override
    public void close() {
        ticker.close();
    }
}
