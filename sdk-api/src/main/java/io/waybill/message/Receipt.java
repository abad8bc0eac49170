package io.waybill.message;

import java.util.UUID;

/**
 * The broker's statement that it holds a message.
 *
 * <p>Created by the core when the broker has confirmed; immutable.
 */
public final class Receipt {
    private final Message message;
    private final int partition;
    private final long position;
    private final Durability durability;

    /**
     * For the core.
     *
     * @param message what is held
     * @param partition where
     * @param position the broker's number of it, or -1 if it tells none
     * @param durability what the confirm means
     */
    public Receipt(Message message, int partition, long position, Durability durability) {
        this.message = message;
        this.partition = partition;
        this.position = position;
        this.durability = durability;
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
     * Where it is held.
     *
     * @return the topic's name
     */
    public String topic() {
        return message.topic();
    }

    /**
     * Where it is held.
     *
     * @return the partition's number, from 0
     */
    public int partition() {
        return partition;
    }

    /**
     * The broker's number of it in its partition.
     *
     * @return an offset, or -1 if this broker tells none (RabbitMQ)
     */
    public long position() {
        return position;
    }

    /**
     * How many brokers hold it at least, as the broker's settings make sure.
     *
     * @return 1 or more
     */
    public int copies() {
        return durability.copies();
    }

    /**
     * Whether those copies are on disk already, as the broker's settings make sure.
     *
     * @return false if a loss of power on all of them at once may lose the message
     */
    public boolean flushed() {
        return durability.flushed();
    }

    @Override
    public String toString() {
        return "Receipt[" + id() + " in " + topic() + "-" + partition + "@" + position + ", copies >= " + copies()
                + (flushed() ? ", flushed]" : ", not flushed]");
    }
}
