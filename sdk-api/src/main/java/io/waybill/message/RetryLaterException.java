package io.waybill.message;

import java.time.Duration;

/**
 * Thrown by a handler to say: not now, try again after a while (rule C8). It counts as an attempt. Under
 * {@link Ordering#KEY} and {@link Ordering#PARTITION} what comes behind waits too.
 */
public final class RetryLaterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Duration after;

    /**
     * Puts a delivery off.
     *
     * @param after how long to wait; not negative
     */
    public RetryLaterException(Duration after) {
        super("try again after " + after);
        if (after.isNegative()) {
            throw new MessagingException(ErrorKind.INVALID, "A retry was asked for after " + after + "; use 0 or more");
        }
        this.after = after;
    }

    /**
     * How long to wait.
     *
     * @return the wait
     */
    public Duration after() {
        return after;
    }
}
