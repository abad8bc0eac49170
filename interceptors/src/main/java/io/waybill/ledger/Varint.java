package io.waybill.ledger;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Numbers in as few bytes as they need: seven bits a byte, the lowest first, the top bit says that more follow. */
final class Varint {
    private static final int BITS = 7;
    private static final int MORE = 0x80;

    private Varint() {}

    /** @param number 0 or more */
    static void write(DataOutput out, long number) throws IOException {
        if (number < 0) {
            throw new IllegalArgumentException("Less than nothing: " + number);
        }
        long left = number;
        while (left >= MORE) {
            out.writeByte((int) (left | MORE));
            left >>>= BITS;
        }
        out.writeByte((int) left);
    }

    static long read(DataInput in) throws IOException {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += BITS) {
            byte next = in.readByte();
            number |= (long) (next & ~MORE & 0xff) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new IOException("A number of more than 63 bits");
    }
}
