package io.waybill.spi;

import io.waybill.message.Durability;
import io.waybill.message.Message;

/**
 * One message on its way to the broker. Made by the core; the adapter reads it and completes it once. Completing is
 * thread-safe, must not block the caller for long and never throws; a second completion is ignored.
 */
public interface Outgoing {
    /**
     * What to store.
     *
     * @return the message
     */
    Message message();

    /**
     * Where to store it.
     *
     * @return the partition's number
     */
    int partition();

    /**
     * The packed header to store beside the application's own, under {@link WaybillHeader#NAME}.
     *
     * @return the bytes, not changed any more
     */
    byte[] waybill();

    /**
     * The same for adapters that write it on at once: without garbage, where that can be.
     *
     * @param reuse {@link WaybillHeader#LENGTH} bytes, which the adapter uses again for the next message
     * @return these bytes, with the header in them, or others, not changed any more
     */
    default byte[] waybill(byte[] reuse) {
        return waybill();
    }

    /**
     * The broker holds it.
     *
     * @param position its number in the partition, or -1
     * @param durability what that means for this topic
     */
    void stored(long position, Durability durability);

    /**
     * It is surely not stored: it was never handed over, or the broker looked at it and said no.
     *
     * @param failure why
     */
    void refused(Throwable failure);

    /**
     * It may or may not be stored.
     *
     * @param failure what happened
     */
    void unknown(Throwable failure);
}
