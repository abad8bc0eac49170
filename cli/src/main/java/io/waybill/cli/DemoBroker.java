package io.waybill.cli;

import io.waybill.Waybill;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.ConnectionUri;
import io.waybill.testbrokers.Availability;
import io.waybill.testbrokers.BrokerSettings;
import io.waybill.testbrokers.BrokerSource;
import io.waybill.testbrokers.Brokers;
import io.waybill.testbrokers.RunningBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Where the demo can run. */
sealed interface DemoBroker {
    String ALL = "all";
    String MEMORY = "memory";

    /** As it is called in the table: no secrets. */
    String name();

    /**
     * Whether it can be had, and if not, what would mend that.
     *
     * @throws MessagingException INVALID or UNSUPPORTED if what was asked for makes no sense
     */
    Had look();

    /**
     * Starts it, if it has to be started.
     *
     * @throws IllegalStateException if it does not start
     */
    Started start();

    /**
     * Whether a broker can be had.
     *
     * @param available whether it can
     * @param reason where from; or why not, and the line that would mend it
     */
    record Had(boolean available, String reason) {
        static Had of(Availability found) {
            return new Had(
                    found.available(),
                    found.available() ? found.reason() : found.reason() + "; to have it: " + found.remedy());
        }
    }

    /**
     * A broker that can be used.
     *
     * @param uri where to connect to, secrets included
     * @param version its version, or {@code unknown}
     * @param end ends it
     */
    record Started(String uri, String version, Runnable end) implements AutoCloseable {
        @Override
        public String toString() {
            return "Started[" + version + "]";
        }

        @Override
        public void close() {
            end.run();
        }
    }

    /** Names that can be asked for one by one: those that this build has an adapter for. */
    static List<String> names() {
        Set<String> schemes = ServiceLoader.load(AdapterProvider.class).stream()
                .map(provider -> provider.get().scheme())
                .collect(Collectors.toSet());
        List<String> names = new ArrayList<>(List.of(MEMORY));
        Brokers.names().stream().filter(schemes::contains).forEach(names::add);
        return names;
    }

    /**
     * What was asked for: a name, {@code all}, or a URI.
     *
     * @throws MessagingException INVALID if it is none of these
     */
    static List<DemoBroker> find(String asked) {
        if (asked.equals(ALL)) {
            return names().stream().map(DemoBroker::named).toList();
        }
        if (names().contains(asked)) {
            return List.of(named(asked));
        }
        if (!asked.contains(":")) {
            throw noSuch(asked, names());
        }
        ConnectionUri uri = ConnectionUri.parse(asked);
        if (!names().contains(uri.scheme())) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "there is no adapter for '" + uri.scheme() + "'; use a URI that starts with one of " + names());
        }
        if (uri.scheme().equals(MEMORY) && uri.path().isEmpty()) {
            return List.of(new InMemory(asked.substring(asked.indexOf(':') + 1)));
        }
        return List.of(new ByUri(asked, uri.toString()));
    }

    static MessagingException noSuch(String asked, List<String> names) {
        return new MessagingException(
                ErrorKind.INVALID,
                "there is no broker '" + asked + "'; use " + String.join(", ", names)
                        + ", all, or a URI such as kafka://localhost:9092");
    }

    private static DemoBroker named(String name) {
        return name.equals(MEMORY) ? new InMemory("") : new Startable(Brokers.find(name));
    }

    static Had connect(String uri) {
        try (Waybill waybill = Waybill.connect(uri)) {
            return new Had(true, waybill + " runs already");
        } catch (MessagingException e) {
            if (e.kind() == ErrorKind.INVALID || e.kind() == ErrorKind.UNSUPPORTED) {
                throw e;
            }
            return new Had(false, String.valueOf(e.getMessage()));
        }
    }

    /**
     * A broker in this JVM, which all connections of one run share by its name.
     *
     * @param parameters what follows the name in the URI
     */
    record InMemory(String parameters) implements DemoBroker {
        @Override
        public String name() {
            return MEMORY;
        }

        @Override
        public Had look() {
            Had had = connect("memory:" + parameters);
            return had.available() ? new Had(true, "in this JVM") : had;
        }

        @Override
        public Started start() {
            return new Started("memory:demo-" + UUID.randomUUID() + parameters, "built-in", () -> {});
        }
    }

    /**
     * A broker that this machine may be able to start.
     *
     * @param source where it comes from
     */
    record Startable(BrokerSource source) implements DemoBroker {
        @Override
        public String name() {
            return source.name();
        }

        @Override
        public Had look() {
            return Had.of(source.availability());
        }

        @Override
        public Started start() {
            RunningBroker broker = source.start(BrokerSettings.defaults());
            return new Started(broker.uri(), broker.version(), broker::close);
        }
    }

    /**
     * A broker that runs somewhere.
     *
     * @param uri where, secrets included
     * @param name where, without secrets
     */
    record ByUri(String uri, String name) implements DemoBroker {
        @Override
        public String toString() {
            return name;
        }

        @Override
        public Had look() {
            return connect(uri);
        }

        @Override
        public Started start() {
            return new Started(uri, "unknown", () -> {});
        }
    }
}
