package io.waybill.ledger;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;

/** What seals are made with. */
final class Secrets {
    private static final int LEAST = 16;

    private Secrets() {}

    static byte[] checked(byte[] secret) {
        if (secret.length < LEAST) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "The secret for seals has " + secret.length + " bytes; use " + LEAST + " or more, random ones.");
        }
        return secret.clone();
    }
}
