package io.waybill.engine;

import io.waybill.message.TopicPartition;
import io.waybill.spi.Receiver;
import io.waybill.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the broker what is finished (rule C4): now and then without waiting, and at an end until it is confirmed. */
final class Settler {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.consumer");
    /** Settlements that fail more often in a row are no hiccup. */
    private static final int TELL_AFTER = 50;

    private static final long IN_A_ROW_NANOS = 10_000_000_000L;

    /** What must happen before something is settled. */
    interface Before {
        void settling(List<Settlement> done) throws Exception;
    }

    private final Receiver receiver;
    private final Before before;
    private final long intervalNanos;
    private final Map<TopicPartition, Assignment> owned;
    private final int enough;
    private long next = System.nanoTime();
    private int failures;
    private long lastFailure = next;

    /** Used by the polling thread, with its map of what is owned. */
    Settler(Receiver receiver, Duration interval, Map<TopicPartition, Assignment> owned, Before before) {
        this.receiver = receiver;
        this.before = before;
        this.intervalNanos = Nanos.of(interval);
        this.owned = owned;
        this.enough = receiver.settleAfter();
    }

    /** Settles everything if it is time to, or enough is done; what fails is told by {@link #failed}. */
    void settleIfDue() throws Exception {
        long now = System.nanoTime();
        if (now - next >= 0 || isEnough()) {
            next = now + intervalNanos;
            settle(owned.keySet(), false);
        }
    }

    private boolean isEnough() {
        if (enough == Integer.MAX_VALUE) {
            return false;
        }
        for (Assignment assignment : owned.values()) {
            if (assignment.finishedSinceSettled() >= enough) {
                return true;
            }
        }
        return false;
    }

    /** Returns when the broker has confirmed. */
    void settle(Collection<TopicPartition> partitions) throws Exception {
        for (TopicPartition partition : partitions) {
            Assignment assignment = owned.get(partition);
            if (assignment != null) {
                assignment.settleAgain(); // an earlier one may still be on its way
            }
        }
        settle(partitions, true);
    }

    private void settle(Collection<TopicPartition> partitions, boolean confirmed) throws Exception {
        List<Settlement> done = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            Assignment assignment = owned.get(partition);
            Settlement settlement = assignment == null ? null : assignment.settlement();
            if (settlement != null) {
                done.add(settlement);
            }
        }
        if (!done.isEmpty() && isReady(done, confirmed)) {
            receiver.settle(done, confirmed);
        }
    }

    /** Whether what must happen before has happened; else it is tried again with the next settlement. */
    private boolean isReady(List<Settlement> done, boolean confirmed) throws Exception {
        try {
            before.settling(done);
            return true;
        } catch (Exception e) {
            if (confirmed) {
                throw e;
            }
            failed(done.stream().map(Settlement::partition).toList(), e);
            return false;
        }
    }

    /** A settlement that was not waited for failed: the next one repeats it. */
    void failed(Collection<TopicPartition> partitions, Throwable cause) {
        long now = System.nanoTime();
        failures = now - lastFailure > IN_A_ROW_NANOS ? 1 : failures + 1;
        lastFailure = now;
        if (failures == TELL_AFTER) {
            LOG.warn("Settling {} failed {} times in a row; it is repeated", partitions, failures, cause);
        } else {
            LOG.debug("Settling {} failed and is repeated", partitions, cause);
        }
        for (TopicPartition partition : partitions) {
            Assignment assignment = owned.get(partition);
            if (assignment != null) {
                assignment.settleAgain();
            }
        }
    }
}
