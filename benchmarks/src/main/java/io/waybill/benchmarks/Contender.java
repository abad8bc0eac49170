package io.waybill.benchmarks;

import io.waybill.testbrokers.KafkaBroker;
import io.waybill.testbrokers.RabbitMqBroker;
import io.waybill.testbrokers.RocketMqBroker;
import io.waybill.testbrokers.RunningBroker;
import java.util.List;
import java.util.function.Supplier;

/**
 * A broker that Waybill is measured on beside its own client.
 *
 * @param name the broker
 * @param broker starts it
 * @param factory makes the native arms of a sample
 * @param senders the native arms that send
 * @param consumers the native arms that consume
 * @param sent how many messages of 100 bytes a sample sends
 * @param sentLarge how many of 1,000 bytes
 * @param consumed how many of 100 bytes a sample consumes
 */
record Contender(
        String name,
        Supplier<RunningBroker> broker,
        Factory factory,
        List<String> senders,
        List<String> consumers,
        long sent,
        long sentLarge,
        long consumed) {

    static final List<Contender> ALL = List.of(
            new Contender(
                    "kafka",
                    () -> KafkaBroker.builder().heap("1g").start(),
                    KafkaArms::new,
                    List.of("native"),
                    List.of("native"),
                    2_000_000,
                    500_000,
                    2_000_000),
            new Contender(
                    "rabbitmq",
                    () -> RabbitMqBroker.builder().start(),
                    RabbitMqArms::new,
                    List.of("native"),
                    List.of("native"),
                    200_000,
                    50_000,
                    200_000),
            new Contender(
                    "rocketmq",
                    () -> RocketMqBroker.builder().heap("1g").start(),
                    RocketMqArms::new,
                    List.of(RocketMqArms.SINGLE, RocketMqArms.BATCHES),
                    List.of("native"),
                    150_000,
                    150_000,
                    600_000));

    /** Connects the native client. */
    interface Factory {
        NativeArms connect(String uri) throws Exception;
    }

    static Contender named(String name) {
        return ALL.stream()
                .filter(contender -> contender.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    List<String> natives(SideBySide.Work work) {
        return work == SideBySide.Work.SEND ? senders : consumers;
    }
}
