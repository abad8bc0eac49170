package io.waybill.ledger;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What a consumer's books say of the partitions that it owns, over all their streams (rule W6). A partition's books go with it to its
 * next owner: summed over a group's consumers, each message is counted once. Immutable.
 *
 * @param handled how many a handler handled
 * @param deadLettered how many went to the dead letters
 * @param filtered how many an interceptor did not let through to a handler
 * @param inFlight how many arrived and are not finished, or not settled yet
 * @param lost how many are lost
 * @param suspected how many are missing, and it is too early to say more
 * @param duplicates how many came again that were stored twice
 * @param late how many came behind one that was sent later
 * @param corrupted how many were not what was sent
 * @param misrouted how many belonged elsewhere
 * @param foreign how many had no number
 */
public record GroupTotals(
        long handled,
        long deadLettered,
        long filtered,
        long inFlight,
        long lost,
        long suspected,
        long duplicates,
        long late,
        long corrupted,
        long misrouted,
        long foreign) {
    static final GroupTotals NONE = new GroupTotals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    static final GroupTotals ONE_DUPLICATE = new GroupTotals(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);

    /** Of one partition. */
    static GroupTotals of(GroupManifest.Books books, long suspected) {
        GroupTotals beside =
                new GroupTotals(0, 0, 0, 0, 0, suspected, 0, 0, books.corrupted, books.misrouted, books.foreign);
        return books.streams.values().stream()
                .map(GroupTotals::of)
                .reduce(beside, GroupTotals::and)
                .and(books.settled);
    }

    /** Of one stream. */
    static GroupTotals of(Account account) {
        return new GroupTotals(
                account.handled(),
                account.dead,
                account.filtered,
                account.unfinished(),
                account.lost.count(),
                0,
                account.duplicates,
                account.late,
                0,
                0,
                0);
    }

    /** What a settled stream leaves behind; the rest is zero. */
    void writeTo(DataOutput out) throws IOException {
        Varint.write(out, handled);
        Varint.write(out, deadLettered);
        Varint.write(out, filtered);
        Varint.write(out, lost);
        Varint.write(out, duplicates);
        Varint.write(out, late);
    }

    static GroupTotals readFrom(DataInput in) throws IOException {
        return new GroupTotals(
                Varint.read(in),
                Varint.read(in),
                Varint.read(in),
                0,
                Varint.read(in),
                0,
                Varint.read(in),
                Varint.read(in),
                0,
                0,
                0);
    }

    GroupTotals and(GroupTotals other) {
        return new GroupTotals(
                handled + other.handled,
                deadLettered + other.deadLettered,
                filtered + other.filtered,
                inFlight + other.inFlight,
                lost + other.lost,
                suspected + other.suspected,
                duplicates + other.duplicates,
                late + other.late,
                corrupted + other.corrupted,
                misrouted + other.misrouted,
                foreign + other.foreign);
    }
}
