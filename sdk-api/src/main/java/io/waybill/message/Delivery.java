package io.waybill.message;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One arrival of a message at a handler. It carries no way to acknowledge: the handler's return does that.
 *
 * <p>Created by adapters; immutable and safe to share between threads.
 */
public final class Delivery {
    private final Message message;
    private final int partition;
    private final long position;
    private final long timestampMillis;
    private final int attempt;
    private final byte @Nullable [] waybill;

    /**
     * For adapters and tests.
     *
     * @param message what arrived
     * @param partition where from
     * @param position the broker's number in the partition: a log's offset, or a queue's delivery tag; rising
     * @param timestampMillis when the broker or its producer says it was sent, in milliseconds since 1970, or -1
     * @param attempt 1 for the first delivery that the broker knows of, 2 for the second ...
     * @param waybill the header that Waybill put on it, or null if something else sent it
     */
    public Delivery(
            Message message,
            int partition,
            long position,
            long timestampMillis,
            int attempt,
            byte @Nullable [] waybill) {
        this.message = message;
        this.partition = partition;
        this.position = position;
        this.timestampMillis = timestampMillis;
        this.attempt = attempt;
        this.waybill = waybill;
    }

    /**
     * What arrived.
     *
     * @return the message
     */
    public Message message() {
        return message;
    }

    /**
     * The topic it came from.
     *
     * @return the topic's name
     */
    public String topic() {
        return message.topic();
    }

    /**
     * The partition it came from.
     *
     * @return the number, from 0
     */
    public int partition() {
        return partition;
    }

    /**
     * The broker's number of it in its partition: an offset on logs, a delivery tag on queues (which is valid for this
     * arrival only).
     *
     * @return the position
     */
    public long position() {
        return position;
    }

    /**
     * When it was sent, by the clock of the broker or producer.
     *
     * @return the time; 1970 if the broker does not say
     */
    public Instant timestamp() {
        return Instant.ofEpochMilli(Math.max(0, timestampMillis));
    }

    /**
     * The time as a number, without garbage.
     *
     * @return milliseconds since 1970, or -1 if the broker does not say
     */
    public long timestampMillis() {
        return timestampMillis;
    }

    /**
     * Which attempt this is, counting those of this process and those that the broker counts.
     *
     * @return 1 for the first
     */
    public int attempt() {
        return attempt;
    }

    /**
     * The message's id.
     *
     * @return the id
     */
    public UUID id() {
        return message.id();
    }

    /**
     * Whether something other than Waybill sent it.
     *
     * @return true if it has no waybill
     */
    public boolean foreign() {
        return waybill == null;
    }

    /**
     * The packed header that Waybill put on it, for those who verify it.
     *
     * @return the bytes, not copied, or null if it is foreign
     */
    public byte @Nullable [] waybill() {
        return waybill;
    }

    /**
     * The message's body as a payload.
     *
     * @param codec how to read it
     * @param <T> the payload's type
     * @return the payload
     * @throws MessagingException INVALID if the codec refuses the bytes
     */
    public <T> T payload(Codec<T> codec) {
        return message.payload(codec);
    }

    /**
     * The same arrival, tried once more.
     *
     * @return a copy with the next attempt number
     */
    public Delivery nextAttempt() {
        return new Delivery(message, partition, position, timestampMillis, attempt + 1, waybill);
    }

    @Override
    public String toString() {
        return "Delivery[" + topic() + "-" + partition + "@" + position + ", attempt " + attempt + ", " + message + "]";
    }
}
