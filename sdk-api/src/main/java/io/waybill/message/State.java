package io.waybill.message;

/**
 * The life of a producer or consumer. It moves OPENING, OPEN, to and fro between OPEN and RECOVERING, CLOSING, CLOSED;
 * after CLOSING only CLOSED comes, so that a late recovery opens nothing again.
 */
public enum State {
    /** Being opened; nothing is sent or handled yet. */
    OPENING,
    /** Working. */
    OPEN,
    /** The broker is out of reach or fails; it is tried again by itself, without end. */
    RECOVERING,
    /** Being closed: what is under way is brought to its end. */
    CLOSING,
    /** Over. */
    CLOSED
}
