package io.waybill.ledger;

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

    /** One that the broker does not take holds up no other; where none is taken, it is the broker. */
    private static final int MOST_FAILED = 2;

    private final String group;
    private final ControlLogs logs;
    private final Map<Object, byte[]> waiting = new LinkedHashMap<>();
    private boolean writing;
    private boolean told;
    private final Ticker ticker;

    GroupManifestWriter(String group, ControlLogs logs, Duration every) {
        this.group = group;
        this.logs = logs;
        this.ticker = Ticker.start("waybill-ledger-" + group, every, this::write, this::write);
    }

    /**
     * Replaces what was to be said of the same. For any thread.
     *
     * @param about a partition, or a mark
     */
    synchronized void offer(Object about, byte[] record) {
        waiting.put(about, record);
    }

    /** Whether the log has all that was offered. */
    synchronized boolean isDone() {
        return waiting.isEmpty() && !writing;
    }

    private synchronized Map<Object, byte[]> take() {
        Map<Object, byte[]> taken = new LinkedHashMap<>(waiting);
        waiting.clear();
        writing = !taken.isEmpty();
        return taken;
    }

    private synchronized void end(Map<Object, byte[]> left) {
        left.forEach(waiting::putIfAbsent);
        writing = false;
    }

    private void write() {
        Map<Object, byte[]> left = take();
        try {
            if (!left.isEmpty()) {
                logs.create(ManifestWriter.LOG);
            }
            int failed = 0;
            for (Map.Entry<Object, byte[]> manifest : List.copyOf(left.entrySet())) {
                if (append(manifest.getValue())) {
                    left.remove(manifest.getKey());
                    failed = 0;
                } else if (++failed == MOST_FAILED) {
                    break;
                }
            }
            told &= !left.isEmpty();
        } catch (Exception e) {
            tell(e);
        } finally {
            end(left);
        }
    }

    private boolean append(byte[] manifest) {
        try {
            logs.append(ManifestWriter.LOG, manifest);
            return true;
        } catch (Exception e) {
            tell(e);
            return false;
        }
    }

    private void tell(Exception e) {
        if (!told) {
            told = true;
            LOG.warn(
                    "What group '{}' has handled could not be written to the control log, and is written later: audits do"
                            + " not see it until then",
                    group,
                    e);
        }
    }

    /** Returns when all is written, or cannot be. */
    @Override
    public void close() {
        ticker.close();
    }
}
