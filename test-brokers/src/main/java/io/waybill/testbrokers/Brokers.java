package io.waybill.testbrokers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The brokers that this module knows, and where each comes from on this machine.
 *
 * <p>The system property {@value #WITH} says how:
 *
 * <ul>
 *   <li>{@code external}: the one that the environment variable {@code WAYBILL_TEST_BROKER_<NAME>} names, for example
 *       {@code WAYBILL_TEST_BROKER_KAFKA=kafka://broker.example:9092}; it runs already.
 *   <li>{@code process}: started as a child process.
 *   <li>{@code testcontainers}: started in a container, by Testcontainers, which must be on the class path, and a Docker engine
 *       of this machine. The system property {@code waybill.image.<name>} or the environment variable
 *       {@code WAYBILL_IMAGE_<NAME>} names another image than the official one.
 *   <li>{@code auto}, the default: external if the variable is set, else process if that can be had, else testcontainers.
 * </ul>
 */
public final class Brokers {
    /** The system property that says where brokers come from. */
    public static final String WITH = "waybill.brokers.with";

    private static final String AUTO = "auto";
    private static final String PROCESS = "process";
    private static final String CONTAINERS = "testcontainers";
    private static final String EXTERNAL = "external";
    private static final String OVERRIDE = "WAYBILL_TEST_BROKER_";

    private Brokers() {}

    /** The names that {@link #find} takes, in the order in which they should be shown. */
    public static List<String> names() {
        return List.of(KafkaBroker.NAME, RocketMqBroker.NAME, RabbitMqBroker.NAME);
    }

    /** What {@link #WITH} may say. */
    public static List<String> ways() {
        return List.of(AUTO, PROCESS, CONTAINERS, EXTERNAL);
    }

    /**
     * The source of the broker with this name.
     *
     * @throws IllegalArgumentException if the name is not one of {@link #names()}, or {@link #WITH} none of {@link #ways()}
     */
    public static BrokerSource find(String name) {
        return find(name, System.getProperty(WITH, AUTO), System.getenv());
    }

    static BrokerSource find(String name, Map<String, String> environment) {
        return find(name, AUTO, environment);
    }

    static BrokerSource find(String name, String way, Map<String, String> environment) {
        if (!ways().contains(way)) {
            throw new IllegalArgumentException(WITH + " is " + way + "; it may be one of " + ways());
        }
        if (!names().contains(name)) {
            throw new IllegalArgumentException("No broker '" + name + "'; there are " + names());
        }
        String variable = OVERRIDE + name.toUpperCase(Locale.ROOT);
        return switch (way) {
            case PROCESS -> own(name);
            case CONTAINERS -> new ContainerSource(name);
            case EXTERNAL -> external(name, variable, environment).orElseGet(() -> new NoSource(name, variable));
            default ->
                external(name, variable, environment)
                        .orElseGet(() -> new FirstSource(List.of(own(name), new ContainerSource(name))));
        };
    }

    private static Optional<BrokerSource> external(String name, String variable, Map<String, String> environment) {
        return Optional.ofNullable(environment.get(variable))
                .filter(uri -> !uri.isBlank())
                .map(uri -> new ExternalSource(name, uri.strip(), variable));
    }

    private static BrokerSource own(String name) {
        return switch (name) {
            case KafkaBroker.NAME -> new KafkaSource();
            case RocketMqBroker.NAME -> new RocketMqSource();
            case RabbitMqBroker.NAME -> new RabbitMqSource();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static final class KafkaSource implements BrokerSource {
        @Override
        public String name() {
            return KafkaBroker.NAME;
        }

        @Override
        public Availability availability() {
            return BrokerJars.of(BrokerJars.Kind.KAFKA).availability();
        }

        @Override
        public RunningBroker start(BrokerSettings settings) {
            return KafkaBroker.builder().settings(settings).start();
        }
    }

    private static final class RocketMqSource implements BrokerSource {
        @Override
        public String name() {
            return RocketMqBroker.NAME;
        }

        @Override
        public Availability availability() {
            return BrokerJars.of(BrokerJars.Kind.ROCKETMQ).availability();
        }

        @Override
        public RunningBroker start(BrokerSettings settings) {
            return RocketMqBroker.builder().settings(settings).start();
        }
    }

    private static final class RabbitMqSource implements BrokerSource {
        @Override
        public String name() {
            return RabbitMqBroker.NAME;
        }

        @Override
        public Availability availability() {
            return RabbitMqServer.installed().availability();
        }

        @Override
        public RunningBroker start(BrokerSettings settings) {
            return RabbitMqBroker.builder().settings(settings).start();
        }
    }

    /**
     * The first of several that can be had. The later ones are looked for only where the earlier ones cannot be had.
     *
     * @param sources of the same kind of broker; at least one
     */
    record FirstSource(List<BrokerSource> sources) implements BrokerSource {
        @Override
        public String name() {
            return sources.get(0).name();
        }

        @Override
        public Availability availability() {
            List<Availability> missing = new ArrayList<>();
            for (BrokerSource source : sources) {
                Availability one = source.availability();
                if (one.available()) {
                    return one;
                }
                missing.add(one);
            }
            return Availability.no(
                    missing.stream().map(Availability::reason).collect(Collectors.joining("; and ")),
                    missing.stream().map(Availability::remedy).collect(Collectors.joining(", or ")));
        }

        @Override
        public RunningBroker start(BrokerSettings settings) {
            return sources.stream()
                    .filter(source -> source.availability().available())
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(name() + " is " + availability()))
                    .start(settings);
        }
    }

    private record NoSource(String name, String variable) implements BrokerSource {
        @Override
        public Availability availability() {
            return Availability.no(variable + " names no broker", "export " + variable + "=" + name + "://HOST:PORT");
        }

        @Override
        public RunningBroker start(BrokerSettings settings) {
            throw new IllegalStateException(name + " is " + availability());
        }
    }

    private record ExternalSource(String name, String uri, String variable) implements BrokerSource {
        @Override
        public Availability availability() {
            return new ExternalBroker(name, uri)
                    .unreachable()
                    .map(reason -> Availability.no(reason, "start that broker, or unset " + variable))
                    .orElseGet(() -> Availability.yes("external, " + variable));
        }

        @Override
        public RunningBroker start(BrokerSettings settings) {
            Availability availability = availability();
            if (!availability.available()) {
                throw new IllegalStateException(name + " is " + availability);
            }
            return new ExternalBroker(name, uri);
        }
    }
}
