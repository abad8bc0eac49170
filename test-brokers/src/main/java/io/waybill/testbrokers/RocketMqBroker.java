package io.waybill.testbrokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An Apache RocketMQ name server and its brokers, one by default, each in a child JVM of this one, listening on 127.0.0.1; the port that a
 * broker keeps open for replicas alone is bound to every address, which RocketMQ leaves no choice about.
 *
 * <p>Topics are not created by themselves unless {@link Builder#autoCreateTopics} says so; consumer groups are. The files of
 * the store are small. Otherwise RocketMQ's own defaults hold; one of them is that messages are confirmed when they are in
 * the system's page cache, where the end of the process does them no harm.
 *
 * <p>Made by {@link #builder()}, which returns when the broker takes requests and the name server has its routes; ends with
 * {@link #close()}, or with this JVM. What is done to this object is done to all its processes; {@link #nameServer()} and
 * {@link #brokers()} are for doing it to one of them.
 */
public final class RocketMqBroker implements RunningBroker {
    static final String NAME = "rocketmq";

    private static final int PORT_ATTEMPTS = 3;
    private static final String NAME_SERVER_HEAP = "96m";

    private final BrokerJars jars;
    private final BrokerSettings settings;
    private final Path home;
    private final RocketMqFiles files;
    private final BrokerNodes nodes;
    private boolean closed;

    private RocketMqBroker(BrokerJars jars, BrokerSettings settings, RocketMqFiles.Layout layout) {
        this.jars = jars;
        this.settings = settings;
        try {
            this.home = Reaper.temporaryFolder("waybill-rocketmq-");
        } catch (IOException e) {
            throw new UncheckedIOException("No temporary folder for the broker", e);
        }
        try {
            this.files = new RocketMqFiles(home, settings.security());
            files.write(settings, layout);
        } catch (IOException | RuntimeException e) {
            Reaper.delete(home);
            throw new IllegalStateException("The broker's files could not be written", e);
        }
        this.nodes = new BrokerNodes(
                toString(),
                files.nodes().stream()
                        .map(node -> new BrokerNode(
                                node.name(), files.log(node.name()), RocketMqBrokerMain.READY, () -> launch(node)))
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
        return "rocketmq://" + nameServerAddress();
    }

    /** Host and port of the name server, as RocketMQ's own clients want them. */
    public String nameServerAddress() {
        return files.nameServer();
    }

    @Override
    public Set<Integer> morePorts() {
        return files.brokerPorts();
    }

    /** The name of the brokers' cluster, which is also a topic on each of them: the key to create a topic on all of them with. */
    public String cluster() {
        return RocketMqFiles.CLUSTER;
    }

    /** The process of the name server. */
    public BrokerNode nameServer() {
        return nodes.all().get(0);
    }

    /** The processes of the brokers: one, unless the builder was told of more; a slave comes after its master. */
    public List<BrokerNode> brokers() {
        return nodes.all().subList(1, nodes.all().size());
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
        return "RocketMqBroker[" + version() + " at " + nameServerAddress() + "]";
    }

    private ChildProcess launch(RocketMqFiles.Node node) {
        ChildProcess.Builder builder = ChildProcess.java(RocketMqBrokerMain.class.getName())
                .classPath(jars.classPath())
                .heap(node.broker() ? settings.heap() : NAME_SERVER_HEAP)
                .folder(home)
                .systemProperty("rocketmq.home.dir", home.toString())
                .systemProperty("user.home", files.scratch().toString())
                .systemProperty("java.io.tmpdir", files.scratch().toString())
                .systemProperty("rmq.logback.configurationFile", "io/waybill/testbrokers/rocketmq-logback.xml")
                .systemProperty("waybill.broker.log", files.log(node.name()).toString())
                .jvmArgument("-XX:+UseSerialGC")
                .arguments(
                        node.broker() ? RocketMqBrokerMain.BROKER : RocketMqBrokerMain.NAME_SERVER,
                        files.properties(node.name()).toString());
        files.tlsProperties().forEach(builder::systemProperty);
        node.master()
                .filter(master -> isRunning(master.name()))
                .ifPresent(master -> builder.arguments(master.address()));
        if (settings.quickStart()) {
            builder.jvmArgument("-XX:TieredStopAtLevel=1");
        }
        return builder.start();
    }

    private boolean isRunning(String node) {
        return nodes.all().stream().anyMatch(each -> each.name().equals(node) && each.running());
    }

    /** Choices for a broker that is to be started. Made by {@link RocketMqBroker#builder()}; for one thread. */
    public static final class Builder {
        private BrokerSettings settings = BrokerSettings.defaults();
        private RocketMqFiles.Layout layout = RocketMqFiles.Layout.ONE_MASTER;

        private Builder() {}

        /** All settings at once, instead of those chosen so far. */
        public Builder settings(BrokerSettings settings) {
            this.settings = settings;
            return this;
        }

        /** The most that a broker's heap may take, as the JVM writes it; 512m by default. The name server has 96m. */
        public Builder heap(String heap) {
            settings = settings.withHeap(heap);
            return this;
        }

        /** Compiles by the JVM's fast compiler only: ready sooner, slower under load. For tests; off by default. */
        public Builder quickStart() {
            settings = settings.withQuickStart(true);
            return this;
        }

        /**
         * One of RocketMQ's properties, as they stand in the file of a broker; wins over what this class sets. Not for ports,
         * names and folders.
         */
        public Builder property(String key, String value) {
            settings = settings.withProperty(key, value);
            return this;
        }

        /** Whether a topic comes into being when it is first sent to; false by default. */
        public Builder autoCreateTopics(boolean create) {
            return property("autoCreateTopicEnable", Boolean.toString(create));
        }

        /** Confirms a message when it is on the disk, not when it is in the page cache. */
        public Builder syncFlush() {
            return property("flushDiskType", "SYNC_FLUSH");
        }

        /** Two brokers under the one name server, {@code broker-a} and {@code broker-b}. */
        public Builder secondBroker() {
            layout = RocketMqFiles.Layout.TWO_MASTERS;
            return this;
        }

        /**
         * A broker that confirms a message when its slave has it, and that slave: {@code broker-a} and {@code broker-a-slave}.
         * If the slave has not got it within 1 s, the message is kept, and the client is told of {@code FLUSH_SLAVE_TIMEOUT}.
         */
        public Builder syncMasterWithSlave() {
            layout = RocketMqFiles.Layout.SYNC_MASTER_WITH_SLAVE;
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

        /**
         * TLS with a certificate for another host; a login that was chosen stays. RocketMQ's own client does not look at the
         * name, and takes it.
         */
        public Builder tlsForAnotherHost() {
            return security(settings.security().with(Security.Encryption.TLS_FOR_ANOTHER_HOST));
        }

        /**
         * Demands requests that are signed by this one user, who may do everything; the name server, which has no such check,
         * answers everybody. TLS that was chosen stays.
         */
        public Builder acl(String user, String password) {
            return security(settings.security().with(Security.Login.ACCESS_KEY, new Credentials(user, password)));
        }

        /**
         * Starts the broker and returns when it takes requests and the name server has its routes.
         *
         * @throws IllegalStateException if its jars are not there, or if it is not ready within 60 s; the message says why
         */
        public RocketMqBroker start() {
            BrokerJars jars = BrokerJars.of(BrokerJars.Kind.ROCKETMQ);
            for (int attempt = 1; ; attempt++) {
                RocketMqBroker broker = new RocketMqBroker(jars, settings, layout);
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
    }
}
