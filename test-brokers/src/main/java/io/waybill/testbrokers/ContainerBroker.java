package io.waybill.testbrokers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.ToStringConsumer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A broker in a container of this machine's Docker engine, in plaintext, with the settings that it has as a child process, too.
 *
 * <p>Its ports are chosen here, are the same over every restart, and are open on 127.0.0.1 only, which is also the address that
 * it tells its clients. It is killed, paused and started through the engine; its data lies in the container.
 *
 * <p>Made by {@link #start}, which returns when the broker takes requests; ends with {@link #close()}, or with this JVM: then
 * Testcontainers removes the container. If the JVM is itself killed with SIGKILL, its cleaner (Ryuk) does, unless that was
 * disabled.
 */
abstract class ContainerBroker implements RunningBroker {
    static final String HOST = "127.0.0.1";

    static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration PAUSE_TIMEOUT = Duration.ofSeconds(10);
    private static final int STOP_SECONDS = 30;
    private static final int PORT_ATTEMPTS = 3;
    /** What RabbitMQ prints of a failure to start is longer than a hundred lines, and the reason stands at its beginning. */
    private static final int TAIL_LINES = 200;

    private static final Pattern PORT_TAKEN = Pattern.compile("port is already allocated|address already in use");
    /** Ends the Java program $0 in order. The container's first process is a shell, which would take no notice of it. */
    private static final String TERMINATE =
            "for p in /proc/[0-9]*; do if [ \"$(cat $p/comm)\" = java ] && grep -q \"$0\" $p/cmdline;"
                    + " then kill -TERM ${p#/proc/}; fi; done 2>/dev/null";

    private final ContainerImage image;
    private final GenericContainer<?> container;
    private final Pattern ready;
    private final ToStringConsumer firstLife = new ToStringConsumer();
    private final DockerClient docker = DockerClientFactory.lazyClient();
    private String version = "unknown";
    private String id = "";
    private boolean closed;

    /**
     * Prepares a broker; {@link #launch} starts it.
     *
     * @param container made from {@link #imageName}, and told everything but ports and readiness
     * @param ports those on 127.0.0.1, and what each is in the container
     * @param ready what the broker logs each time when it takes requests
     */
    ContainerBroker(ContainerImage image, GenericContainer<?> container, Map<Integer, Integer> ports, String ready) {
        this.image = image;
        this.container = container;
        this.ready = Pattern.compile(ready);
        container.setExposedPorts(List.copyOf(ports.values()));
        container.setPortBindings(ports.entrySet().stream()
                .map(port -> HOST + ":" + port.getKey() + ":" + port.getValue() + "/tcp")
                .toList());
        container.setStartupAttempts(1);
        container.setWaitStrategy(Wait.forLogMessage(".*" + ready + ".*", 1).withStartupTimeout(START_TIMEOUT));
        container.setLogConsumers(List.of(firstLife));
    }

    /**
     * Starts a broker and returns when it takes requests.
     *
     * @throws IllegalStateException if its image cannot be had, or if it is not ready within 60 s; the message says why
     */
    static ContainerBroker start(ContainerImage image, BrokerSettings settings) {
        for (int attempt = 1; ; attempt++) {
            ContainerBroker broker = switch (image) {
                case KAFKA -> new KafkaInContainer(settings);
                case ROCKETMQ -> new RocketMqInContainer(settings);
                case RABBITMQ -> new RabbitMqInContainer(settings);
            };
            try {
                broker.launch();
                return broker;
            } catch (RuntimeException e) {
                broker.close();
                boolean portTaken = PORT_TAKEN.matcher(reasons(e)).find();
                if (!portTaken || attempt == PORT_ATTEMPTS) {
                    throw new IllegalStateException(
                            broker + " did not start: " + reasons(e) + "\n" + broker.logTail(), e);
                }
            }
        }
    }

    static DockerImageName imageName(ContainerImage image) {
        return DockerImageName.parse(image.chosen()).asCompatibleSubstituteFor(image.official());
    }

    private synchronized void launch() {
        container.start();
        id = container.getContainerId();
        awaitReady();
        version = readVersion() + " (image " + image.chosen() + ")";
    }

    /** Of the container, as the engine knows it. */
    final synchronized String id() {
        return id;
    }

    /** Reads the version from what runs in the container. */
    abstract String readVersion();

    /** What must be done before the broker is killed, unless it is paused. */
    void beforeKill() {}

    /** What must be waited for after each start besides the log. */
    void awaitReady() {}

    /** Asks the broker to end in order; need not wait for it. */
    abstract void end();

    /** Asks a Java program to end in order. */
    final void terminate(String mainClass) {
        ExecResult unused = execute("sh", "-c", TERMINATE, mainClass);
    }

    /** Asks the container's first process to end, where that is the broker. */
    final void terminate() {
        docker.stopContainerCmd(id).withTimeout(STOP_SECONDS).exec();
    }

    /** What the broker logged first that the pattern's first group takes; or {@code unknown}. */
    final String logged(Pattern pattern) {
        Matcher matcher = pattern.matcher(container.getLogs());
        return matcher.find() ? matcher.group(1) : "unknown";
    }

    /** Runs a command in the container, and returns when it has ended. */
    final ExecResult execute(String... command) {
        try {
            return container.execInContainer(command);
        } catch (IOException e) {
            throw new UncheckedIOException(this + ": " + command[0] + " could not be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(this + ": interrupted while " + command[0] + " was run", e);
        }
    }

    @Override
    public final String name() {
        return image.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public final String version() {
        return version;
    }

    @Override
    public final Optional<Credentials> credentials() {
        return Optional.empty();
    }

    @Override
    public final Optional<TlsFiles> tls() {
        return Optional.empty();
    }

    @Override
    public final boolean canFault() {
        return true;
    }

    @Override
    public final synchronized boolean running() {
        return state().map(ContainerState::getRunning).orElse(false);
    }

    @Override
    public final Set<ProcessHandle> processes() {
        return Set.of();
    }

    @Override
    public final synchronized void kill() {
        if (!paused(requireRunning("killed"))) {
            beforeKill();
        }
        tell("killed", () -> docker.killContainerCmd(id).exec());
        awaitEnd();
    }

    @Override
    public final synchronized void pause() {
        if (!paused(requireRunning("paused"))) {
            tell("paused", this::freeze);
        }
    }

    @Override
    public final synchronized void resume() {
        if (paused(requireRunning("resumed"))) {
            tell("resumed", () -> docker.unpauseContainerCmd(id).exec());
        }
    }

    @Override
    public final synchronized void stop() {
        if (paused(requireRunning("stopped"))) {
            tell("resumed", () -> docker.unpauseContainerCmd(id).exec());
        }
        tell("stopped", this::end);
        awaitEnd();
    }

    @Override
    public final synchronized void start() {
        if (closed || running()) {
            throw new IllegalStateException(this + " cannot be started: it is " + (closed ? "closed" : "running"));
        }
        int before =
                Math.toIntExact(ready.matcher(container.getLogs()).results().count());
        tell("started", () -> docker.startContainerCmd(id).exec());
        try {
            Wait.forLogMessage(".*" + ready.pattern() + ".*", before + 1)
                    .withStartupTimeout(START_TIMEOUT)
                    .waitUntilReady(container);
            awaitReady();
        } catch (RuntimeException e) {
            String tail = logTail();
            if (running()) {
                docker.killContainerCmd(id).exec();
            }
            throw new IllegalStateException(this + " did not start\n" + tail, e);
        }
    }

    @Override
    public final Path dataFolder() {
        throw inside("data");
    }

    @Override
    public final Path logFolder() {
        throw inside("logs");
    }

    @Override
    public final synchronized String logTail() {
        if (state().isEmpty()) {
            List<String> lines = firstLife.toUtf8String().lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        }
        try (Tail tail = new Tail()) {
            docker.logContainerCmd(id)
                    .withStdOut(true)
                    .withStdErr(true)
                    .withTail(TAIL_LINES)
                    .exec(tail);
            var unused = tail.awaitCompletion();
            return tail.text();
        } catch (IOException e) {
            return "the log cannot be read: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted while the log was read";
        }
    }

    @Override
    public final synchronized void close() {
        if (!closed) {
            closed = true;
            container.stop();
        }
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + version + " at " + uri() + "]";
    }

    /** Of the container; empty if there is none. */
    private Optional<ContainerState> state() {
        if (closed || id.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(docker.inspectContainerCmd(id).exec().getState());
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }

    private ContainerState requireRunning(String what) {
        return state().filter(ContainerState::getRunning)
                .orElseThrow(() ->
                        new IllegalStateException(this + " cannot be " + what + ": it is not running\n" + logTail()));
    }

    private static boolean paused(ContainerState state) {
        return Boolean.TRUE.equals(state.getPaused());
    }

    private void tell(String what, Runnable command) {
        try {
            command.run();
        } catch (DockerException e) {
            throw new UncheckedIOException(this + " cannot be " + what, new IOException(e.getMessage(), e));
        }
    }

    /** With control groups of version 1, runc gives up soon if the container is busy, and lets it go on. */
    private void freeze() {
        long end = System.nanoTime() + PAUSE_TIMEOUT.toNanos();
        while (true) {
            try {
                docker.pauseContainerCmd(id).exec();
                return;
            } catch (InternalServerErrorException e) {
                boolean busy = String.valueOf(e.getMessage()).contains("unable to freeze");
                if (!busy || System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    private void awaitEnd() {
        try {
            int unused = docker.waitContainerCmd(id).start().awaitStatusCode(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (DockerClientException e) {
            throw new IllegalStateException(this + " is not gone after " + STOP_SECONDS + " s\n" + logTail(), e);
        }
    }

    private UnsupportedOperationException inside(String what) {
        return new UnsupportedOperationException(
                "The " + what + " of " + this + " lie in its container, not in a folder of this machine");
    }

    /** What went wrong, and what that was caused by: Testcontainers' first message says the least. */
    private static String reasons(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(cause -> String.valueOf(cause.getMessage()))
                .distinct()
                .collect(Collectors.joining(": "));
    }

    /** Takes lines of a log as they come. */
    private static final class Tail extends ResultCallback.Adapter<Frame> {
        private final StringBuilder lines = new StringBuilder();

        @Override
        public synchronized void onNext(Frame frame) {
            lines.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
        }

        synchronized String text() {
            return lines.toString();
        }
    }
}
