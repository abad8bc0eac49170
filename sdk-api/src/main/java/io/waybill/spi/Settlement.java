package io.waybill.spi;

import io.waybill.message.TopicPartition;
import java.util.Arrays;

/** What is done in one partition: all up to a position, and on queues some beyond it. Made by the core; immutable. */
public final class Settlement {
    private static final long[] NONE = {};

    private final TopicPartition partition;
    private final long through;
    private final long next;
    private final long[] beyond;

    /**
     * For the core.
     *
     * @param partition where
     * @param through the position of the last message of the finished prefix; -1 if there is none yet
     * @param next the position at which reading is to go on
     * @param beyond positions of finished messages behind the prefix, rising; not copied
     */
    public Settlement(TopicPartition partition, long through, long next, long[] beyond) {
        this.partition = partition;
        this.through = through;
        this.next = next;
        this.beyond = beyond;
    }

    /**
     * A prefix alone.
     *
     * @param partition where
     * @param through the last finished position
     * @param next where to go on
     * @return the settlement
     */
    public static Settlement prefix(TopicPartition partition, long through, long next) {
        return new Settlement(partition, through, next, NONE);
    }

    /**
     * Where.
     *
     * @return the partition
     */
    public TopicPartition partition() {
        return partition;
    }

    /**
     * The end of the finished prefix: what a queue acknowledges up to.
     *
     * @return the position of its last message; -1 if there is none yet
     */
    public long through() {
        return through;
    }

    /**
     * Where reading is to go on: what a log commits.
     *
     * @return the position of the first unfinished message, or the one behind the last that was delivered
     */
    public long next() {
        return next;
    }

    /**
     * What is finished behind the prefix; always empty on logs. What an earlier settlement told is not repeated.
     *
     * @return positions, rising; not copied
     */
    public long[] beyond() {
        return beyond;
    }

    @Override
    public String toString() {
        return "Settlement[" + partition + " next " + next + (beyond.length == 0 ? "" : ", " + Arrays.toString(beyond))
                + "]";
    }
}
