package io.waybill.message;

/**
 * The closed list of reasons why an operation failed, the same on every broker. Programs act on the kind, people read
 * the text of the {@link MessagingException}.
 *
 * <p>For a send every kind but {@link #OUTCOME_UNKNOWN} is definite: the broker surely does not hold the message.
 */
public enum ErrorKind {
    /** The input breaks a rule: an illegal name, a body over the limit, a malformed URI, a payload of another type. */
    INVALID,
    /** The topic, partition or group does not exist. */
    NOT_FOUND,
    /** What was to be created exists already, with other properties. */
    ALREADY_EXISTS,
    /** The broker does not know the credentials, or they lack a right. */
    UNAUTHORIZED,
    /** The broker cannot be reached, or cannot serve this now. Nothing was stored; trying again may help. */
    UNAVAILABLE,
    /** The broker looked at it and said no. Trying the same again will not help. */
    REFUSED,
    /**
     * Too much is in flight already, and no place became free within {@code maxBlock}; or a guard lets no more through
     * now. Nothing was handed over.
     */
    OVERLOADED,
    /** The broker may or may not hold the message. Whoever sends it again keeps its id, and consumers may see it twice. */
    OUTCOME_UNKNOWN,
    /** This broker or adapter cannot do that at all. */
    UNSUPPORTED,
    /** The object was closed before. */
    CLOSED,
    /** A defect in Waybill, an adapter or a broker client; please report it. */
    INTERNAL
}
