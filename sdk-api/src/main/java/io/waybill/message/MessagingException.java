package io.waybill.message;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one exception that Waybill throws and completes futures with.
 *
 * <p>The {@link #kind()} says what programs need to know. The text says what was done, to what, what was wrong and what
 * to do about it; it never holds a secret. The cause, where there is one, is the broker client's own exception.
 */
public final class MessagingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;

    /**
     * A failure that no other exception caused.
     *
     * @param kind what programs act on
     * @param text what was done, to what, what was wrong, what to do
     */
    public MessagingException(ErrorKind kind, String text) {
        this(kind, text, null);
    }

    /**
     * A failure that the broker's client met.
     *
     * @param kind what programs act on
     * @param text what was done, to what, what was wrong, what to do
     * @param cause the broker client's exception, or null
     */
    public MessagingException(ErrorKind kind, String text, @Nullable Throwable cause) {
        super(text, cause);
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    /**
     * What went wrong, for programs.
     *
     * @return the kind
     */
    public ErrorKind kind() {
        return kind;
    }
}
