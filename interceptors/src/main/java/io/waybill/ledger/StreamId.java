package io.waybill.ledger;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * One life of a producer, as stamps name it.
 *
 * @param producer the hash of the producer's name
 * @param epoch its epoch
 */
record StreamId(long producer, long epoch) {
    void writeTo(DataOutput out) throws IOException {
        out.writeLong(producer);
        Varint.write(out, epoch);
    }

    static StreamId readFrom(DataInput in) throws IOException {
        return new StreamId(in.readLong(), Varint.read(in));
    }
}
