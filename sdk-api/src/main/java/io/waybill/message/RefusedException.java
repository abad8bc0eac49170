package io.waybill.message;

import org.jspecify.annotations.Nullable;

/** Thrown by a handler to say: never try this again, put it to the dead letters now (rule C8). */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Refuses a delivery.
     *
     * @param reason why; goes into the dead letter
     */
    public RefusedException(String reason) {
        this(reason, null);
    }

    /**
     * Refuses a delivery because of a failure.
     *
     * @param reason why; goes into the dead letter
     * @param cause what happened, or null
     */
    public RefusedException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
    }
}
