package io.waybill.testbrokers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** What a RabbitMQ node finds in its folder and in its environment when it starts; nothing of the system's own node. */
final class RabbitMqFiles {
    private static final String HOST = "127.0.0.1";
    private static final String LOOPBACK_ONLY = "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}";

    private final Path home;
    private final int port;
    private final int nodePort = Ports.free();
    private final int epmdPort = Ports.free();
    private final int saverPort = Ports.free();
    private final Security security;
    private final Optional<TlsFiles> tls;

    RabbitMqFiles(Path home, int port, Security security) {
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
        return logs().resolve(node() + ".log");
    }

    Path processes() {
        return home.resolve("processes");
    }

    Optional<TlsFiles> tls() {
        return tls;
    }

    String node() {
        return "waybill-" + port + "@localhost";
    }

    int epmdPort() {
        return epmdPort;
    }

    /** Where {@link RabbitMqRegister#save} asks. */
    int saverPort() {
        return saverPort;
    }

    void write(BrokerSettings settings) throws IOException {
        Files.createDirectories(data());
        Files.createDirectories(logs());
        Files.createDirectories(processes());
        Path cookie = home.resolve(".erlang.cookie");
        Files.writeString(cookie, UUID.randomUUID().toString().replace("-", ""));
        Files.setPosixFilePermissions(cookie, PosixFilePermissions.fromString("r--------"));
        Files.writeString(home.resolve("plugins"), "[].\n");
        Map<String, String> properties = defaults();
        properties.putAll(settings.properties());
        Files.writeString(home.resolve("rabbitmq.conf"), lines(properties), StandardCharsets.UTF_8);
        Files.writeString(home.resolve("advanced.config"), users(), StandardCharsets.UTF_8);
    }

    /** As they stand in {@code rabbitmq.conf}. */
    static String lines(Map<String, String> properties) {
        return properties.entrySet().stream()
                .map(property -> property.getKey() + " = " + property.getValue() + "\n")
                .collect(Collectors.joining());
    }

    /** The environment of the node and of its tools, besides what every process of this machine has. */
    Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        environment.put("HOME", home.toString());
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("ERL_EPMD_PORT", Integer.toString(epmdPort));
        environment.put("ERL_EPMD_ADDRESS", HOST);
        environment.put("RABBITMQ_NODENAME", node());
        environment.put("RABBITMQ_DIST_PORT", Integer.toString(nodePort));
        environment.put("RABBITMQ_CONF_ENV_FILE", home.resolve("no-environment").toString());
        environment.put("RABBITMQ_CONFIG_FILE", home.resolve("rabbitmq.conf").toString());
        environment.put(
                "RABBITMQ_ADVANCED_CONFIG_FILE", home.resolve("advanced.config").toString());
        environment.put("RABBITMQ_ENABLED_PLUGINS_FILE", home.resolve("plugins").toString());
        environment.put("RABBITMQ_MNESIA_BASE", data().toString());
        environment.put("RABBITMQ_LOG_BASE", logs().toString());
        environment.put("RABBITMQ_PID_FILE", home.resolve("node-pid").toString());
        environment.put("RABBITMQ_SCHEMA_DIR", home.resolve("schema").toString());
        environment.put(
                "RABBITMQ_GENERATED_CONFIG_DIR", home.resolve("generated").toString());
        // the script then becomes the Erlang VM instead of waiting for it, and what is killed is the broker itself
        environment.put("RUNNING_UNDER_SYSTEMD", "true");
        // +B i: Ctrl-C reaches the whole process group; when the broker ends is for its parent to decide
        environment.put(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                LOOPBACK_ONLY + " +B i -eval " + RabbitMqRegister.saver("{127,0,0,1}", saverPort));
        environment.put("RABBITMQ_CTL_ERL_ARGS", LOOPBACK_ONLY);
        environment.put("RABBITMQ_CTL_DIST_PORT_MIN", "0");
        environment.put("RABBITMQ_CTL_DIST_PORT_MAX", "0");
        return environment;
    }

    private Map<String, String> defaults() {
        Map<String, String> properties = new TreeMap<>();
        String address = HOST + ":" + port;
        if (tls.isPresent()) {
            properties.put("listeners.tcp", "none");
            properties.put("listeners.ssl.1", address);
            properties.put("ssl_options.certfile", tls.get().certificate().toString());
            properties.put("ssl_options.keyfile", tls.get().privateKey().toString());
            properties.put("ssl_options.verify", "verify_none");
            properties.put("ssl_options.fail_if_no_peer_cert", "false");
        } else {
            properties.put("listeners.tcp.1", address);
        }
        properties.putAll(shared());
        return properties;
    }

    /** What every node of ours is told, wherever it runs. */
    static Map<String, String> shared() {
        Map<String, String> properties = new TreeMap<>();
        properties.put("vm_memory_high_watermark.absolute", "1GiB");
        // its default is 50 MB; below it the broker takes nothing any more
        properties.put("disk_free_limit.absolute", "1MB");
        // its default is 512 MiB, which is also what the log of every quorum queue may hold in memory
        properties.put("raft.wal_max_size_bytes", "33554432");
        return properties;
    }

    /** Not in rabbitmq.conf, which would take a {@code #} in a password for a comment. */
    private String users() {
        return security.credentials()
                .map(user -> "[{rabbit, [{default_user, <<\"" + user.user() + "\">>}, {default_pass, <<\""
                        + user.password() + "\">>}]}].\n")
                .orElse("[].\n");
    }
}
