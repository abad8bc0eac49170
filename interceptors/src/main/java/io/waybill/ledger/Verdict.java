package io.waybill.ledger;

/**
 * What the books of a group say of a message (rule W3). Findings are LOST, DUPLICATE, CORRUPTED and MISROUTED; the others are counted.
 * What is suspected, abandoned, unknown or was never told of are sums of the {@link Ledger}: nothing came that could be judged.
 */
public enum Verdict {
    /** It arrived, in its place. */
    DELIVERED,
    /** It arrived a second time, from a second place in the broker: it was stored twice. A redelivery is none. */
    DUPLICATE,
    /** It arrived behind a number that was sent after it. */
    LATE,
    /** The broker had acknowledged it to its producer, and it did not arrive. */
    LOST,
    /** It arrived with other contents than it was sent with. */
    CORRUPTED,
    /** It arrived in a topic or partition that it was not sent to. */
    MISROUTED,
    /** It arrived without a number: something sent it that does not stamp. */
    FOREIGN,
    /** It was sent before the group began to look. */
    JOINED_LATE
}
