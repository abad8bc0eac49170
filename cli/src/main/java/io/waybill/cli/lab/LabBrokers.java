package io.waybill.cli.lab;

import io.waybill.testbrokers.Availability;
import io.waybill.testbrokers.Brokers;
import java.util.ArrayList;
import java.util.List;

/** The brokers that the lab knows, by name, and what is played on each. */
final class LabBrokers {
    private static final String KAFKA = "kafka";
    private static final String ROCKETMQ = "rocketmq";
    private static final String RABBITMQ = "rabbitmq";

    private LabBrokers() {}

    /** In the order in which they are shown. */
    static List<String> names() {
        return List.of(MemoryLab.NAME, KAFKA, ROCKETMQ, RABBITMQ);
    }

    static Availability availability(String name) {
        return name.equals(MemoryLab.NAME)
                ? new Availability(true, "in this JVM", "")
                : Brokers.find(name).availability();
    }

    /** @throws IllegalStateException if it does not start */
    static LabBroker start(String name) {
        return switch (name) {
            case MemoryLab.NAME -> new MemoryLab();
            case KAFKA -> new KafkaLab();
            case ROCKETMQ -> new RocketMqLab();
            case RABBITMQ -> new RabbitMqLab();
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Losses first, then what is none. */
    static List<Scenario> scenarios(String name) {
        List<Scenario> all = new ArrayList<>(
                switch (name) {
                    case MemoryLab.NAME -> MemoryLab.losses();
                    case KAFKA -> KafkaLab.losses();
                    case ROCKETMQ -> RocketMqLab.losses();
                    case RABBITMQ -> RabbitMqLab.losses();
                    default -> throw new IllegalArgumentException(name);
                });
        all.addAll(InjectedFaults.all());
        all.add(OneOfMany.dropped().aloneOnItsBroker()); // it takes all there is
        all.addAll(List.of(
                Interruptions.rebalances(),
                Interruptions.consumerKilled(),
                Interruptions.producerKilled(),
                Interruptions.brokerKilled(),
                Interruptions.consumerFrozen(),
                Interruptions.consumerPaused(),
                Failures.retries(),
                Failures.deadLetters(),
                name.equals(ROCKETMQ)
                        ? Failures.definiteFailures().aloneOnItsBroker() // it is the broker that may not be written to
                        : Failures.definiteFailures(),
                name.equals(MemoryLab.NAME)
                        ? Failures.unknownOutcomes().aloneOnItsBroker() // its network is everybody's
                        : Failures.unknownOutcomes(),
                Lives.twoOfOneName(),
                Lives.clockSetBack(),
                Lives.lateJoiners()));
        return all;
    }
}
