package io.waybill.testbrokers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process of a broker that may have several: a node of a {@link KafkaBroker}, or the name server or one of the brokers of a
 * {@link RocketMqBroker}.
 *
 * <p>It can be stopped, killed, paused and started on its own, with the same promises and exceptions as the whole
 * {@link RunningBroker}; it ends with it. Safe for use by several threads.
 */
public final class BrokerNode {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);

    private final String name;
    private final Path log;
    private final String ready;
    private final Supplier<ChildProcess> launcher;
    private @Nullable ChildProcess process;
    private boolean closed;

    /** @param ready the line that its process prints as soon as it takes requests */
    BrokerNode(String name, Path log, String ready, Supplier<ChildProcess> launcher) {
        this.name = name;
        this.log = log;
        this.ready = ready;
        this.launcher = launcher;
    }

    /**
     * Of Kafka: {@code node-1}, the controller among them, and so on, by the numbers that its clients see. Of RocketMQ: {@code
     * namesrv}, the name of a broker as its clients see it, or that name with {@code -slave} after it.
     */
    public String name() {
        return name;
    }

    /** Whether the process is there; a paused one is. */
    public synchronized boolean running() {
        return process != null && process.alive();
    }

    /** The process, if it is there. */
    public synchronized Optional<ProcessHandle> process() {
        return process != null && process.alive() ? Optional.of(process.handle()) : Optional.empty();
    }

    /** Ends the process as {@code kill -9} does, and returns when it is gone. Its data stays. */
    public synchronized void kill() {
        requireRunning("killed").kill();
    }

    /** Freezes the process (SIGSTOP); does nothing if it is paused already. */
    public synchronized void pause() {
        requireRunning("paused").pause();
    }

    /** Lets a paused process go on (SIGCONT); does nothing if it is not paused. */
    public synchronized void resume() {
        requireRunning("resumed").resume();
    }

    /** Shuts the process down in order, and returns when it is gone. Its data stays. */
    public synchronized void stop() {
        requireRunning("stopped").stop(STOP_TIMEOUT);
    }

    /**
     * Starts it again on the same data and ports; returns when it takes requests and, if it is a master of RocketMQ, has its
     * routes.
     */
    public synchronized void start() {
        launch();
        awaitReady();
    }

    /** Starts the process and returns at once. */
    synchronized void launch() {
        if (closed || running()) {
            throw new IllegalStateException(this + " cannot be started: it is " + (closed ? "closed" : "running"));
        }
        process = launcher.get();
    }

    synchronized void awaitReady() {
        ChildProcess child = process;
        try {
            if (child == null) {
                throw new IllegalStateException(this + " was not launched");
            }
            String unused = child.awaitLine(ready::equals, START_TIMEOUT);
        } catch (IllegalStateException e) {
            if (child != null) {
                child.kill();
            }
            throw new IllegalStateException(this + " did not start\n" + logTail(), e);
        }
    }

    synchronized String logTail() {
        return LogTail.of(log, process);
    }

    synchronized void close() {
        closed = true;
        if (process != null) {
            process.kill();
        }
    }

    @Override
    public String toString() {
        return "BrokerNode[" + name + "]";
    }

    private ChildProcess requireRunning(String what) {
        ChildProcess child = process;
        if (child == null || !child.alive()) {
            throw new IllegalStateException(this + " cannot be " + what + ": it is not running\n" + logTail());
        }
        return child;
    }
}
