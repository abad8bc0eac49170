package io.waybill.rabbitmq;

import io.waybill.message.ErrorKind;
import java.io.IOException;

/** What this adapter itself has to say, where the client throws nothing. */
final class RabbitMqException extends IOException {
    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;

    RabbitMqException(ErrorKind kind, String text) {
        super(text);
        this.kind = kind;
    }

    RabbitMqException(ErrorKind kind, String text, Throwable cause) {
        super(text, cause);
        this.kind = kind;
    }

    ErrorKind kind() {
        return kind;
    }
}
