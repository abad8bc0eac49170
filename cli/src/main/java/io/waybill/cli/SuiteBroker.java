package io.waybill.cli;

import io.waybill.conformance.ConformanceTarget;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.ConnectionUri;
import io.waybill.testbrokers.Brokers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;

/**
 * A broker that the suite can be run on.
 *
 * @param name as it is called in reports: no secrets
 * @param target the name of the suite's target
 * @param uri where it runs already, secrets included; empty if the target starts it
 */
record SuiteBroker(String name, String target, Optional<String> uri) {
    /** Both shapes of the memory adapter, then what {@link Brokers} may start. */
    static List<String> names() {
        List<String> names = new ArrayList<>(List.of(MemoryTarget.LOG, MemoryTarget.QUEUE));
        names.addAll(Brokers.names());
        return names;
    }

    /**
     * What was asked for: a name, {@code all}, or a URI. Any target on the class path may be asked for by its name.
     *
     * @throws MessagingException INVALID if it is none of these
     */
    static List<SuiteBroker> find(String asked) {
        if (asked.equals(DemoBroker.ALL)) {
            return names().stream().map(SuiteBroker::named).toList();
        }
        List<String> targets = ServiceLoader.load(ConformanceTarget.class).stream()
                .map(provider -> provider.get().name())
                .toList();
        if (targets.contains(asked)) {
            return List.of(named(asked));
        }
        if (!asked.contains(":")) {
            throw DemoBroker.noSuch(asked, names());
        }
        ConnectionUri uri = ConnectionUri.parse(asked);
        if (!Brokers.names().contains(uri.scheme())) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "the suite cannot be run on '" + uri + "'; use a name, or a URI that starts with one of "
                            + Brokers.names());
        }
        return List.of(new SuiteBroker(uri.toString(), uri.scheme(), Optional.of(asked)));
    }

    private static SuiteBroker named(String name) {
        return new SuiteBroker(name, name, Optional.empty());
    }

    /**
     * Whether it can be had, and if not, what would mend that.
     *
     * @throws MessagingException INVALID or UNSUPPORTED if what was asked for makes no sense
     */
    DemoBroker.Had look() {
        if (uri.isPresent()) {
            return DemoBroker.connect(uri.get());
        }
        if (!Brokers.names().contains(target)) {
            return new DemoBroker.Had(true, inProcess() ? "in this JVM" : "as its target says");
        }
        return DemoBroker.Had.of(Brokers.find(target).availability());
    }

    /** Whether no broker has to be started or reached. */
    boolean inProcess() {
        return target.equals(MemoryTarget.LOG) || target.equals(MemoryTarget.QUEUE);
    }

    /** The client that the adapter works with, and its version; empty if it has none. */
    String client() {
        return switch (target) {
            case "kafka" -> client("kafka-clients", "kafka/kafka-version.properties", "version");
            case "rocketmq" ->
                client(
                        "rocketmq-client",
                        "META-INF/maven/org.apache.rocketmq/rocketmq-client/pom.properties",
                        "version");
            case "rabbitmq" -> client("amqp-client", "rabbitmq-amqp-client.properties", "com.rabbitmq.client.version");
            default -> "";
        };
    }

    /** The version stands in a file of the client's own jar. */
    private static String client(String name, String file, String key) {
        try (InputStream in = SuiteBroker.class.getClassLoader().getResourceAsStream(file)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return name + " " + properties.getProperty(key, "of unknown version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
