package io.waybill.testbrokers;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Kafka's broker and controller in this JVM. The only class that knows Kafka's internals, by reflection: they are on the class
 * path of the child alone.
 *
 * <p>Arguments: the file with the broker's properties; the file with the users to create and the id of the cluster, both for
 * when its storage is formatted.
 */
final class KafkaBrokerMain {
    static final String READY = "waybill: the broker takes requests";

    private KafkaBrokerMain() {}

    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Path settings = Path.of(args[0]);
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(settings)) {
            properties.load(in);
        }
        if (!Files.exists(Path.of(properties.getProperty("log.dirs"), "meta.properties"))) {
            format(settings, Files.readAllLines(Path.of(args[1])), args[2]);
        }
        start(properties);
    }

    private static void format(Path settings, List<String> users, String cluster) throws ReflectiveOperationException {
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("format", "--config", settings.toString()));
        arguments.addAll(List.of("--cluster-id", cluster));
        for (String user : users) {
            arguments.addAll(List.of("--add-scram", user));
        }
        Object exit = Class.forName("kafka.tools.StorageTool")
                .getMethod("execute", String[].class, PrintStream.class)
                .invoke(null, arguments.toArray(new String[0]), System.err);
        if (!Integer.valueOf(0).equals(exit)) {
            throw new IllegalStateException("The broker's storage could not be formatted");
        }
    }

    private static void start(Properties properties) throws ReflectiveOperationException {
        Class<?> configType = Class.forName("kafka.server.KafkaConfig");
        Class<?> timeType = Class.forName("org.apache.kafka.common.utils.Time");
        Class<?> serverType = Class.forName("kafka.server.KafkaRaftServer");
        Object server = serverType
                .getConstructor(configType, timeType)
                .newInstance(
                        configType.getConstructor(Map.class).newInstance(properties),
                        timeType.getField("SYSTEM").get(null));
        serverType.getMethod("startup").invoke(server);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                serverType.getMethod("shutdown").invoke(server);
                            } catch (ReflectiveOperationException e) {
                                System.err.println("The broker could not be shut down: " + e.getCause());
                            }
                        },
                        "waybill-kafka-shutdown"));
        System.out.println(READY);
        serverType.getMethod("awaitShutdown").invoke(server);
    }
}
