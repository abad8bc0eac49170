package io.waybill.spi;

import io.waybill.message.Delivery;
import io.waybill.message.Headers;
import io.waybill.message.Message;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The packed header that the core writes on every message, and its reading: a byte of version (1), a byte of flags (0;
 * receivers ignore unknown ones), then the 16 bytes of the id, big-endian. Longer headers are from newer versions, which
 * append; what is appended is ignored here.
 */
public final class WaybillHeader {
    /** The native header's name. */
    public static final String NAME = "waybill";

    /** The bytes of the header that {@link #encode} packs. */
    public static final int LENGTH = 18;

    private static final byte VERSION = 1;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private WaybillHeader() {}

    /**
     * Packs the header of a message.
     *
     * @param message the message
     * @return 18 bytes
     */
    public static byte[] encode(Message message) {
        return encode(message, new byte[LENGTH]);
    }

    /**
     * Packs the header of a message into an array.
     *
     * @param message the message
     * @param header 18 bytes, which are overwritten
     * @return the array
     */
    public static byte[] encode(Message message, byte[] header) {
        header[0] = VERSION;
        header[1] = 0;
        LONG.set(header, 2, message.idHigh());
        LONG.set(header, 10, message.idLow());
        return header;
    }

    /**
     * Makes a delivery of what a broker holds. A header that is absent or not of this format makes the message foreign;
     * it is delivered all the same.
     *
     * @param topic where it came from
     * @param partition where it came from
     * @param position the broker's number of it
     * @param timestampMillis when it was sent, or -1
     * @param attempt 1 for the first delivery
     * @param key its key, or null
     * @param headers its headers without this one
     * @param body its body
     * @param waybill this header, or null
     * @return the delivery
     */
    public static Delivery delivery(
            String topic,
            int partition,
            long position,
            long timestampMillis,
            int attempt,
            byte @Nullable [] key,
            Headers headers,
            byte[] body,
            byte @Nullable [] waybill) {
        if (waybill == null || waybill.length < LENGTH || waybill[0] != VERSION) {
            UUID derived = UUID.nameUUIDFromBytes(
                    (topic + '\n' + partition + '\n' + position).getBytes(StandardCharsets.UTF_8));
            Message foreign = Message.restored(
                    topic, key, headers, body, derived.getMostSignificantBits(), derived.getLeastSignificantBits());
            return new Delivery(foreign, partition, position, timestampMillis, attempt, null);
        }
        Message message =
                Message.restored(topic, key, headers, body, (long) LONG.get(waybill, 2), (long) LONG.get(waybill, 10));
        return new Delivery(message, partition, position, timestampMillis, attempt, waybill);
    }
}
