package io.waybill.ledger;

import io.waybill.message.Delivery;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.ReceiveLaneInterceptor;
import io.waybill.spi.Settlement;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the books of one consumer's partitions, and says what is missing (rules W3 to W5). All of it runs on the consumer's
 * polling thread.
 */
final class Verifier implements ReceiveLaneInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.ledger");

    private static final int MOST_SAVES = 5;
    private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** So that whoever begins to read finds it, whatever retention took. */
    private static final long SAY_ALL_NANOS = TimeUnit.HOURS.toNanos(1);

    private final String group;
    private final VerifierState state;
    private final @Nullable ControlLogs logs;
    private final @Nullable GroupManifestWriter manifests;
    private final Told told;
    private final byte @Nullable [] secret;
    private final long graceNanos;
    private final Consumer<Finding> listener;
    private final LongSupplier clock;
    private final ByPartition<Kept> partitions = new ByPartition<>();
    private volatile GroupTotals totals = GroupTotals.NONE;
    private boolean logAway;
    private long logAwaySince;

    /** The books of a partition, and which version of them is safe. */
    private static final class Kept {
        final TopicPartition partition;
        final PartitionCheck check;
        long version;
        boolean changed;
        /** Whether the control log is to be told something. */
        boolean untold = true;

        long toldAt;
        /** When the broker was first seen to have nothing left, with nothing having come since; 0 if it was not. */
        long emptySince;

        Kept(TopicPartition partition, PartitionCheck check) {
            this.partition = partition;
            this.check = check;
        }

        /** Something is to be saved, and to be told. */
        void touch() {
            changed = true;
            untold = true;
        }
    }

    /**
     * Keeps no books yet.
     *
     * @param state where the books are kept; closed by whoever made it
     * @param logs the control logs; null if there are none
     * @param manifests what the control log is told by; null if there is none
     * @param grace how long a number may be missing behind one that came later, or behind all that the broker holds
     * @param listener told of findings, on the polling thread
     * @param clock the time, of {@link System#nanoTime}
     */
    Verifier(
            String group,
            VerifierState state,
            @Nullable ControlLogs logs,
            @Nullable GroupManifestWriter manifests,
            Told told,
            byte @Nullable [] secret,
            Duration grace,
            Consumer<Finding> listener,
            LongSupplier clock) {
        this.group = group;
        this.state = state;
        this.logs = logs;
        this.manifests = manifests;
        this.told = told;
        this.secret = secret;
        this.graceNanos = grace.toNanos();
        this.listener = listener;
        this.clock = clock;
    }

    @Override
    public void assigned(TopicPartition partition, boolean log) throws Exception {
        long mark = ThreadLocalRandom.current().nextLong();
        Kept kept = new Kept(
                partition,
                new PartitionCheck(
                        group, partition.topic(), partition.partition(), log, secret, told, mark, this::found));
        VerifierState.Row row = state.load(group, List.of(partition)).get(partition);
        if (row != null) {
            kept.version = row.version();
            kept.check.readFrom(input(row.bytes()), clock.getAsLong());
        }
        mark(kept, new Mark(group, partition.topic(), partition.partition(), mark));
        partitions.put(partition.topic(), partition.partition(), kept);
    }

    private static DataInputStream input(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    /** At once, so that who opens next is behind it; while the log is away, later, so that nobody waits for it again and again. */
    private void mark(Kept kept, Mark mark) {
        if (logs == null) {
            return;
        }
        long now = clock.getAsLong();
        if (logAway && now - logAwaySince < AWAY_NANOS) {
            markLater(mark);
            return;
        }
        try {
            logs.create(ManifestWriter.LOG);
            logs.append(ManifestWriter.LOG, mark.encode());
            logAway = false;
            kept.check.marked();
        } catch (Exception e) {
            logAway = true;
            logAwaySince = now;
            markLater(mark);
            LOG.warn(
                    "Group '{}' could not write its mark for {}-{}, which is tried again: until then, what is lost before the first"
                            + " message of a new producer is not told",
                    group,
                    mark.topic(),
                    mark.partition(),
                    e);
        }
    }

    private void markLater(Mark mark) {
        if (manifests != null) {
            manifests.offer(mark, mark.encode());
        }
    }

    private void found(Finding finding) {
        LOG.error("{}", finding);
        try {
            listener.accept(finding);
        } catch (RuntimeException e) {
            LOG.error("A listener to findings failed", e);
        }
    }

    @Override
    public void arrived(Delivery delivery) {
        Kept kept = partitions.get(delivery.topic(), delivery.partition());
        if (kept != null) {
            Verdict unused = kept.check.arrived(delivery, clock.getAsLong());
            kept.touch();
            kept.emptySince = 0;
        }
    }

    /** A delivery came while nobody looked. */
    void passed(Delivery delivery) {
        Kept kept = partitions.get(delivery.topic(), delivery.partition());
        if (kept != null) {
            kept.check.passed(delivery);
            kept.touch();
        }
    }

    @Override
    public void ended(Delivery delivery, Ending ending) {
        Kept kept = partitions.get(delivery.topic(), delivery.partition());
        if (kept != null) {
            kept.check.ended(delivery, ending);
        }
    }

    @Override
    public void settling(Collection<Settlement> settlements) throws Exception {
        List<Kept> changed = new ArrayList<>();
        for (Settlement settlement : settlements) {
            TopicPartition partition = settlement.partition();
            Kept kept = partitions.get(partition.topic(), partition.partition());
            if (kept != null) {
                if (kept.check.finished(settlement.through(), settlement.beyond())) {
                    kept.touch();
                }
                if (kept.changed) {
                    changed.add(kept);
                }
            }
        }
        save(changed);
    }

    private void save(List<Kept> changed) throws Exception {
        List<Kept> left = changed;
        for (int i = 0; i < MOST_SAVES && !left.isEmpty(); i++) {
            if (i > 0) {
                merge(left);
            }
            left = trySave(left);
        }
        if (!left.isEmpty()) {
            throw new IOException("Somebody else writes the verifier's state of "
                    + left.stream().map(kept -> kept.partition).toList() + " all the time: do two consumers of group '"
                    + group
                    + "' own them?");
        }
    }

    /** Returns those that somebody else has written meanwhile: an owner that was taken for dead, most likely. */
    private List<Kept> trySave(List<Kept> changed) throws Exception {
        Map<TopicPartition, VerifierState.Row> rows = new HashMap<>();
        for (Kept kept : changed) {
            rows.put(kept.partition, new VerifierState.Row(Records.bytes(kept.check::writeTo), kept.version));
        }
        Set<TopicPartition> refused = rows.isEmpty() ? Set.of() : state.save(group, rows);
        List<Kept> left = new ArrayList<>();
        for (Kept kept : changed) {
            if (refused.contains(kept.partition)) {
                left.add(kept);
            } else {
                kept.version++;
                kept.changed = false;
            }
        }
        return left;
    }

    private void merge(List<Kept> behind) throws Exception {
        Map<TopicPartition, VerifierState.Row> rows =
                state.load(group, behind.stream().map(kept -> kept.partition).toList());
        for (Kept kept : behind) {
            VerifierState.Row row = rows.get(kept.partition);
            kept.version = row == null ? 0 : row.version();
            if (row != null) {
                kept.check.merge(input(row.bytes()), clock.getAsLong());
            }
        }
    }

    @Override
    public void between(Backlog backlog) {
        long now = clock.getAsLong();
        for (Kept kept : partitions.values().toList()) {
            boolean found = kept.check.check(now - graceNanos, now);
            found |= lookAtTail(kept, backlog, now);
            if (found) {
                keepWhatWasTold(kept);
            }
            if (kept.untold || now - kept.toldAt > SAY_ALL_NANOS) {
                tellLog(kept, now);
            } else if (isTold()) {
                kept.changed |= kept.check.forgetSettled();
            }
        }
        sumUp();
    }

    /** Of the partitions that it owns, as of the last look. */
    GroupTotals totals() {
        return totals;
    }

    private boolean isTold() {
        return manifests == null || manifests.isDone();
    }

    private void tellLog(Kept kept, long now) {
        kept.untold = false;
        kept.toldAt = now;
        if (manifests != null) {
            GroupManifest manifest = new GroupManifest(
                    group,
                    kept.partition.topic(),
                    kept.partition.partition(),
                    System.currentTimeMillis(),
                    kept.check.books());
            manifests.offer(kept.partition, manifest.encode());
        }
    }

    /** At once, or the next owner would tell it again. */
    private void keepWhatWasTold(Kept kept) {
        kept.touch();
        try {
            save(List.of(kept));
        } catch (Exception e) {
            LOG.warn("What was found in {} is saved with the next settlement", kept.partition, e);
        }
    }

    /** Twice the broker must have nothing left, and nothing may have come in between: what it had sent might be on its way. */
    private boolean lookAtTail(Kept kept, Backlog backlog, long now) {
        long since = kept.check.tailSince(now);
        if (since == 0 || now - since < graceNanos) {
            return false;
        }
        try {
            if (backlog.of(kept.partition) > 0) {
                kept.emptySince = 0;
            } else if (kept.emptySince == 0) {
                kept.emptySince = now;
            } else if (now - kept.emptySince >= graceNanos) {
                long asked = kept.emptySince;
                kept.emptySince = now; // what was missed only after that is of the next look
                return kept.check.checkTails(asked, now);
            }
        } catch (Exception e) {
            kept.emptySince = 0; // a broker that does not answer is no evidence
            LOG.debug("Nobody says how much is left of {}", kept.partition, e);
        }
        return false;
    }

    @Override
    public void released(TopicPartition partition) {
        Kept kept = partitions.get(partition.topic(), partition.partition());
        if (kept != null && kept.untold && !kept.changed) { // what is not safe may be another's by now
            tellLog(kept, clock.getAsLong());
        }
        partitions.remove(partition.topic(), partition.partition());
        sumUp();
    }

    private void sumUp() {
        totals = partitions.values().map(kept -> kept.check.totals()).reduce(GroupTotals.NONE, GroupTotals::and);
    }
}
