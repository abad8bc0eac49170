package io.waybill.testbrokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folder with a broker's own jars, which the build makes, and what is known if it is not there. */
final class BrokerJars {
    static final String KAFKA_PROPERTY = "waybill.kafka.broker.lib";
    static final String KAFKA_VARIABLE = "WAYBILL_KAFKA_BROKER_LIB";

    private static final Pattern KAFKA_JAR = Pattern.compile("kafka_2\\.13-(.+)\\.jar");
    private static final Path KAFKA_FOLDER = Path.of("kafka-broker", "lib");
    private static final String REMEDY =
            "run './waybill demo' once in the project's folder: it fetches the broker's jars";

    private final Optional<Path> folder;
    private final String version;
    private final String reason;

    private BrokerJars(Optional<Path> folder, String version, String reason) {
        this.folder = folder;
        this.version = version;
        this.reason = reason;
    }

    static BrokerJars kafka() {
        return kafka(System.getProperties(), System.getenv(), Path.of("").toAbsolutePath());
    }

    static BrokerJars kafka(Properties properties, Map<String, String> environment, Path workingFolder) {
        String told = properties.getProperty(KAFKA_PROPERTY, environment.getOrDefault(KAFKA_VARIABLE, ""));
        if (!told.isBlank()) {
            return in(Path.of(told).toAbsolutePath())
                    .orElseGet(() -> missing("no kafka_2.13 jar in " + told + ", which " + KAFKA_PROPERTY + " or "
                            + KAFKA_VARIABLE + " names"));
        }
        return Stream.of(ChildProcess.ownCode(), workingFolder)
                .flatMap(start -> Stream.iterate(start, path -> path != null, Path::getParent))
                .flatMap(path -> Stream.of(
                        path.resolve(KAFKA_FOLDER),
                        path.resolve("test-brokers").resolve("target").resolve(KAFKA_FOLDER)))
                .flatMap(path -> in(path).stream())
                .findFirst()
                .orElseGet(() -> missing("the Kafka broker's jars have not been fetched (no test-brokers/target/"
                        + KAFKA_FOLDER + " above " + workingFolder + ")"));
    }

    Availability availability() {
        return folder.isPresent() ? Availability.yes(reason) : Availability.no(reason, REMEDY);
    }

    /** @throws IllegalStateException if the jars are not there */
    String classPath() {
        return folder.orElseThrow(() -> new IllegalStateException("kafka is " + availability())) + "/*";
    }

    String version() {
        return version;
    }

    private static BrokerJars missing(String reason) {
        return new BrokerJars(Optional.empty(), "unknown", reason);
    }

    private static Optional<BrokerJars> in(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> KAFKA_JAR.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(jar -> new BrokerJars(Optional.of(folder), jar.group(1), "child process, jars in " + folder))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
