package io.waybill.message;

import org.jspecify.annotations.Nullable;

/**
 * How the send of one message of a list ended: with a receipt or with a failure.
 *
 * @param message the message
 * @param receipt the receipt, or null if it failed
 * @param failure the failure, or null if it was confirmed
 */
public record SendResult(
        Message message,
        @Nullable Receipt receipt,
        @Nullable MessagingException failure) {
    /**
     * Whether the broker holds it.
     *
     * @return true if there is a receipt
     */
    public boolean confirmed() {
        return receipt != null;
    }
}
