package io.waybill.testbrokers;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The brokers that this module knows, and where each comes from on this machine.
 *
 * <p>A broker is started as a child process, unless the environment variable {@code WAYBILL_TEST_BROKER_<NAME>} (for example
 * {@code WAYBILL_TEST_BROKER_KAFKA=kafka://broker.example:9092}) names one that runs already.
 */
public final class Brokers {
    private static final String OVERRIDE = "WAYBILL_TEST_BROKER_";

    private Brokers() {}

    /** The names that {@link #find} takes, in the order in which they should be shown. */
    public static List<String> names() {
        return List.of(KafkaBroker.NAME, RocketMqBroker.NAME);
    }

    /**
     * The source of the broker with this name.
     *
     * @throws IllegalArgumentException if the name is not one of {@link #names()}
     */
    public static BrokerSource find(String name) {
        return find(name, System.getenv());
    }

    static BrokerSource find(String name, Map<String, String> environment) {
        if (!names().contains(name)) {
            throw new IllegalArgumentException("No broker '" + name + "'; there are " + names());
        }
        String variable = OVERRIDE + name.toUpperCase(Locale.ROOT);
        return Optional.ofNullable(environment.get(variable))
                .filter(uri -> !uri.isBlank())
                .<BrokerSource>map(uri -> new ExternalSource(name, uri.strip(), variable))
                .orElseGet(() -> name.equals(KafkaBroker.NAME) ? new KafkaSource() : new RocketMqSource());
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
