package io.waybill.ledger;

import io.waybill.spi.ReceiveLaneInterceptor.Ending;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A group's books of one stream: which numbers came, and what became of them (rule W6). They grow with interruptions, not with
 * numbers. Stands in docs/reference/formats.md.
 *
 * <p>Used by one thread at a time.
 */
final class Account {
    /** Numbers up to this one were sent before the group began to look, as far as is known; they are not missed. */
    long before;

    /** Those that came. */
    final NumberSet seen;

    /** Of those that came: finished, so that the broker was told, or is about to be. */
    final NumberSet finished;

    /** How many of those that are finished the broker holds as dead letters. */
    long dead;

    /** How many of those that are finished no handler saw. */
    long filtered;

    /** Those that were told to be lost, and did not come after all. */
    final NumberSet lost;

    /** How often a number came again that was stored twice. */
    long duplicates;

    /** How many came behind one that was sent later. */
    long late;

    /** Whether nobody looks: what comes next is where looking begins anew. */
    boolean away;

    Account(long before) {
        this(before, new NumberSet(), new NumberSet(), new NumberSet());
    }

    private Account(long before, NumberSet seen, NumberSet finished, NumberSet lost) {
        this.before = before;
        this.seen = seen;
        this.finished = finished;
        this.lost = lost;
    }

    /** The last number that came, or that is not missed. */
    long last() {
        return Math.max(before, seen.last());
    }

    /**
     * One that came is finished, and no handler handled it; returns whether that is new. What was finished before keeps how it was
     * finished first.
     */
    boolean end(long number, Ending ending) {
        boolean first = finished.add(number);
        if (first && ending == Ending.DEAD_LETTERED) {
            dead++;
        } else if (first) {
            filtered++;
        }
        return first;
    }

    /** How many a handler handled. */
    long handled() {
        return finished.count() - dead - filtered;
    }

    /** How many came and are not finished. */
    long unfinished() {
        return seen.count() - finished.count();
    }

    /** Takes over what another owner of the partition has seen meanwhile. */
    void merge(Account other) {
        before = Math.min(before, other.before);
        seen.addAll(other.seen);
        finished.addAll(other.finished);
        dead = Math.max(dead, other.dead);
        filtered = Math.max(filtered, other.filtered);
        lost.addAll(other.lost);
        lost.removeAll(seen);
        duplicates = Math.max(duplicates, other.duplicates);
        late = Math.max(late, other.late);
        away |= other.away;
    }

    void writeTo(DataOutput out) throws IOException {
        Varint.write(out, before);
        seen.writeTo(out);
        finished.writeTo(out);
        lost.writeTo(out);
        Varint.write(out, dead);
        Varint.write(out, filtered);
        Varint.write(out, duplicates);
        Varint.write(out, late);
        out.writeBoolean(away);
    }

    static Account readFrom(DataInput in) throws IOException {
        Account account =
                new Account(Varint.read(in), NumberSet.readFrom(in), NumberSet.readFrom(in), NumberSet.readFrom(in));
        account.dead = Varint.read(in);
        account.filtered = Varint.read(in);
        account.duplicates = Varint.read(in);
        account.late = Varint.read(in);
        account.away = in.readBoolean();
        return account;
    }
}
