package io.waybill.ledger;

import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of one stream at its producer: what was handed over, and how each ended (rules W1, W2, W6). Stamps are
 * made by one thread at a time, in the partition's lane; outcomes come from any. Neither takes a lock, unless sends fail.
 */
final class StreamBook {
    private static final int MOST_FAILED = 1 << 16;

    /** While so many are not acknowledged, what stamps say of the others may be some numbers old. */
    private static final int MANY_OPEN = 64;

    private static final int LOOK_EVERY = 16;
    private static final VarHandle ASSIGNED;

    static {
        try {
            ASSIGNED = MethodHandles.lookup().findVarHandle(StreamBook.class, "assigned", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long producer;
    private final long epoch;
    private final String topic;
    private final int partition;
    private final boolean sealed;

    // the lane's alone
    private final Contents contents;
    private long confirmedFrom;
    private long confirmedTo;

    /** Written by the lane. */
    @SuppressWarnings("UnusedVariable") // by its handle
    private volatile long assigned;

    private final Acknowledged acknowledged = new Acknowledged();

    // guarded by this
    private final NumberSet unknown = new NumberSet();
    private final NumberSet abandoned = new NumberSet();
    /** Stamps of sends that failed: who sends such a message again sends it with the stamp that it had (rule S5). */
    private final Map<UUID, Failed> failed = new LinkedHashMap<>();

    /** Whether there is one; written under the lock. */
    private volatile boolean anyFailed;

    private Manifest.@Nullable Stream told;

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
        if (anyFailed) {
            byte[] before = takeBack(message);
            if (before != null) {
                return before;
            }
        }
        long number = nextNumber();
        if (number - confirmedTo <= MANY_OPEN || number % LOOK_EVERY == 0) {
            Acknowledged.Run run = acknowledged.last();
            confirmedFrom = run.from();
            confirmedTo = run.to();
        }
        byte[] stamped =
                Stamp.on(header, producer, epoch, number, confirmedTo, confirmedTo - confirmedFrom + 1, sealed);
        contents.vouch(stamped, message);
        return stamped;
    }

    private long nextNumber() {
        long last = (long) ASSIGNED.get(this);
        if (last == Stamp.MOST) {
            throw new IllegalStateException("Stream " + topic + "-" + partition + " has no number left");
        }
        ASSIGNED.setRelease(this, last + 1);
        return last + 1;
    }

    private synchronized byte @Nullable [] takeBack(Message message) {
        Failed before = failed.remove(message.id());
        if (before == null) {
            return null;
        }
        long number = Stamp.number(before.stamp);
        boolean unused = unknown.remove(number);
        unused = abandoned.remove(number);
        anyFailed = !failed.isEmpty();
        return before.stamp;
    }

    /** How a send of this stream ended. */
    void ended(byte[] stamp, Message message, @Nullable MessagingException failure) {
        if (failure == null) {
            acknowledged.add(Stamp.number(stamp));
        } else {
            failed(stamp, message, failure);
        }
    }

    private synchronized void failed(byte[] stamp, Message message, MessagingException failure) {
        boolean unused = (failure.kind() == ErrorKind.OUTCOME_UNKNOWN ? unknown : abandoned).add(Stamp.number(stamp));
        failed.put(message.id(), new Failed(stamp));
        if (failed.size() > MOST_FAILED) {
            Iterator<UUID> oldest = failed.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        anyFailed = true;
    }

    /** Forgets the stamps of sends that failed longer ago, and that nobody sent again. */
    synchronized void forgetFailed(long olderThanNanos) {
        long now = System.nanoTime();
        Iterator<Failed> each = failed.values().iterator();
        while (each.hasNext() && now - each.next().sinceNanos > olderThanNanos) {
            each.remove();
        }
        anyFailed = !failed.isEmpty();
    }

    /** What the manifest says; null if nothing has changed since the last time. */
    synchronized Manifest.@Nullable Stream changes() {
        Manifest.Stream now = state();
        if (now.equals(told)) {
            return null;
        }
        told = now;
        return now;
    }

    ProducerTotals totals() {
        return ProducerTotals.of(state());
    }

    synchronized Manifest.Stream state() {
        NumberSet sent = acknowledged.now(); // before what was assigned, which is never less
        return new Manifest.Stream(topic, partition, assigned, sent, new NumberSet(unknown), new NumberSet(abandoned));
    }
}
