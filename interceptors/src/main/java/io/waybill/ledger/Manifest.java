package io.waybill.ledger;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a producer says of its streams, in a control log (rule W4). Each stream's part stands for itself: a later one
 * replaces it. Stands in docs/reference/formats.md.
 *
 * @param producer the producer's name
 * @param epoch its epoch
 * @param kind at which moment it was written
 * @param timeMillis when, by the producer's clock, in milliseconds since 1970; for people only
 * @param streams those that changed since the manifest before
 */
record Manifest(String producer, long epoch, Kind kind, long timeMillis, List<Stream> streams) {
    private static final int VERSION = 1;
    private static final int MOST_STREAMS = 1 << 20;
    private static final int MOST_PARTITIONS = 1 << 20;

    /** At which moment a manifest was written. */
    enum Kind {
        /** Before the epoch's first number. */
        OPENED(0),
        /** While it goes on. */
        PERIODIC(1),
        /** Behind its last number: nothing comes any more. */
        CLOSED(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        private static Optional<Kind> of(int code) {
            return java.util.stream.Stream.of(values())
                    .filter(kind -> kind.code == code)
                    .findFirst();
        }
    }

    /**
     * The numbers of a stream.
     *
     * @param topic the topic
     * @param partition its partition
     * @param assigned the last number that was handed over
     * @param acknowledged what the broker holds
     * @param unknown what it may hold
     * @param abandoned what it surely does not hold
     */
    record Stream(
            String topic,
            int partition,
            long assigned,
            NumberSet acknowledged,
            NumberSet unknown,
            NumberSet abandoned) {}

    Manifest {
        streams = List.copyOf(streams);
    }

    /** The same in records of some bytes at most, as far as a stream alone is not longer. */
    List<byte[]> encode(int mostBytes) {
        List<byte[]> records = new ArrayList<>();
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        int count = 0;
        for (Stream stream : streams) {
            byte[] bytes = encode(stream);
            if (count > 0 && part.size() + bytes.length > mostBytes) {
                // Only the last part may say that nothing comes any more.
                records.add(record(kind == Kind.CLOSED ? Kind.PERIODIC : kind, count, part));
                part.reset();
                count = 0;
            }
            part.writeBytes(bytes);
            count++;
        }
        records.add(record(kind, count, part));
        return records;
    }

    private byte[] record(Kind as, int count, ByteArrayOutputStream part) {
        return Records.bytes(out -> {
            out.writeByte(VERSION);
            out.writeByte(as.code);
            out.writeUTF(producer);
            Varint.write(out, epoch);
            Varint.write(out, Math.max(0, timeMillis));
            Varint.write(out, count);
            part.writeTo(out);
        });
    }

    private static byte[] encode(Stream stream) {
        return Records.bytes(out -> {
            out.writeUTF(stream.topic());
            Varint.write(out, stream.partition());
            Varint.write(out, stream.assigned());
            stream.acknowledged().writeTo(out);
            stream.unknown().writeTo(out);
            stream.abandoned().writeTo(out);
        });
    }

    private static int partition(DataInput in) throws IOException {
        long partition = Varint.read(in);
        if (partition > MOST_PARTITIONS) {
            throw new IOException("No number of a partition: " + partition);
        }
        return (int) partition;
    }

    /** Empty if it is none, or of a version that this one does not know. What follows its last field is ignored. */
    static Optional<Manifest> decode(byte[] record) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(record))) {
            int version = in.readByte();
            Optional<Kind> kind = Kind.of(in.readByte());
            if (version != VERSION || kind.isEmpty()) {
                return Optional.empty();
            }
            String producer = in.readUTF();
            long epoch = Varint.read(in);
            long time = Varint.read(in);
            long count = Varint.read(in);
            if (count > MOST_STREAMS) {
                return Optional.empty();
            }
            List<Stream> streams = new ArrayList<>();
            for (long i = 0; i < count; i++) {
                streams.add(new Stream(
                        in.readUTF(),
                        partition(in),
                        Varint.read(in),
                        NumberSet.readFrom(in),
                        NumberSet.readFrom(in),
                        NumberSet.readFrom(in)));
            }
            return Optional.of(new Manifest(producer, epoch, kind.get(), time, streams));
        } catch (IOException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
