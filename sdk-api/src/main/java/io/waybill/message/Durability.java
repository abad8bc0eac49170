package io.waybill.message;

/**
 * What a broker's settings make true of every message it confirms.
 *
 * @param copies how many brokers hold the message at least when it is confirmed
 * @param flushed whether each of them has written it to its disk, not just to memory
 */
public record Durability(int copies, boolean flushed) {
    /** One copy, in memory: what is true when nothing better is known. */
    public static final Durability ONE_UNFLUSHED = new Durability(1, false);
}
