package io.waybill.spi;

import io.waybill.message.Capabilities;
import io.waybill.message.ErrorKind;
import java.time.Duration;
import java.util.Optional;

/**
 * One broker, as the core sees it.
 *
 * <p>Created by an {@link AdapterProvider} or by an application that hands it to {@code Waybill.over}; safe for use by
 * many threads; ends with {@link #close}. Methods throw the broker client's own exceptions; the core calls
 * {@link #classify} and wraps them once.
 */
public interface Adapter extends AutoCloseable {
    /**
     * What the broker is called, such as {@code kafka}.
     *
     * @return the URI scheme
     */
    String name();

    /**
     * Where the broker is, for texts.
     *
     * @return hosts and ports, no secrets
     */
    String endpoint();

    /**
     * What this adapter can do with its broker.
     *
     * @return the capabilities
     */
    Capabilities capabilities();

    /**
     * The settings in force, with their origins.
     *
     * @return the settings
     */
    Settings settings();

    /**
     * Reaches the broker once, so that a wrong address or password shows now. Called once, before anything else.
     *
     * @param timeout how long it may take
     * @throws Exception the client's exception; {@link #classify} tells UNAVAILABLE from UNAUTHORIZED
     */
    void connect(Duration timeout) throws Exception;

    /**
     * Opens what one producer sends through.
     *
     * @param options what the core asks for
     * @return a new sender, closed by the core
     * @throws Exception if it cannot be opened
     */
    Sender openSender(SenderOptions options) throws Exception;

    /**
     * Opens what one consumer receives through; it joins the group. Returns a {@link LogReceiver} if the broker is a
     * log, a {@link ClaimingReceiver} if the broker does not share out partitions by itself, or one that is both.
     *
     * @param options what the core asks for
     * @return a new receiver, closed by the core
     * @throws Exception if it cannot be opened
     */
    Receiver openReceiver(ReceiverOptions options) throws Exception;

    /**
     * Topics and groups.
     *
     * @return the operations; the same object each time
     */
    AdminOperations admin();

    /**
     * Logs that every member can append to and read.
     *
     * @return the logs, or empty if {@link io.waybill.message.Capability#CONTROL_LOG} is UNSUPPORTED
     */
    Optional<ControlLogs> controlLogs();

    /**
     * What an exception of this adapter means. For a send the question is only asked of a message that the lane
     * {@linkplain Outgoing#refused refused}; the outcome of others is unknown whatever the exception.
     *
     * @param failure what an operation threw or a message failed with
     * @return the kind; {@link ErrorKind#INTERNAL} for what this adapter cannot explain
     */
    ErrorKind classify(Throwable failure);

    /**
     * The native client behind it: the only way out of Waybill.
     *
     * @param type the type that is wanted; the adapter's package comment lists those there are
     * @param <T> the type
     * @return the object, or empty if there is none of this type
     */
    <T> Optional<T> unwrap(Class<T> type);

    /** Closes the shared clients. Senders and receivers were closed before. May be called twice. */
    @Override
    void close();
}
