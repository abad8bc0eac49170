package io.waybill.testbrokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An Apache Kafka broker (with its controller) in a child JVM of this one, and a second one on demand; KRaft, listening on
 * 127.0.0.1 only.
 *
 * <p>Topics are not created by themselves unless {@link Builder#autoCreateTopics} says so; every internal topic has one
 * partition, and a copy on each node; groups rebalance without an initial delay. Otherwise Kafka's own defaults hold.
 *
 * <p>Made by {@link #builder()}, which returns when the broker takes requests (some 3 s); ends with {@link #close()}, or with
 * this JVM. What is done to this object is done to all its processes; {@link #nodes()} is for doing it to one of them.
 */
public final class KafkaBroker implements RunningBroker {
    static final String NAME = "kafka";

    private static final int PORT_ATTEMPTS = 3;

    private final BrokerJars jars;
    private final BrokerSettings settings;
    private final Path home;
    private final KafkaFiles files;
    private final BrokerNodes nodes;
    private boolean closed;

    private KafkaBroker(BrokerJars jars, BrokerSettings settings, int brokers) {
        this.jars = jars;
        this.settings = settings;
        try {
            this.home = Reaper.temporaryFolder("waybill-kafka-");
        } catch (IOException e) {
            throw new UncheckedIOException("No temporary folder for the broker", e);
        }
        try {
            this.files = new KafkaFiles(home, brokers, settings.security());
            files.write(settings);
        } catch (IOException | RuntimeException e) {
            Reaper.delete(home);
            throw new IllegalStateException("The broker's files could not be written", e);
        }
        this.nodes = new BrokerNodes(
                toString(),
                files.nodes().stream()
                        .map(node ->
                                new BrokerNode(node.name(), files.log(node), KafkaBrokerMain.READY, () -> launch(node)))
                        .toList());
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

    /** Host and port of each node, with commas between them, as Kafka's own clients want them. */
    public String bootstrapServers() {
        return files.nodes().stream().map(KafkaFiles.Node::address).collect(Collectors.joining(","));
    }

    /** Its processes: one, unless the builder was told of more. The first has the controller: without it the others do not start. */
    public List<BrokerNode> nodes() {
        return nodes.all();
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

    /** Whether all processes are there; paused ones are. */
    @Override
    public boolean running() {
        return nodes.running();
    }

    @Override
    public Set<ProcessHandle> processes() {
        return nodes.processes();
    }

    @Override
    public void kill() {
        nodes.kill();
    }

    @Override
    public void pause() {
        nodes.pause();
    }

    @Override
    public void resume() {
        nodes.resume();
    }

    @Override
    public void stop() {
        nodes.stop();
    }

    /** Starts those of its processes that are not running. */
    @Override
    public void start() {
        nodes.start();
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
    public String logTail() {
        return nodes.logTail();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            nodes.close();
            Reaper.delete(home);
        }
    }

    @Override
    public String toString() {
        return "KafkaBroker[" + version() + " at " + bootstrapServers() + "]";
    }

    private ChildProcess launch(KafkaFiles.Node node) {
        ChildProcess.Builder builder = ChildProcess.java(KafkaBrokerMain.class.getName())
                .classPath(jars.classPath())
                .heap(settings.heap())
                .folder(home)
                .systemProperty("log4j2.configurationFile", "classpath:io/waybill/testbrokers/kafka-log4j2.xml")
                .systemProperty("waybill.broker.log", files.log(node).toString())
                .arguments(files.properties(node).toString(), files.users().toString(), files.cluster());
        if (settings.quickStart()) {
            builder.jvmArgument("-XX:TieredStopAtLevel=1");
        }
        return builder.start();
    }

    /** Choices for a broker that is to be started. Made by {@link KafkaBroker#builder()}; for one thread. */
    public static final class Builder {
        private BrokerSettings settings = BrokerSettings.defaults();
        private int brokers = 1;

        private Builder() {}

        /** All settings at once, instead of those chosen so far. */
        public Builder settings(BrokerSettings settings) {
            this.settings = settings;
            return this;
        }

        /** The most that a node's heap may take, as the JVM writes it; 512m by default. */
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

        /**
         * A second node, which is a broker alone: {@code node-2} beside {@code node-1}. The controller takes it out of the in-sync
         * replicas some 3 s after it was killed or paused.
         */
        public Builder secondBroker() {
            brokers = 2;
            return this;
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
                KafkaBroker broker = new KafkaBroker(jars, settings, brokers);
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
