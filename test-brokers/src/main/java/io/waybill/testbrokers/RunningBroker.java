package io.waybill.testbrokers;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * One broker that was started, or is used, by this JVM.
 *
 * <p>Made by {@link BrokerSource#start} or by a broker's own builder, which return when it takes requests; ends with
 * {@link #close()}. Safe for use by several threads; calls that change its state wait for each other.
 *
 * <p>The calls that stop, kill, pause or start it throw {@link UnsupportedOperationException} where {@link #canFault()} is
 * false, {@link IllegalStateException} when the broker is not in the state they need or does not get where it should in
 * time (the message then ends with the broker's log), and {@link java.io.UncheckedIOException} when the system refuses.
 */
public interface RunningBroker extends AutoCloseable {
    /** The kind of broker in lower case, {@code kafka} for example. */
    String name();

    /** The broker's version, with the image if it runs in a container, or {@code unknown} where it cannot be told. */
    String version();

    /** Where Waybill connects to, {@code kafka://127.0.0.1:23456} for example; without user, password and trust store. */
    String uri();

    /** The ports that its clients connect to besides that of the URI, on the same host; none by default. */
    default Set<Integer> morePorts() {
        return Set.of();
    }

    /** The user that the broker lets in; empty if it asks for none. */
    Optional<Credentials> credentials();

    /** The trust stores for its certificate; empty if it speaks plaintext. */
    Optional<TlsFiles> tls();

    /** Whether this JVM may stop, kill, pause and start it: it may if it started the broker itself. */
    boolean canFault();

    /** Whether the broker's processes are there; a paused broker is running. */
    boolean running();

    /** The broker's processes at this moment; empty while it is stopped, and for one that is external or in a container. */
    Set<ProcessHandle> processes();

    /** Ends the broker as {@code kill -9} does, and returns when it is gone. Its data stays. */
    void kill();

    /** Freezes the broker (SIGSTOP, or what does the same to a container): its connections stay open and nothing answers. Pausing a paused one does nothing. */
    void pause();

    /** Lets a paused broker go on; does nothing if it is not paused. */
    void resume();

    /** Shuts the broker down in order, and returns when it is gone. A paused broker is resumed first. Its data stays. */
    void stop();

    /** Starts a stopped or killed broker again, on the same data and ports, and returns when it takes requests. */
    void start();

    /**
     * The folder that holds the broker's data.
     *
     * @throws UnsupportedOperationException if it is not a folder of this machine: of an external broker, or in a container
     */
    Path dataFolder();

    /**
     * The folder that holds the broker's own logs.
     *
     * @throws UnsupportedOperationException if it is not a folder of this machine: of an external broker, or in a container
     */
    Path logFolder();

    /** The last lines that the broker logged or printed, for messages of failed tests; empty if there are none. */
    String logTail();

    /** Ends the broker by force and deletes what it stored. An external broker is left alone. Later calls do nothing. */
    @Override
    void close();
}
