package io.waybill.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** What exceptions and reply codes of the client mean. */
final class RabbitMqErrors {
    private RabbitMqErrors() {}

    static ErrorKind classify(Throwable failure) {
        boolean passing = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            ErrorKind kind = definite(cause);
            if (kind != null) {
                return kind;
            }
            passing |= cause instanceof IOException
                    || cause instanceof TimeoutException
                    || cause instanceof InterruptedException
                    || cause instanceof ShutdownSignalException;
        }
        return passing ? ErrorKind.UNAVAILABLE : ErrorKind.INTERNAL;
    }

    private static @Nullable ErrorKind definite(Throwable failure) {
        if (failure instanceof MessagingException ours) {
            return ours.kind();
        }
        if (failure instanceof RabbitMqException ours) {
            return ours.kind();
        }
        if (failure instanceof AuthenticationFailureException) {
            return ErrorKind.UNAUTHORIZED; // its cousin, "possible", is a connection that broke meanwhile
        }
        if (failure instanceof SSLHandshakeException) {
            boolean broke = failure.getCause() instanceof EOFException || failure.getCause() instanceof SocketException;
            return broke ? ErrorKind.UNAVAILABLE : ErrorKind.UNAUTHORIZED;
        }
        if (failure instanceof SSLException) {
            return ErrorKind.UNAVAILABLE;
        }
        return switch (replyCode(failure)) {
            case AMQP.ACCESS_REFUSED -> ErrorKind.UNAUTHORIZED;
            case AMQP.NOT_ALLOWED -> // a virtual host that is not there, or not for this user
                replyText(failure).contains("not found") ? ErrorKind.NOT_FOUND : ErrorKind.UNAUTHORIZED;
            case AMQP.NOT_FOUND -> ErrorKind.NOT_FOUND;
            case AMQP.PRECONDITION_FAILED, AMQP.RESOURCE_LOCKED -> ErrorKind.REFUSED;
            case AMQP.CONTENT_TOO_LARGE -> ErrorKind.INVALID;
            case AMQP.NOT_IMPLEMENTED -> ErrorKind.UNSUPPORTED;
            default -> null;
        };
    }

    /** The same exception, or one around it that says what the broker said, where the client's says nothing. */
    static IOException explained(IOException failure) {
        String text = replyText(failure);
        return failure.getMessage() != null || text.isEmpty() ? failure : new IOException(text, failure);
    }

    /** What the broker closed a channel or connection with; 0 if it did not. */
    static int replyCode(@Nullable Throwable failure) {
        Method reason = reason(failure);
        return reason instanceof AMQP.Channel.Close channel
                ? channel.getReplyCode()
                : reason instanceof AMQP.Connection.Close connection ? connection.getReplyCode() : 0;
    }

    /** What the broker said when it closed a channel or connection; empty if it did not. */
    static String replyText(@Nullable Throwable failure) {
        Method reason = reason(failure);
        return reason instanceof AMQP.Channel.Close channel
                ? channel.getReplyText()
                : reason instanceof AMQP.Connection.Close connection ? connection.getReplyText() : "";
    }

    private static @Nullable Method reason(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ShutdownSignalException signal && signal.getReason() != null) {
                return signal.getReason();
            }
        }
        return null;
    }
}
