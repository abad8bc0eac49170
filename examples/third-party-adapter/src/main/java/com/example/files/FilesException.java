package com.example.files;

import io.waybill.message.ErrorKind;
import java.io.IOException;

/** What this adapter says no with; what the file system says goes through as it is. */
final class FilesException extends IOException {
    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;

    FilesException(ErrorKind kind, String text) {
        super(text);
        this.kind = kind;
    }

    ErrorKind kind() {
        return kind;
    }
}
