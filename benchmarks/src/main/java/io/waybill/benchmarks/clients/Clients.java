package io.waybill.benchmarks.clients;

import java.util.Map;
import java.util.Set;

/** All clients, by broker and name. */
public final class Clients {
    /** Opens a client at its workplace. */
    private interface Factory {
        Client open(Workplace workplace) throws Exception;
    }

    private static final Map<String, Map<String, Factory>> ALL = Map.of(
            "kafka",
            Map.of(
                    "waybill", WaybillClient::new,
                    "native", KafkaNative::tuned,
                    "native-linger-0", KafkaNative::tuned,
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
     * Opens a client.
     *
     * @param broker the kind of broker
     * @param name the client's name
     * @param workplace where it works
     * @return the client, which the caller closes
     * @throws Exception if it cannot be opened
     */
    public static Client open(String broker, String name, Workplace workplace) throws Exception {
        Factory factory = ALL.getOrDefault(broker, Map.of()).get(name);
        if (factory == null) {
            throw new IllegalArgumentException("There is no client '" + name + "' for " + broker);
        }
        return factory.open(workplace);
    }
}
