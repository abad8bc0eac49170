package io.waybill.ledger;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Optional;

/**
 * What a group writes into the control log when it begins with a partition: a producer that opened behind it has sent nothing
 * before. The order of the log says so, no clock does.
 *
 * @param group the group
 * @param topic the topic
 * @param partition the partition
 * @param name a random number
 */
record Mark(String group, String topic, int partition, long name) {
    private static final int VERSION = 1;
    private static final int KIND = 16;

    byte[] encode() {
        return Records.bytes(out -> {
            out.writeByte(VERSION);
            out.writeByte(KIND);
            out.writeUTF(group);
            out.writeUTF(topic);
            Varint.write(out, partition);
            out.writeLong(name);
        });
    }

    /** Empty if it is none, or of a version that this one does not know. */
    static Optional<Mark> decode(byte[] record) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(record))) {
            if (in.readByte() != VERSION || in.readByte() != KIND) {
                return Optional.empty();
            }
            return Optional.of(new Mark(in.readUTF(), in.readUTF(), Math.toIntExact(Varint.read(in)), in.readLong()));
        } catch (IOException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
