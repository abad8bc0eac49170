package io.waybill.interceptors;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import org.jspecify.annotations.Nullable;

/** What builders of this module check. */
final class Builders {
    private Builders() {}

    static void once(String what, @Nullable Object already) {
        if (already != null) {
            throw invalid("A second " + what + " was given; give one");
        }
    }

    static MessagingException invalid(String text) {
        return new MessagingException(ErrorKind.INVALID, text);
    }
}
