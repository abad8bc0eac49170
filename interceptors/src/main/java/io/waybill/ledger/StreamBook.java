package io.waybill.ledger;

import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one stream at its producer: what was handed over, and how each ended (rules W1, W2, W6). Stamps are
 * made by one thread at a time, in the partition's lane; outcomes come from any.
 */
final class StreamBook {
    private static final int MOST_FAILED = 1 << 16;

    private final long producer;
    private final long epoch;
    private final String topic;
    private final int partition;
    private final boolean sealed;
    /** The lane's alone. */
    private final Contents contents;

    // guarded by this
    private long assigned;
    private final NumberSet acknowledged = new NumberSet();
    private final NumberSet unknown = new NumberSet();
    private final NumberSet abandoned = new NumberSet();
    /** Stamps of sends that failed: who sends such a message again sends it with the stamp that it had (rule S5). */
    private final Map<UUID, Failed> failed = new LinkedHashMap<>();

    private boolean changed;

    /** The stamp of a send that failed, and when. */
    private static final class Failed {
        final byte[] stamp;
        final long sinceNanos = System.nanoTime();

        Failed(byte[] stamp) {
            this.stamp = stamp;
        }
    }

    StreamBook(long producer, long epoch, String topic, int partition, byte @Nullable [] secret) {
        this.producer = producer;
        this.epoch = epoch;
        this.topic = topic;
        this.partition = partition;
        this.sealed = secret != null;
        this.contents = new Contents(topic, partition, secret);
    }

    /** The header with the stamp of the next number, or with the one that the message had before. */
    byte[] stamp(Message message, byte[] header) {
        long number;
        long confirmed;
        long run;
        synchronized (this) {
            byte[] before = takeBack(message);
            if (before != null) {
                return before;
            }
            if (assigned == Stamp.MOST) {
                throw new IllegalStateException("Stream " + topic + "-" + partition + " has no number left");
            }
            number = ++assigned;
            confirmed = acknowledged.last();
            run = confirmed - acknowledged.startOfRun(confirmed) + 1;
            changed = true;
        }
        byte[] stamped = Stamp.on(header, producer, epoch, number, confirmed, run, sealed);
        contents.vouch(stamped, message);
        return stamped;
    }

    private byte @Nullable [] takeBack(Message message) {
        if (failed.isEmpty()) {
            return null;
        }
        Failed before = failed.remove(message.id());
        if (before == null) {
            return null;
        }
        long number = Stamp.number(before.stamp);
        boolean unused = unknown.remove(number);
        unused = abandoned.remove(number);
        changed = true;
        return before.stamp;
    }

    /** How a send of this stream ended. */
    synchronized void ended(byte[] stamp, Message message, @Nullable MessagingException failure) {
        changed = true;
        long number = Stamp.number(stamp);
        if (failure == null) {
            boolean unused = acknowledged.add(number);
            return;
        }
        boolean unused = (failure.kind() == ErrorKind.OUTCOME_UNKNOWN ? unknown : abandoned).add(number);
        failed.put(message.id(), new Failed(stamp));
        if (failed.size() > MOST_FAILED) {
            Iterator<UUID> oldest = failed.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Forgets the stamps of sends that failed longer ago, and that nobody sent again. */
    synchronized void forgetFailed(long olderThanNanos) {
        long now = System.nanoTime();
        Iterator<Failed> each = failed.values().iterator();
        while (each.hasNext() && now - each.next().sinceNanos > olderThanNanos) {
            each.remove();
        }
    }

    /** What the manifest says; null if nothing has changed since the last time. */
    synchronized Manifest.@Nullable Stream changes() {
        if (!changed) {
            return null;
        }
        changed = false;
        return state();
    }

    synchronized ProducerTotals totals() {
        return new ProducerTotals(assigned, acknowledged.count(), unknown.count(), abandoned.count());
    }

    synchronized Manifest.Stream state() {
        return new Manifest.Stream(
                topic,
                partition,
                assigned,
                new NumberSet(acknowledged),
                new NumberSet(unknown),
                new NumberSet(abandoned));
    }
}
