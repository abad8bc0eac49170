package io.waybill.message;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a receive interceptor or a handler to say: nothing can be handled now, this delivery or another (rule I8).
 *
 * <p>The consumer starts no handler for a while; those that run go on, partitions are kept. The delivery keeps its place
 * and its attempt number: it did not fail, and is never dead-lettered for it. Then it is tried again, and whoever threw
 * this may throw it again. The pause ends early when an attempt that ran meanwhile ends, since that may have made room.
 * While nothing can be handled for longer, nothing more is fetched. {@code Consumer.pause()} is another matter: neither
 * ends the other.
 *
 * <p>It has no stack trace, so that it is cheap.
 */
public final class PauseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Duration atMost;

    /**
     * Pauses the consumer.
     *
     * @param reason what cannot be had now, for people
     * @param atMost how long until the next look, as a rule milliseconds; not negative
     */
    public PauseException(String reason, Duration atMost) {
        this(reason, atMost, null);
    }

    /**
     * Pauses the consumer because of a failure.
     *
     * @param reason what cannot be had now, for people
     * @param atMost how long until the next look, as a rule milliseconds; not negative
     * @param cause what happened, or null
     */
    public PauseException(String reason, Duration atMost, @Nullable Throwable cause) {
        super(reason, cause, true, false);
        if (atMost.isNegative()) {
            throw new MessagingException(ErrorKind.INVALID, "A pause of " + atMost + " was asked for; use 0 or more");
        }
        this.atMost = atMost;
    }

    /**
     * How long to wait before the next look.
     *
     * @return the wait
     */
    public Duration atMost() {
        return atMost;
    }
}
