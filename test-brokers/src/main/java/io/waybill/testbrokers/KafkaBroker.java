package io.waybill.testbrokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An Apache Kafka broker (with its controller) in a child JVM of this one: one node, KRaft, listening on 127.0.0.1 only.
 *
 * <p>Topics are not created by themselves unless {@link Builder#autoCreateTopics} says so; every internal topic has one
 * partition and one copy; groups rebalance without an initial delay. Otherwise Kafka's own defaults hold.
 *
 * <p>Made by {@link #builder()}, which returns when the broker takes requests (some 3 s); ends with {@link #close()}, or with
 * this JVM.
 */
public final class KafkaBroker implements RunningBroker {
    static final String NAME = "kafka";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final int PORT_ATTEMPTS = 3;

    private final BrokerJars jars;
    private final BrokerSettings settings;
    private final Path home;
    private final int port;
    private final KafkaFiles files;
    private @Nullable ChildProcess process;
    private boolean closed;

    private KafkaBroker(BrokerJars jars, BrokerSettings settings) {
        this.jars = jars;
        this.settings = settings;
        this.port = Ports.free();
        try {
            this.home = Reaper.temporaryFolder("waybill-kafka-");
        } catch (IOException e) {
            throw new UncheckedIOException("No temporary folder for the broker", e);
        }
        try {
            this.files = new KafkaFiles(home, port, settings.security());
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
        return jars.version();
    }

    @Override
    public String uri() {
        return "kafka://" + bootstrapServers();
    }

    /** Host and port, as Kafka's own clients want them. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** What Kafka's own clients have to be told to get in, secrets included; a new map. */
    public Map<String, String> clientProperties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("bootstrap.servers", bootstrapServers());
        properties.put("security.protocol", files.protocol());
        files.tls().ifPresent(tls -> {
            properties.put("ssl.truststore.type", "PKCS12");
            properties.put("ssl.truststore.location", tls.trustStore().toString());
            properties.put("ssl.truststore.password", tls.password());
        });
        credentials().ifPresent(user -> {
            properties.put("sasl.mechanism", files.mechanism().orElseThrow());
            String module = settings.security().login() == Security.Login.PLAIN ? "plain.Plain" : "scram.Scram";
            properties.put(
                    "sasl.jaas.config",
                    "org.apache.kafka.common.security." + module + "LoginModule required username=\"" + user.user()
                            + "\" password=\"" + user.password() + "\";");
        });
        return properties;
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

    @Override
    public synchronized void kill() {
        requireRunning("killed").kill();
    }

    @Override
    public synchronized void pause() {
        requireRunning("paused").pause();
    }

    @Override
    public synchronized void resume() {
        requireRunning("resumed").resume();
    }

    @Override
    public synchronized void stop() {
        requireRunning("stopped").stop(STOP_TIMEOUT);
    }

    @Override
    public synchronized void start() {
        if (closed || running()) {
            throw new IllegalStateException(this + " cannot be started: it is " + (closed ? "closed" : "running"));
        }
        ChildProcess.Builder builder = ChildProcess.java(KafkaBrokerMain.class.getName())
                .classPath(jars.classPath())
                .heap(settings.heap())
                .folder(home)
                .systemProperty("log4j2.configurationFile", "classpath:io/waybill/testbrokers/kafka-log4j2.xml")
                .systemProperty("waybill.broker.log", files.log().toString())
                .arguments(files.properties().toString(), files.users().toString());
        if (settings.quickStart()) {
            builder.jvmArgument("-XX:TieredStopAtLevel=1");
        }
        ChildProcess child = builder.start();
        process = child;
        try {
            String unused = child.awaitLine(KafkaBrokerMain.READY::equals, START_TIMEOUT);
        } catch (IllegalStateException e) {
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
            Reaper.delete(home);
        }
    }

    @Override
    public String toString() {
        return "KafkaBroker[" + version() + " at " + bootstrapServers() + "]";
    }

    private ChildProcess requireRunning(String what) {
        ChildProcess child = process;
        if (child == null || !child.alive()) {
            throw new IllegalStateException(this + " cannot be " + what + ": it is not running\n" + logTail());
        }
        return child;
    }

    /** Choices for a broker that is to be started. Made by {@link KafkaBroker#builder()}; for one thread. */
    public static final class Builder {
        private BrokerSettings settings = BrokerSettings.defaults();

        private Builder() {}

        /** All settings at once, instead of those chosen so far. */
        public Builder settings(BrokerSettings settings) {
            this.settings = settings;
            return this;
        }

        /** The most that the heap may take, as the JVM writes it; 512m by default. */
        public Builder heap(String heap) {
            settings = settings.withHeap(heap);
            return this;
        }

        /** Compiles the broker by the JVM's fast compiler only: ready sooner, slower under load. For tests; off by default. */
        public Builder quickStart() {
            settings = settings.withQuickStart(true);
            return this;
        }

        /** One of Kafka's broker properties; wins over what this class sets. */
        public Builder property(String key, String value) {
            settings = settings.withProperty(key, value);
            return this;
        }

        /** Whether a topic comes into being when it is first asked for; false by default. */
        public Builder autoCreateTopics(boolean create) {
            return property("auto.create.topics.enable", Boolean.toString(create));
        }

        /** No TLS and no login: the default. */
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

        /** Demands SASL PLAIN of this one user; TLS that was chosen stays. */
        public Builder saslPlain(String user, String password) {
            return login(Security.Login.PLAIN, user, password);
        }

        /** Demands SASL SCRAM-SHA-256 of this one user; TLS that was chosen stays. */
        public Builder saslScram256(String user, String password) {
            return login(Security.Login.SCRAM_SHA_256, user, password);
        }

        /** Demands SASL SCRAM-SHA-512 of this one user; TLS that was chosen stays. */
        public Builder saslScram512(String user, String password) {
            return login(Security.Login.SCRAM_SHA_512, user, password);
        }

        /**
         * Starts the broker and returns when it takes requests.
         *
         * @throws IllegalStateException if its jars are not there, or if it is not ready within 60 s; the message says why
         */
        public KafkaBroker start() {
            BrokerJars jars = BrokerJars.of(BrokerJars.Kind.KAFKA);
            for (int attempt = 1; ; attempt++) {
                KafkaBroker broker = new KafkaBroker(jars, settings);
                try {
                    broker.start();
                    return broker;
                } catch (RuntimeException e) {
                    boolean portTaken = broker.logTail().contains("Address already in use");
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

        private Builder login(Security.Login login, String user, String password) {
            return security(settings.security().with(login, new Credentials(user, password)));
        }
    }
}
