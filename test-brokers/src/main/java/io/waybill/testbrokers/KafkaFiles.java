package io.waybill.testbrokers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** What the nodes of a Kafka broker find in its folder when they start: properties each, the users to create, a certificate. */
final class KafkaFiles {
    private static final String HOST = "127.0.0.1";
    private static final int ID_BYTES = 16;

    private final Path home;
    private final List<Node> nodes;
    private final int controllerPort = Ports.free();
    private final String cluster = randomId();
    private final Security security;
    private final Optional<TlsFiles> tls;

    /** One process: a broker, and the controller if it is the first. */
    record Node(int id, int port) {
        String name() {
            return "node-" + id;
        }

        String address() {
            return HOST + ":" + port;
        }
    }

    KafkaFiles(Path home, int brokers, Security security) {
        this.home = home;
        this.nodes = IntStream.rangeClosed(1, brokers)
                .mapToObj(id -> new Node(id, Ports.free()))
                .toList();
        this.security = security;
        this.tls = security.encrypted()
                ? Optional.of(TlsFiles.create(home.resolve("tls"), security.encryption()))
                : Optional.empty();
    }

    Path data() {
        return home.resolve("data");
    }

    Path logs() {
        return home.resolve("logs");
    }

    /** The first has the controller. */
    List<Node> nodes() {
        return nodes;
    }

    /** The id of the cluster, as Kafka's tools want one. */
    String cluster() {
        return cluster;
    }

    Path log(Node node) {
        return logs().resolve(node.name() + ".log");
    }

    Path properties(Node node) {
        return home.resolve(node.name() + ".properties");
    }

    Path users() {
        return home.resolve("users.txt");
    }

    Optional<TlsFiles> tls() {
        return tls;
    }

    String protocol() {
        String login = security.login() == Security.Login.NONE ? "" : "SASL_";
        return login + (security.encrypted() ? "SSL" : "PLAINTEXT");
    }

    Optional<String> mechanism() {
        return switch (security.login()) {
            case NONE -> Optional.empty();
            case PLAIN -> Optional.of("PLAIN");
            case SCRAM_SHA_256 -> Optional.of("SCRAM-SHA-256");
            case SCRAM_SHA_512 -> Optional.of("SCRAM-SHA-512");
            case ACCESS_KEY -> throw new IllegalArgumentException("Kafka has no login by access key");
        };
    }

    void write(BrokerSettings settings) throws IOException {
        Files.createDirectories(data());
        Files.createDirectories(logs());
        for (Node node : nodes) {
            Properties properties = defaults(node);
            secure(properties);
            properties.putAll(settings.properties());
            try (OutputStream out = Files.newOutputStream(properties(node))) {
                properties.store(out, null);
            }
        }
        Files.write(users(), scramUsers());
    }

    private Properties defaults(Node node) {
        boolean first = node.equals(nodes.get(0));
        String controller = HOST + ":" + controllerPort;
        String brokerListeners = "CLIENT://" + node.address() + ",INTERNAL://" + HOST + ":" + Ports.free();
        Properties properties = new Properties();
        properties.setProperty("process.roles", first ? "broker,controller" : "broker");
        properties.setProperty("node.id", Integer.toString(node.id()));
        properties.setProperty("controller.quorum.voters", nodes.get(0).id() + "@" + controller);
        properties.setProperty("controller.listener.names", "CONTROLLER");
        properties.setProperty("inter.broker.listener.name", "INTERNAL");
        properties.setProperty(
                "listener.security.protocol.map", "CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,CLIENT:" + protocol());
        properties.setProperty("listeners", first ? brokerListeners + ",CONTROLLER://" + controller : brokerListeners);
        properties.setProperty("log.dirs", data().resolve(node.name()).toString());
        properties.putAll(shared(nodes.size()));
        return properties;
    }

    /** What every broker of ours is told, wherever it runs; internal topics have a copy on each node. */
    static Map<String, String> shared(int nodes) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("auto.create.topics.enable", "false");
        for (String internal : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            properties.put(internal + ".replication.factor", Integer.toString(nodes));
            properties.put(internal + ".num.partitions", "1");
        }
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("group.initial.rebalance.delay.ms", "0");
        // after a kill the controller lets the broker in again only when the session of its former life is over
        properties.put("broker.session.timeout.ms", "2800");
        properties.put("broker.heartbeat.interval.ms", "500");
        // its default is a buffer of 128 MiB on the heap
        properties.put("log.cleaner.dedupe.buffer.size", "8388608");
        return properties;
    }

    /** As Kafka's own are: 16 bytes in Base64, without a minus sign at the beginning, which a tool takes for an option. */
    private static String randomId() {
        byte[] id = new byte[ID_BYTES];
        String text;
        do {
            ThreadLocalRandom.current().nextBytes(id);
            text = Base64.getUrlEncoder().withoutPadding().encodeToString(id);
        } while (text.startsWith("-"));
        return text;
    }

    private void secure(Properties properties) {
        tls.ifPresent(files -> {
            properties.setProperty("listener.name.client.ssl.keystore.type", "PKCS12");
            properties.setProperty(
                    "listener.name.client.ssl.keystore.location",
                    files.keyStore().toString());
            properties.setProperty("listener.name.client.ssl.keystore.password", files.password());
            properties.setProperty("listener.name.client.ssl.key.password", files.password());
        });
        mechanism().ifPresent(mechanism -> {
            properties.setProperty("sasl.enabled.mechanisms", mechanism);
            String prefix = "listener.name.client." + mechanism.toLowerCase(Locale.ROOT) + ".sasl.jaas.config";
            properties.setProperty(prefix, jaas());
        });
    }

    private String jaas() {
        if (security.login() != Security.Login.PLAIN) {
            return "org.apache.kafka.common.security.scram.ScramLoginModule required;";
        }
        Credentials user = security.credentials().orElseThrow();
        return "org.apache.kafka.common.security.plain.PlainLoginModule required user_" + user.user() + "=\""
                + user.password() + "\";";
    }

    private List<String> scramUsers() {
        if (security.login() == Security.Login.NONE || security.login() == Security.Login.PLAIN) {
            return List.of();
        }
        Credentials user = security.credentials().orElseThrow();
        return List.of(mechanism().orElseThrow() + "=[name=" + user.user() + ",password=" + user.password() + "]");
    }
}
