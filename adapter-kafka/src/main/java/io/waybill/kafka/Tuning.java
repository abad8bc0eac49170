package io.waybill.kafka;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** The properties of Kafka's clients that an application may set: they cost or save time and memory, and no promise. */
final class Tuning {
    static final Tuning PRODUCER = new Tuning(
            "producer",
            ProducerConfig.configDef(),
            "batch.size",
            "compression.gzip.level",
            "compression.lz4.level",
            "compression.type",
            "compression.zstd.level",
            "linger.ms",
            "metadata.max.age.ms",
            "metadata.max.idle.ms");
    static final Tuning CONSUMER = new Tuning(
            "consumer",
            ConsumerConfig.configDef(),
            "fetch.max.bytes",
            "fetch.max.wait.ms",
            "fetch.min.bytes",
            "max.partition.fetch.bytes");

    /** Longer waits would make the client look silent, or blocked senders slow. */
    private static final Map<String, Long> MOST = Map.of("linger.ms", 100L, "fetch.max.wait.ms", 1000L);

    private final String client;
    private final Map<String, ConfigDef.ConfigKey> allowed = new TreeMap<>();

    private Tuning(String client, ConfigDef definition, String... own) {
        this.client = client;
        Stream<String> both = Stream.of(
                "client.dns.lookup",
                "client.rack",
                "connections.max.idle.ms",
                "enable.metrics.push",
                "receive.buffer.bytes",
                "reconnect.backoff.max.ms",
                "reconnect.backoff.ms",
                "retry.backoff.max.ms",
                "retry.backoff.ms",
                "send.buffer.bytes",
                "socket.connection.setup.timeout.max.ms",
                "socket.connection.setup.timeout.ms");
        Set<String> names = Stream.concat(both, Stream.of(own)).collect(Collectors.toSet());
        definition.configKeys().forEach((name, key) -> {
            if (names.contains(name)) {
                allowed.put(name, key);
            }
        });
    }

    Map<String, Object> with(Map<String, Object> properties, String name, String text) {
        Map<String, Object> copy = new TreeMap<>(properties);
        copy.put(name, check(name, text));
        return copy;
    }

    private Object check(String name, String text) {
        ConfigDef.ConfigKey key = allowed.get(name);
        if (key == null) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "Kafka's " + client + " property '" + name
                            + "' cannot be set: Waybill sets it itself, or its promises"
                            + " need the default. Allowed are: " + String.join(", ", allowed.keySet()));
        }
        try {
            Object value = ConfigDef.parseType(name, text, key.type);
            if (key.validator != null) {
                key.validator.ensureValid(name, value);
            }
            Long most = MOST.get(name);
            if (most != null && ((Number) value).longValue() > most) {
                throw new ConfigException(name, text, "Waybill allows at most " + most);
            }
            return value;
        } catch (ConfigException e) {
            throw new MessagingException(ErrorKind.INVALID, "Kafka does not take this: " + e.getMessage(), e);
        }
    }
}
