package io.waybill.testbrokers;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** Kafka in a container: one node, broker and controller. */
final class KafkaInContainer extends ContainerBroker {
    private static final int INSIDE = 9092;
    private static final Pattern VERSION = Pattern.compile("Kafka version: (\\S+)");

    private final int port;

    KafkaInContainer(BrokerSettings settings) {
        this(settings, Ports.free());
    }

    private KafkaInContainer(BrokerSettings settings, int port) {
        super(
                ContainerImage.KAFKA,
                new Loopback(imageName(ContainerImage.KAFKA)).withEnv(environment(settings)),
                Map.of(port, INSIDE),
                "Kafka Server started");
        this.port = port;
    }

    private static Map<String, String> environment(BrokerSettings settings) {
        Map<String, String> properties = KafkaFiles.shared(1);
        properties.putAll(settings.properties());
        Map<String, String> environment = new LinkedHashMap<>();
        properties.forEach((key, value) -> environment.put(variable(key), value));
        environment.put("KAFKA_HEAP_OPTS", "-Xmx" + settings.heap());
        if (settings.quickStart()) {
            environment.put("KAFKA_OPTS", "-XX:TieredStopAtLevel=1");
        }
        return environment;
    }

    /** How the image is told a property of the broker. */
    static String variable(String property) {
        return "KAFKA_"
                + property.replace("_", "__")
                        .replace("-", "___")
                        .replace('.', '_')
                        .toUpperCase(Locale.ROOT);
    }

    @Override
    public String uri() {
        return "kafka://" + HOST + ":" + port;
    }

    @Override
    String readVersion() {
        return logged(VERSION);
    }

    @Override
    void end() {
        terminate("kafka.Kafka");
    }

    /** Tells its clients 127.0.0.1, where Testcontainers would say localhost, which may be another address. */
    private static final class Loopback extends KafkaContainer {
        Loopback(DockerImageName image) {
            super(image);
        }

        @Override
        public String getHost() {
            return HOST;
        }
    }
}
