package io.waybill.testbrokers;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The brokers that this module knows, and where each comes from on this machine.
 *
 * <p>A broker is started as a child process, unless the environment variable {@code WAYBILL_TEST_BROKER_<NAME>} (for example
 * {@code WAYBILL_TEST_BROKER_KAFKA=kafka://broker.example:9092}) names one that runs already. The system property
 * {@value #WITH} restricts that: {@code process} looks at no variable, {@code external} starts nothing, {@code auto} is the
 * default.
 */
public final class Brokers {
    /** The system property that says where brokers come from. */
    public static final String WITH = "waybill.brokers.with";

    private static final String AUTO = "auto";
    private static final String PROCESS = "process";
    private static final String EXTERNAL = "external";
    private static final String OVERRIDE = "WAYBILL_TEST_BROKER_";

    private Brokers() {}

    /** The names that {@link #find} takes, in the order in which they should be shown. */
    public static List<String> names() {
        return List.of(KafkaBroker.NAME, RocketMqBroker.NAME, RabbitMqBroker.NAME);
    }

    /** What {@link #WITH} may say. */
    public static List<String> ways() {
        return List.of(AUTO, PROCESS, EXTERNAL);
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
        return Optional.ofNullable(way.equals(PROCESS) ? null : environment.get(variable))
                .filter(uri -> !uri.isBlank())
                .<BrokerSource>map(uri -> new ExternalSource(name, uri.strip(), variable))
                .orElseGet(() -> way.equals(EXTERNAL) ? new NoSource(name, variable) : own(name));
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
