package io.waybill.testbrokers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** What the processes of a RocketMQ broker find in its folder when they start: a properties file each, and a certificate. */
final class RocketMqFiles {
    static final String NAME_SERVER = "namesrv";
    static final String CLUSTER = "waybill";

    static final String FIRST = "broker-a";

    private static final String SECOND = "broker-b";
    private static final String SLAVE = "broker-a-slave";
    private static final String AUTH = "org.apache.rocketmq.auth.";
    private static final String HOST = "127.0.0.1";
    /** A broker listens on the port below the next one, too: its clients call it the fast or VIP channel. */
    private static final int FAST_CHANNEL = 2;

    private final Path home;
    private final String nameServer = HOST + ":" + Ports.free();
    private final Security security;
    private final Optional<TlsFiles> tls;
    private final List<Node> nodes = new ArrayList<>();

    /** Which brokers there are besides the name server. */
    enum Layout {
        ONE_MASTER,
        TWO_MASTERS,
        SYNC_MASTER_WITH_SLAVE
    }

    /** One process: a name server, a broker that is a master, or a slave with its master. */
    record Node(String name, boolean broker, Optional<Master> master) {}

    /** The name of a slave's master, and where it gives its slave what it stores. */
    record Master(String name, String address) {}

    RocketMqFiles(Path home, Security security) {
        this.home = home;
        this.security = security;
        this.tls = security.encrypted()
                ? Optional.of(TlsFiles.create(home.resolve("tls"), security.encryption()))
                : Optional.empty();
    }

    /** Host and port of the name server. */
    String nameServer() {
        return nameServer;
    }

    /** Where the brokers listen, slaves too. */
    Set<Integer> brokerPorts() {
        return nodes.stream().filter(Node::broker).map(this::port).collect(Collectors.toUnmodifiableSet());
    }

    private int port(Node node) {
        Properties written = new Properties();
        try (InputStream in = Files.newInputStream(properties(node.name()))) {
            written.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Integer.parseInt(written.getProperty("listenPort"));
    }

    Path home() {
        return home;
    }

    Path data() {
        return home.resolve("data");
    }

    Path logs() {
        return home.resolve("logs");
    }

    Path log(String node) {
        return logs().resolve(node + ".log");
    }

    Path properties(String node) {
        return home.resolve(node + ".properties");
    }

    /** What the processes take for the home folder of the user, and for that of temporary files. */
    Path scratch() {
        return home.resolve("scratch");
    }

    Optional<TlsFiles> tls() {
        return tls;
    }

    /** The name server first, then the brokers, a slave after its master. */
    List<Node> nodes() {
        return List.copyOf(nodes);
    }

    void write(BrokerSettings settings, Layout layout) throws IOException {
        for (Path folder : List.of(data(), logs(), scratch())) {
            Files.createDirectories(folder);
        }
        Properties names = new Properties();
        listenOn(names, nameServer.substring(nameServer.indexOf(':') + 1));
        names.setProperty("kvConfigPath", data().resolve("kvConfig.json").toString());
        add(new Node(NAME_SERVER, false, Optional.empty()), names);
        Properties first = broker(FIRST, FIRST);
        switch (layout) {
            case ONE_MASTER -> addBroker(FIRST, first, settings);
            case TWO_MASTERS -> {
                addBroker(FIRST, first, settings);
                addBroker(SECOND, broker(SECOND, SECOND), settings);
            }
            case SYNC_MASTER_WITH_SLAVE -> {
                first.setProperty("brokerRole", "SYNC_MASTER");
                first.setProperty("totalReplicas", "2");
                // its default of 1 counts the master alone: nothing would wait for the slave
                first.setProperty("inSyncReplicas", "2");
                // its default is as long as the client's own patience
                first.setProperty("slaveTimeout", "1000");
                // its default of 5 s is how long a new slave says nothing, and gets nothing
                first.setProperty("haSendHeartbeatInterval", "500");
                addBroker(FIRST, first, settings);
                Properties slave = broker(SLAVE, FIRST);
                slave.setProperty("brokerRole", "SLAVE");
                slave.setProperty("brokerId", "1");
                slave.setProperty("haSendHeartbeatInterval", "500");
                slave.putAll(settings.properties());
                String replica = HOST + ":" + first.getProperty("haListenPort");
                add(new Node(SLAVE, true, Optional.of(new Master(FIRST, replica))), slave);
            }
        }
    }

    /** What each JVM is told about TLS, where RocketMQ reads nothing but system properties. */
    Map<String, String> tlsProperties() {
        Map<String, String> properties = new LinkedHashMap<>();
        // its default is a file in /etc, which would win
        properties.put("tls.config.file", home.resolve("tls.properties").toString());
        properties.put("tls.test.mode.enable", "false");
        // its default, permissive, makes a certificate in each process, which takes seconds
        properties.put("tls.server.mode", tls.isPresent() ? "enforcing" : "disabled");
        tls.ifPresent(files -> {
            properties.put("tls.server.keyPath", files.privateKey().toString());
            properties.put("tls.server.certPath", files.certificate().toString());
            properties.put("tls.enable", "true");
            properties.put("tls.client.authServer", "true");
            properties.put("tls.client.trustCertPath", files.certificate().toString());
        });
        return properties;
    }

    private void addBroker(String name, Properties properties, BrokerSettings settings) throws IOException {
        properties.putAll(settings.properties());
        add(new Node(name, true, Optional.empty()), properties);
    }

    private void add(Node node, Properties properties) throws IOException {
        nodes.add(node);
        try (OutputStream out = Files.newOutputStream(properties(node.name()))) {
            properties.store(out, null);
        }
    }

    private Properties broker(String node, String name) {
        Path store = data().resolve(node);
        Properties properties = new Properties();
        listenOn(properties, Integer.toString(Ports.freeWith(FAST_CHANNEL)));
        properties.setProperty("haListenPort", Integer.toString(Ports.free()));
        properties.setProperty("brokerName", name);
        properties.setProperty("brokerIP1", HOST);
        properties.setProperty("brokerIP2", HOST);
        properties.setProperty("namesrvAddr", nameServer);
        properties.setProperty("storePathRootDir", store.toString());
        properties.setProperty("storePathCommitLog", store.resolve("commitlog").toString());
        properties.putAll(shared());
        secure(properties);
        return properties;
    }

    /** What every broker of ours is told, wherever it runs. */
    static Map<String, String> shared() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("brokerClusterName", CLUSTER);
        // the shortest that it takes: when it comes back to a name server that was restarted alone
        properties.put("registerNameServerPeriod", "10000");
        properties.put("autoCreateTopicEnable", "false");
        properties.put("autoCreateSubscriptionGroup", "true");
        // small files: some defaults are a gigabyte
        properties.put("mappedFileSizeCommitLog", Integer.toString(16 * 1024 * 1024));
        properties.put("mappedFileSizeConsumeQueue", Integer.toString(30_000 * 20));
        properties.put("mappedFileSizeTimerLog", Integer.toString(4 * 1024 * 1024));
        properties.put("maxHashSlotNum", "20000");
        properties.put("maxIndexNum", "80000");
        // a machine whose disk is nearly full for other reasons
        properties.put("diskMaxUsedSpaceRatio", "99");
        properties.put("diskSpaceWarningLevelRatio", "99");
        properties.put("diskSpaceCleanForciblyRatio", "99");
        properties.put("cleanFileForciblyEnable", "false");
        properties.put("logicalDiskSpaceCleanForciblyThreshold", "0.99");
        // a machine that is busy for other reasons
        properties.put("waitTimeMillsInSendQueue", "1000");
        properties.put("osPageCacheBusyTimeOutMills", "5000");
        return properties;
    }

    private void secure(Properties properties) {
        switch (security.login()) {
            case NONE -> {}
            case ACCESS_KEY -> {
                Credentials user = security.credentials().orElseThrow();
                properties.setProperty("authenticationEnabled", "true");
                properties.setProperty(
                        "authenticationProvider", AUTH + "authentication.provider.DefaultAuthenticationProvider");
                properties.setProperty(
                        "authenticationMetadataProvider",
                        AUTH + "authentication.provider.LocalAuthenticationMetadataProvider");
                properties.setProperty("authorizationEnabled", "true");
                properties.setProperty(
                        "authorizationProvider", AUTH + "authorization.provider.DefaultAuthorizationProvider");
                properties.setProperty(
                        "authorizationMetadataProvider",
                        AUTH + "authorization.provider.LocalAuthorizationMetadataProvider");
                // a user made in this way may do everything
                properties.setProperty("initAuthenticationUser", json("username", "password", user));
                properties.setProperty("innerClientAuthenticationCredentials", json("accessKey", "secretKey", user));
            }
            default -> throw new IllegalArgumentException("RocketMQ has no login by " + security.login());
        }
    }

    /** Credentials hold nothing that would need an escape. */
    private static String json(String name, String secret, Credentials user) {
        return "{\"" + name + "\":\"" + user.user() + "\",\"" + secret + "\":\"" + user.password() + "\"}";
    }

    private static void listenOn(Properties properties, String port) {
        properties.setProperty("bindAddress", HOST);
        properties.setProperty("listenPort", port);
    }
}
