package io.waybill.benchmarks.clients;

import java.util.Map;
import java.util.Set;

/** All clients, by broker and name. */
public final class Clients {
    /** Opens clients of a kind. */
    public interface Factory {
        /**
         * Opens a client.
         *
         * @param workplace where it works
         * @return the client, which the caller closes
         * @throws Exception if it cannot be opened
         */
        Client open(Workplace workplace) throws Exception;
    }

    private static final Map<String, Map<String, Factory>> ALL = Map.of(
            "kafka",
            Map.of(
                    "waybill", WaybillClient::new,
                    "waybill-ledger", WaybillClient::withLedger,
                    "native", KafkaNative::tuned,
                    "native-checked", KafkaNative::checked,
                    "native-header", KafkaNative::readingHeader,
                    "native-defaults", KafkaNative::defaults,
                    "parallel-consumer", ParallelConsumer::new,
                    "smallrye", SmallRyeKafka::new,
                    "spring-kafka", SpringKafka::new),
            "rabbitmq",
            Map.of(
                    "waybill", WaybillClient::new,
                    "native", RabbitMqNative::tuned,
                    "native-tutorial", RabbitMqNative::tutorial,
                    "native-each", RabbitMqNative::each,
                    "native-checked", RabbitMqNative::checked,
                    "spring-rabbit", SpringRabbit::new),
            "rocketmq",
            Map.of(
                    "waybill", WaybillClient::new,
                    "native", RocketMqNative::tuned,
                    "native-batches", RocketMqNative::batches,
                    "native-defaults", RocketMqNative::defaults,
                    "rocketmq-spring", RocketMqSpring::new));

    private Clients() {}

    /**
     * The clients that there are.
     *
     * @param broker the kind of broker
     * @return their names
     */
    public static Set<String> names(String broker) {
        return ALL.getOrDefault(broker, Map.of()).keySet();
    }

    /**
     * A kind of client.
     *
     * @param broker the kind of broker
     * @param name the client's name
     * @return what opens such clients
     */
    public static Factory named(String broker, String name) {
        Factory factory = ALL.getOrDefault(broker, Map.of()).get(name);
        if (factory == null) {
            throw new IllegalArgumentException("There is no client '" + name + "' for " + broker);
        }
        return factory;
    }
}
