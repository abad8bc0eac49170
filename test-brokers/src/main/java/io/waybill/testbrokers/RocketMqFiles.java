package io.waybill.testbrokers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** What the processes of a RocketMQ broker find in its folder when they start: a properties file each, and a certificate. */
final class RocketMqFiles {
    static final String NAME_SERVER = "namesrv";
    static final String CLUSTER = "waybill";

    private static final String HOST = "127.0.0.1";
    /** A broker listens on the port below the next one, too: its clients call it the fast or VIP channel. */
    private static final int FAST_CHANNEL = 2;

    private final Path home;
    private final String nameServer = HOST + ":" + Ports.free();
    private final List<Node> nodes = new ArrayList<>();

    /** One process: its name and the addresses that it waits for before it takes requests. */
    record Node(String name, boolean broker, List<String> waitsFor) {}

    RocketMqFiles(Path home) {
        this.home = home;
    }

    /** Host and port of the name server. */
    String nameServer() {
        return nameServer;
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
        return Optional.empty();
    }

    /** The name server first, then the brokers, a slave after its master. */
    List<Node> nodes() {
        return List.copyOf(nodes);
    }

    void write(BrokerSettings settings) throws IOException {
        for (Path folder : List.of(data(), logs(), scratch())) {
            Files.createDirectories(folder);
        }
        Properties names = new Properties();
        listenOn(names, nameServer.substring(nameServer.indexOf(':') + 1));
        names.setProperty("kvConfigPath", data().resolve("kvConfig.json").toString());
        add(new Node(NAME_SERVER, false, List.of()), names);
        Properties broker = broker("broker-a");
        broker.putAll(settings.properties());
        add(new Node("broker-a", true, List.of(nameServer)), broker);
    }

    private void add(Node node, Properties properties) throws IOException {
        nodes.add(node);
        try (OutputStream out = Files.newOutputStream(properties(node.name()))) {
            properties.store(out, null);
        }
    }

    private Properties broker(String name) {
        Path store = data().resolve(name);
        Properties properties = new Properties();
        listenOn(properties, Integer.toString(Ports.freeWith(FAST_CHANNEL)));
        properties.setProperty("haListenPort", Integer.toString(Ports.free()));
        properties.setProperty("brokerClusterName", CLUSTER);
        properties.setProperty("brokerName", name);
        properties.setProperty("brokerIP1", HOST);
        properties.setProperty("brokerIP2", HOST);
        properties.setProperty("namesrvAddr", nameServer);
        // the shortest that it takes: when it comes back to a name server that was restarted alone
        properties.setProperty("registerNameServerPeriod", "10000");
        properties.setProperty("autoCreateTopicEnable", "false");
        properties.setProperty("autoCreateSubscriptionGroup", "true");
        properties.setProperty("storePathRootDir", store.toString());
        properties.setProperty("storePathCommitLog", store.resolve("commitlog").toString());
        // small files: some defaults are a gigabyte
        properties.setProperty("mappedFileSizeCommitLog", Integer.toString(16 * 1024 * 1024));
        properties.setProperty("mappedFileSizeConsumeQueue", Integer.toString(30_000 * 20));
        properties.setProperty("mappedFileSizeTimerLog", Integer.toString(4 * 1024 * 1024));
        properties.setProperty("maxHashSlotNum", "20000");
        properties.setProperty("maxIndexNum", "80000");
        // a machine whose disk is nearly full for other reasons
        properties.setProperty("diskMaxUsedSpaceRatio", "99");
        properties.setProperty("diskSpaceWarningLevelRatio", "99");
        properties.setProperty("diskSpaceCleanForciblyRatio", "99");
        properties.setProperty("cleanFileForciblyEnable", "false");
        properties.setProperty("logicalDiskSpaceCleanForciblyThreshold", "0.99");
        // a machine that is busy for other reasons
        properties.setProperty("waitTimeMillsInSendQueue", "1000");
        properties.setProperty("osPageCacheBusyTimeOutMills", "5000");
        return properties;
    }

    private static void listenOn(Properties properties, String port) {
        properties.setProperty("bindAddress", HOST);
        properties.setProperty("listenPort", port);
    }
}
