package io.waybill.memory;

import io.waybill.message.ErrorKind;

/** What this broker says no with. */
final class MemoryException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;

    MemoryException(ErrorKind kind, String text) {
        super(text);
        this.kind = kind;
    }

    ErrorKind kind() {
        return kind;
    }
}
