package io.waybill.testbrokers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** What a Kafka broker finds in its folder when it starts: its properties, the users to create, and its certificate. */
final class KafkaFiles {
    private static final String HOST = "127.0.0.1";

    private final Path home;
    private final int port;
    private final Security security;
    private final Optional<TlsFiles> tls;

    KafkaFiles(Path home, int port, Security security) {
        this.home = home;
        this.port = port;
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

    Path log() {
        return logs().resolve("broker.log");
    }

    Path properties() {
        return home.resolve("server.properties");
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
        Properties properties = defaults();
        secure(properties);
        properties.putAll(settings.properties());
        try (OutputStream out = Files.newOutputStream(properties())) {
            properties.store(out, null);
        }
        Files.write(users(), scramUsers());
    }

    private Properties defaults() {
        int controller = Ports.free();
        Properties properties = new Properties();
        properties.setProperty("process.roles", "broker,controller");
        properties.setProperty("node.id", "1");
        properties.setProperty("controller.quorum.voters", "1@" + HOST + ":" + controller);
        properties.setProperty("controller.listener.names", "CONTROLLER");
        properties.setProperty("inter.broker.listener.name", "INTERNAL");
        properties.setProperty(
                "listener.security.protocol.map", "CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,CLIENT:" + protocol());
        properties.setProperty(
                "listeners",
                "CLIENT://" + HOST + ":" + port + ",INTERNAL://" + HOST + ":" + Ports.free() + ",CONTROLLER://" + HOST
                        + ":" + controller);
        properties.setProperty("log.dirs", data().toString());
        properties.putAll(shared());
        return properties;
    }

    /** What every broker of ours is told, wherever it runs. */
    static Map<String, String> shared() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("auto.create.topics.enable", "false");
        for (String internal : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            properties.put(internal + ".replication.factor", "1");
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
