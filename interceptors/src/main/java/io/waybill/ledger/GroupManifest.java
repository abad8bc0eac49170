package io.waybill.ledger;

import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a group says of a partition, in the control log (rule W6): a later one replaces it, but for streams that it leaves out,
 * which nothing happens to any more. Stands in docs/reference/formats.md.
 *
 * @param group the group
 * @param topic the topic
 * @param partition its partition
 * @param timeMillis when, by the owner's clock, in milliseconds since 1970; for people only
 * @param books what it has seen
 */
record GroupManifest(String group, String topic, int partition, long timeMillis, Books books) {
    private static final int VERSION = 1;
    private static final int KIND = 17;
    private static final int MOST_STREAMS = 1 << 20;

    /** The books of a partition. Used by one thread at a time. */
    static final class Books {
        /** How many came without a number. */
        long foreign;

        /** How many were not what was sent. */
        long corrupted;

        /** How many belonged elsewhere. */
        long misrouted;

        final Map<StreamId, Account> streams = new HashMap<>();

        /** The sums of streams that are left out, since nothing happens to them any more. */
        GroupTotals settled = GroupTotals.NONE;

        void writeTo(DataOutput out) throws IOException {
            Varint.write(out, foreign);
            Varint.write(out, corrupted);
            Varint.write(out, misrouted);
            Varint.write(out, streams.size());
            for (Map.Entry<StreamId, Account> stream : streams.entrySet()) {
                stream.getKey().writeTo(out);
                stream.getValue().writeTo(out);
            }
            settled.writeTo(out);
        }

        static Books readFrom(DataInput in) throws IOException {
            Books books = new Books();
            books.foreign = Varint.read(in);
            books.corrupted = Varint.read(in);
            books.misrouted = Varint.read(in);
            for (long i = count(in); i > 0; i--) {
                books.streams.put(StreamId.readFrom(in), Account.readFrom(in));
            }
            books.settled = GroupTotals.readFrom(in);
            return books;
        }
    }

    /** Reads how many streams follow. */
    static long count(DataInput in) throws IOException {
        long count = Varint.read(in);
        if (count > MOST_STREAMS) {
            throw new IOException("No number of streams: " + count);
        }
        return count;
    }

    byte[] encode() {
        return Records.bytes(out -> {
            out.writeByte(VERSION);
            out.writeByte(KIND);
            out.writeUTF(group);
            out.writeUTF(topic);
            Varint.write(out, partition);
            Varint.write(out, timeMillis);
            books.writeTo(out);
        });
    }

    /** Empty if it is none, or of a version that this one does not know. What follows its last field is ignored. */
    static Optional<GroupManifest> decode(byte[] record) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(record))) {
            if (in.readByte() != VERSION || in.readByte() != KIND) {
                return Optional.empty();
            }
            return Optional.of(new GroupManifest(
                    in.readUTF(), in.readUTF(), Math.toIntExact(Varint.read(in)), Varint.read(in), Books.readFrom(in)));
        } catch (IOException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
