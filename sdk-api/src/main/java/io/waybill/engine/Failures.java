package io.waybill.engine;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.Adapter;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Wraps what adapters throw, once: what was done, to what, what was wrong, what to do. */
public final class Failures {
    private Failures() {}

    /**
     * A failure of an operation that either happened or not.
     *
     * @param adapter whose failure it is
     * @param action what was tried, as in "Cannot ..."
     * @param cause what was thrown
     * @return the exception for the user
     */
    public static MessagingException of(Adapter adapter, String action, Throwable cause) {
        Throwable real = unwrap(cause);
        if (real instanceof MessagingException known) {
            return known;
        }
        if (real instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return new MessagingException(
                    ErrorKind.UNAVAILABLE, action + ": the thread was interrupted while it waited.", real);
        }
        return of(adapter.classify(real), action, real);
    }

    /**
     * A failure of a known kind.
     *
     * @param kind the kind
     * @param action what was tried, as in "Cannot ..."
     * @param cause what was thrown
     * @return the exception for the user
     */
    public static MessagingException of(ErrorKind kind, String action, Throwable cause) {
        Throwable real = unwrap(cause);
        return new MessagingException(kind, action + ": " + text(real) + remedy(kind), real);
    }

    /** What a failure says, or the nearest of its causes that says something, or else its type. */
    static String text(Throwable failure) {
        String text = failure.getClass().getSimpleName();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && !message.isBlank()) {
                text = message.strip();
                break;
            }
        }
        return text.endsWith(".") ? text : text + ".";
    }

    /**
     * What really happened.
     *
     * @param failure perhaps the wrapper of a future
     * @return the failure itself
     */
    public static Throwable unwrap(Throwable failure) {
        Throwable real = failure;
        while ((real instanceof CompletionException || real instanceof ExecutionException) && real.getCause() != null) {
            real = real.getCause();
        }
        return real;
    }

    private static String remedy(ErrorKind kind) {
        return switch (kind) {
            case NOT_FOUND -> " Create it first, say with waybill.admin().createTopic(...), or correct the name.";
            case UNAUTHORIZED -> " Check user, password, certificates and the rights of this user.";
            case UNAVAILABLE -> " Check that the broker runs and can be reached, then try again.";
            case OUTCOME_UNKNOWN ->
                " The broker may or may not hold it. Sending the same Message object again keeps its" + " id.";
            case OVERLOADED -> " Send more slowly, or raise maxBlock or maxInFlightBytes.";
            case INTERNAL -> " This is not expected; please report it.";
            default -> "";
        };
    }
}
