package io.waybill.ledger;

import io.waybill.spi.WaybillHeader;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What the stamper appends to the packed header, in place: who sent a message, and as which number of a stream. Stands in
 * docs/reference/formats.md; numbers are big-endian.
 *
 * <pre>
 *   18  8  the producer: the first 8 bytes of the SHA-256 of its name
 *   26  6  its epoch
 *   32  6  the number in the stream, from 1
 *   38  2  how far back the confirmed run ends: 0 says that nothing is said
 *   40  2  how long the confirmed run is
 *   42  2  the lower half of the CRC-32C of topic and partition
 *   44  4  CRC-32C of topic, partition, key and body
 *   48 16  the first 16 bytes of an HMAC-SHA-256 over all before it and what the CRC covers, if a flag says so
 * </pre>
 *
 * The confirmed run are numbers of the same stream that the broker had acknowledged when this one was handed over.
 */
final class Stamp {
    /** The bytes of a header with a stamp and no seal. */
    static final int LENGTH = WaybillHeader.LENGTH + 30;

    /** The bytes of a seal. */
    static final int SEAL = 16;

    /** The greatest number, and the greatest epoch. */
    static final long MOST = (1L << 48) - 1;

    /** The farthest that a confirmed run may be behind, and the longest that it may be. */
    static final int FAR = 0xffff;

    private static final int FLAGS = 1;
    private static final int STAMPED = 1;
    private static final int SEALED = 2;
    private static final int PRODUCER = WaybillHeader.LENGTH;
    private static final int EPOCH = PRODUCER + 8;
    private static final int NUMBER = EPOCH + 6;
    private static final int BEHIND = NUMBER + 6;
    private static final int RUN = BEHIND + 2;
    private static final int ROUTE = RUN + 2;
    private static final int CHECKSUM = ROUTE + 2;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private Stamp() {}

    /**
     * A header with a stamp; what it vouches for is still to be put in, see {@link Contents#vouch}.
     *
     * @param header the core's
     * @param confirmed the last number of the confirmed run, or 0
     * @param run how long that is
     */
    static byte[] on(byte[] header, long producer, long epoch, long number, long confirmed, long run, boolean sealed) {
        byte[] stamped = new byte[sealed ? LENGTH + SEAL : LENGTH];
        System.arraycopy(header, 0, stamped, 0, WaybillHeader.LENGTH);
        stamped[FLAGS] |= (byte) (sealed ? STAMPED | SEALED : STAMPED);
        LONG.set(stamped, PRODUCER, producer);
        LONG.set(stamped, EPOCH, epoch << 16 | number >>> 32);
        INT.set(stamped, NUMBER + 2, (int) number);
        if (confirmed > 0 && number - confirmed <= FAR) {
            SHORT.set(stamped, BEHIND, (short) (number - confirmed));
            SHORT.set(stamped, RUN, (short) Math.min(run, FAR));
        }
        return stamped;
    }

    static boolean isOn(byte @Nullable [] header) {
        return header != null && header.length >= LENGTH && (header[FLAGS] & STAMPED) != 0;
    }

    static boolean isSealed(byte[] header) {
        return header.length >= LENGTH + SEAL && (header[FLAGS] & SEALED) != 0;
    }

    static long producer(byte[] header) {
        return (long) LONG.get(header, PRODUCER);
    }

    static long epoch(byte[] header) {
        return (long) LONG.get(header, EPOCH) >>> 16;
    }

    static long number(byte[] header) {
        return (long) LONG.get(header, NUMBER - 2) & MOST;
    }

    /** The last number of the confirmed run; 0 if the stamp says nothing of any. */
    static long confirmedTo(byte[] header) {
        int behind = (short) SHORT.get(header, BEHIND) & FAR;
        return behind == 0 ? 0 : Math.max(0, number(header) - behind);
    }

    /** The first number of the confirmed run, where there is one. */
    static long confirmedFrom(byte[] header) {
        return Math.max(1, confirmedTo(header) - ((short) SHORT.get(header, RUN) & FAR) + 1);
    }

    static short route(byte[] header) {
        return (short) SHORT.get(header, ROUTE);
    }

    static int checksum(byte[] header) {
        return (int) INT.get(header, CHECKSUM);
    }

    static void vouch(byte[] header, short route, int checksum) {
        SHORT.set(header, ROUTE, route);
        INT.set(header, CHECKSUM, checksum);
    }
}
