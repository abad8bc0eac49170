package io.waybill.benchmarks.clients;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * One way to use a broker from Java, in the JVM of one sample. Opened by {@link Clients.Factory}; used by one thread at a time
 * unless its {@link Sending} says otherwise.
 *
 * <p>A client does Waybill's duties as well as it can: a header of {@link Workplace#STAMP} bytes beside the key, a future for each
 * message that completes when the broker holds it, an acknowledgement only after the handling.
 */
public interface Client extends AutoCloseable {
    /** Sends messages; used by as many threads as the scenario says. */
    interface Sending extends AutoCloseable {
        /**
         * Hands over one message, without waiting for its outcome; may block while the client has no room.
         *
         * @param key the number of its key, see {@link Workplace#key}
         * @param body its body, which nobody changes afterwards
         * @return completes when the broker holds the message
         * @throws Exception if it cannot be handed over
         */
        CompletableFuture<?> send(int key, byte[] body) throws Exception;

        /**
         * Sends one message and returns when the broker holds it.
         *
         * @param key the number of its key
         * @param body its body
         * @throws Exception if the broker does not confirm it
         */
        default void sendAndWait(int key, byte[] body) throws Exception {
            Object unused = send(key, body).get();
        }

        /**
         * Hands over what is collected here: nothing comes for a while.
         *
         * @throws Exception if it cannot be handed over
         */
        default void flush() throws Exception {}

        @Override
        void close() throws IOException;
    }

    /**
     * What is done with each message. Called by any thread; a key's messages one after another.
     */
    @FunctionalInterface
    interface Handling {
        /**
         * Handles one message.
         *
         * @param body its body
         */
        void handle(byte[] body);
    }

    /**
     * Opens a producer.
     *
     * @return the producer, which the caller closes
     * @throws Exception if it cannot be opened
     */
    Sending sending() throws Exception;

    /**
     * Starts a consumer of the workplace's topic in its group, from the first message.
     *
     * @param handling what is done with each message
     * @return ends the consumer; when its close returns, everything that was handled is acknowledged
     * @throws Exception if it cannot be started
     */
    AutoCloseable consuming(Handling handling) throws Exception;

    @Override
    void close() throws IOException;
}
