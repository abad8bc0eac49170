package io.waybill.ledger;

/** What the books of a group say of a number (rule W3). */
public enum Verdict {
    /** It arrived, in its place. */
    DELIVERED,
    /** It arrived a second time, from a second place in the broker: it was stored twice. A redelivery is none. */
    DUPLICATE,
    /** It arrived behind a number that was sent after it. */
    LATE,
    /** It is missing, and it is too early to say more, or nobody has said what became of it. */
    SUSPECTED,
    /** The broker had acknowledged it to its producer, and it did not arrive. */
    LOST,
    /** Its producer knows that it was never stored. */
    ABANDONED,
    /** Its producer does not know whether it was stored. */
    UNKNOWN,
    /** Its producer died before it could say what became of it. */
    UNSEALED,
    /** It arrived with other contents than it was sent with. */
    CORRUPTED,
    /** It arrived in a topic or partition that it was not sent to. */
    MISROUTED,
    /** It arrived without a number: something sent it that does not stamp. */
    FOREIGN,
    /** It was sent before the group began to look. */
    JOINED_LATE
}
