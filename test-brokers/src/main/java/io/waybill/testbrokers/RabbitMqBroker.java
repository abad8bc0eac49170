package io.waybill.testbrokers;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A RabbitMQ node, of the RabbitMQ that is installed on this machine, as a child process of this JVM: one node, listening on
 * 127.0.0.1 only, with a folder, a name and an epmd (Erlang's directory of nodes) of its own.
 *
 * <p>It has no plugins; quorum queues and streams need none. Unless a login is chosen, it lets in {@code guest} with the
 * password {@code guest}. Otherwise RabbitMQ's own defaults hold, but for small limits of disk and memory.
 *
 * <p>Made by {@link #builder()}, which returns when the node takes connections (some 5 s); ends with {@link #close()}, or with
 * this JVM.
 */
public final class RabbitMqBroker implements RunningBroker {
    static final String NAME = "rabbitmq";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final int PORT_ATTEMPTS = 3;
    private static final String STARTED = "Starting broker... completed";

    private final RabbitMqServer server;
    private final BrokerSettings settings;
    private final Path home;
    private final int port;
    private final RabbitMqFiles files;
    private @Nullable Process guard;
    private @Nullable ChildProcess epmd;
    private @Nullable ChildProcess process;
    private boolean paused;
    private boolean closed;

    private RabbitMqBroker(RabbitMqServer server, BrokerSettings settings) {
        this.server = server;
        this.settings = settings;
        this.port = Ports.free();
        try {
            this.home = Reaper.temporaryFolder("waybill-rabbitmq-");
        } catch (IOException e) {
            throw new UncheckedIOException("No temporary folder for the broker", e);
        }
        try {
            this.files = new RabbitMqFiles(home, port, settings.security());
            files.write(settings);
        } catch (IOException | RuntimeException e) {
            Reaper.delete(home);
            throw new IllegalStateException("The broker's files could not be written", e);
        }
    }

    /** A broker with the defaults of {@link BrokerSettings#defaults()}. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return server.version();
    }

    @Override
    public String uri() {
        return (files.tls().isPresent() ? "rabbitmqs" : "rabbitmq") + "://127.0.0.1:" + port;
    }

    /** The port on 127.0.0.1, as RabbitMQ's own client wants it. */
    public int port() {
        return port;
    }

    @Override
    public Optional<Credentials> credentials() {
        return settings.security().credentials();
    }

    @Override
    public Optional<TlsFiles> tls() {
        return files.tls();
    }

    @Override
    public boolean canFault() {
        return true;
    }

    @Override
    public synchronized boolean running() {
        return process != null && process.alive();
    }

    @Override
    public synchronized Set<ProcessHandle> processes() {
        return process != null && process.alive() ? Set.of(process.handle()) : Set.of();
    }

    /**
     * Runs {@code rabbitmqctl} with these arguments on this node, and returns what it printed; takes some 0.5 s.
     *
     * @throws IllegalStateException if the broker does not run
     * @throws UncheckedIOException if the command fails, or does not end within 60 s; the message holds what it printed
     */
    public String ctl(String... arguments) {
        synchronized (this) {
            var unused = requireRunning("asked");
        }
        List<String> command = new ArrayList<>(List.of(server.script("rabbitmqctl"), "--quiet"));
        command.addAll(List.of(arguments));
        try {
            // some commands read their standard input to its end
            return Shell.run(prepare(new ProcessBuilder(command)).redirectInput(new File("/dev/null")));
        } catch (IOException e) {
            throw new UncheckedIOException("rabbitmqctl " + String.join(" ", arguments) + " failed on " + this, e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>First, unless it is paused, the node saves its register of quorum queues and streams, which takes some milliseconds.
     * RabbitMQ leaves that for 3 s after a queue is declared, and if it is killed before, the queue comes back empty, without
     * what was confirmed: tests would have to wait.
     */
    @Override
    public synchronized void kill() {
        ChildProcess child = requireRunning("killed");
        if (!paused) {
            saveRegister();
        }
        child.kill();
        paused = false;
    }

    @Override
    public synchronized void pause() {
        requireRunning("paused").pause();
        paused = true;
    }

    @Override
    public synchronized void resume() {
        requireRunning("resumed").resume();
        paused = false;
    }

    @Override
    public synchronized void stop() {
        requireRunning("stopped").stop(STOP_TIMEOUT);
        paused = false;
    }

    @Override
    public synchronized void start() {
        if (closed || running()) {
            throw new IllegalStateException(this + " cannot be started: it is " + (closed ? "closed" : "running"));
        }
        boolean again = process != null;
        String script = server.script("rabbitmq-server");
        try {
            if (guard == null) {
                guard = Shell.guardAll(files.processes(), home);
            }
            if (epmd == null || !epmd.alive()) {
                epmd = launch("epmd", "-port", Integer.toString(files.epmdPort()), "-address", "127.0.0.1");
            }
            process = launch(script);
        } catch (IOException e) {
            throw new UncheckedIOException(this + " could not be started", e);
        }
        ChildProcess child = process;
        try {
            String unused = child.awaitLine(line -> line.contains(STARTED), START_TIMEOUT);
            if (again) {
                awaitLeaders();
            }
        } catch (IllegalStateException | UncheckedIOException e) {
            child.kill();
            throw new IllegalStateException(this + " did not start\n" + logTail(), e);
        }
    }

    @Override
    public Path dataFolder() {
        return files.data();
    }

    @Override
    public Path logFolder() {
        return files.logs();
    }

    @Override
    public synchronized String logTail() {
        return LogTail.of(files.log(), process);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (process != null) {
                process.kill();
            }
            if (epmd != null) {
                epmd.kill();
            }
            dismissGuard();
            Reaper.delete(home);
        }
    }

    @Override
    public String toString() {
        return "RabbitMqBroker[" + version() + " at 127.0.0.1:" + port + "]";
    }

    private void saveRegister() {
        try {
            RabbitMqRegister.save(files.saverPort());
        } catch (IOException e) {
            LoggerFactory.getLogger(RabbitMqBroker.class).warn("{} did not save its register of queues", this, e);
        }
    }

    private void awaitLeaders() {
        RabbitMqRegister.requireLed(ctl("eval", RabbitMqRegister.AWAIT_LEADERS));
    }

    private ChildProcess launch(String... command) throws IOException {
        String name = Path.of(command[0]).getFileName().toString();
        ProcessBuilder builder = Shell.launcher(files.processes().resolve(name), List.of(command));
        return ChildProcess.program(prepare(builder), name);
    }

    /** Nothing that this JVM's environment says to RabbitMQ or Erlang may reach the node. */
    private ProcessBuilder prepare(ProcessBuilder builder) {
        builder.directory(home.toFile());
        builder.environment()
                .keySet()
                .removeIf(key -> key.startsWith("RABBITMQ_") || key.startsWith("ERL_") || key.equals("NOTIFY_SOCKET"));
        builder.environment().putAll(files.environment());
        return builder;
    }

    private void dismissGuard() {
        if (guard != null) {
            try (OutputStream in = guard.getOutputStream()) {
                in.write('\n');
            } catch (IOException e) {
                // it has ended: there is nothing left to dismiss
            }
            guard = null;
        }
    }

    private ChildProcess requireRunning(String what) {
        ChildProcess child = process;
        if (child == null || !child.alive()) {
            throw new IllegalStateException(this + " cannot be " + what + ": it is not running\n" + logTail());
        }
        return child;
    }

    /** Choices for a broker that is to be started. Made by {@link RabbitMqBroker#builder()}; for one thread. */
    public static final class Builder {
        private BrokerSettings settings = BrokerSettings.defaults();

        private Builder() {}

        /** All settings at once, instead of those chosen so far; what they say of a JVM does not matter here. */
        public Builder settings(BrokerSettings settings) {
            this.settings = settings;
            return this;
        }

        /** One line of {@code rabbitmq.conf}; wins over what this class sets. */
        public Builder property(String key, String value) {
            settings = settings.withProperty(key, value);
            return this;
        }

        /** No TLS and no login but {@code guest}: the default. */
        public Builder plaintext() {
            return security(Security.plaintext());
        }

        /** TLS with a certificate for localhost and 127.0.0.1, made for this broker; a login that was chosen stays. */
        public Builder tls() {
            return security(settings.security().with(Security.Encryption.TLS));
        }

        /** TLS with a certificate for another host, which clients must refuse; a login that was chosen stays. */
        public Builder tlsForAnotherHost() {
            return security(settings.security().with(Security.Encryption.TLS_FOR_ANOTHER_HOST));
        }

        /** Lets in this one user, with all rights, and {@code guest} no more; TLS that was chosen stays. */
        public Builder login(String user, String password) {
            return security(settings.security().with(Security.Login.PLAIN, new Credentials(user, password)));
        }

        /**
         * Starts the broker and returns when it takes connections.
         *
         * @throws IllegalStateException if RabbitMQ is not there or too old, or if it is not ready within 60 s; the message
         *     says why
         * @throws IllegalArgumentException if the settings ask for a login that RabbitMQ does not have
         */
        public RabbitMqBroker start() {
            Security.Login login = settings.security().login();
            if (login != Security.Login.NONE && login != Security.Login.PLAIN) {
                throw new IllegalArgumentException("RabbitMQ has no login by " + login + "; use PLAIN");
            }
            RabbitMqServer server = RabbitMqServer.installed();
            for (int attempt = 1; ; attempt++) {
                RabbitMqBroker broker = new RabbitMqBroker(server, settings);
                try {
                    broker.start();
                    return broker;
                } catch (RuntimeException e) {
                    boolean portTaken = broker.logTail().contains("eaddrinuse");
                    broker.close();
                    if (!portTaken || attempt == PORT_ATTEMPTS) {
                        throw e;
                    }
                }
            }
        }

        private Builder security(Security security) {
            settings = settings.withSecurity(security);
            return this;
        }
    }
}
