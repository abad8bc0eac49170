package io.waybill;

import io.waybill.message.Message;
import io.waybill.message.Receipt;
import java.util.concurrent.CompletableFuture;

/**
 * Wraps one send. The first registered is outermost: {@code A(B(C(broker)))}. Called from many threads at once, on the
 * sender's thread; what it throws reaches the caller of {@code send}, and fails the future of {@code sendAsync}.
 */
@FunctionalInterface
public interface SendInterceptor {
    /**
     * Sends, in one way or another.
     *
     * @param chain what is to be sent, and how to go on
     * @return how it ended: usually what {@code proceed} returned
     */
    CompletableFuture<Receipt> intercept(Chain chain);

    /**
     * Whether it may send the same message again, as a retry does. Then {@code proceed} works again after the attempt
     * before has failed, and runs everything inside it anew. Default: no.
     *
     * @return true if it may
     */
    default boolean sendsAgain() {
        return false;
    }

    /** One step of one send. */
    interface Chain {
        /**
         * What is to be sent.
         *
         * @return the message
         */
        Message message();

        /**
         * Goes on to the next interceptor, or to the broker. At most once, unless the interceptor
         * {@linkplain #sendsAgain sends again}: then again each time that it has failed.
         *
         * @param message what to send: the same, or a copy by {@link Message#toBuilder}
         * @return how it ended
         * @throws IllegalStateException if it must not be called again
         */
        CompletableFuture<Receipt> proceed(Message message);
    }
}
