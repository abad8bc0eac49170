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
    /** The brokers whose jars the build fetches. */
    enum Kind {
        KAFKA("Kafka", "kafka", "kafka_2.13"),
        ROCKETMQ("RocketMQ", "rocketmq", "rocketmq-broker");

        private final String title;
        private final String key;
        private final String artifact;
        private final Pattern jar;

        Kind(String title, String key, String artifact) {
            this.title = title;
            this.key = key;
            this.artifact = artifact;
            this.jar = Pattern.compile(Pattern.quote(artifact) + "-(.+)\\.jar");
        }

        /** The system property that names the folder. */
        String property() {
            return "waybill." + key + ".broker.lib";
        }

        /** The environment variable that names the folder. */
        String variable() {
            return "WAYBILL_" + name() + "_BROKER_LIB";
        }

        private Path folder() {
            return Path.of(key + "-broker", "lib");
        }
    }

    private static final String REMEDY =
            "run './waybill demo' once in the project's folder: it fetches the broker's jars";

    private final Kind kind;
    private final Optional<Path> folder;
    private final String version;
    private final String reason;

    private BrokerJars(Kind kind, Optional<Path> folder, String version, String reason) {
        this.kind = kind;
        this.folder = folder;
        this.version = version;
        this.reason = reason;
    }

    static BrokerJars of(Kind kind) {
        return of(kind, System.getProperties(), System.getenv(), Path.of("").toAbsolutePath());
    }

    static BrokerJars of(Kind kind, Properties properties, Map<String, String> environment, Path workingFolder) {
        String told = properties.getProperty(kind.property(), environment.getOrDefault(kind.variable(), ""));
        if (!told.isBlank()) {
            return in(kind, Path.of(told).toAbsolutePath())
                    .orElseGet(() -> missing(
                            kind,
                            "no " + kind.artifact + " jar in " + told + ", which " + kind.property() + " or "
                                    + kind.variable() + " names"));
        }
        return Stream.of(ChildProcess.ownCode(), workingFolder)
                .flatMap(start -> Stream.iterate(start, path -> path != null, Path::getParent))
                .flatMap(path -> Stream.of(
                        path.resolve(kind.folder()),
                        path.resolve("test-brokers").resolve("target").resolve(kind.folder())))
                .flatMap(path -> in(kind, path).stream())
                .findFirst()
                .orElseGet(() -> missing(
                        kind,
                        "the " + kind.title + " broker's jars have not been fetched (no test-brokers/target/"
                                + kind.folder() + " above " + workingFolder + ")"));
    }

    Availability availability() {
        return folder.isPresent() ? Availability.yes(reason) : Availability.no(reason, REMEDY);
    }

    /** @throws IllegalStateException if the jars are not there */
    String classPath() {
        return folder.orElseThrow(() -> new IllegalStateException(kind.key + " is " + availability())) + "/*";
    }

    String version() {
        return version;
    }

    private static BrokerJars missing(Kind kind, String reason) {
        return new BrokerJars(kind, Optional.empty(), "unknown", reason);
    }

    private static Optional<BrokerJars> in(Kind kind, Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> kind.jar.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(jar ->
                            new BrokerJars(kind, Optional.of(folder), jar.group(1), "child process, jars in " + folder))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
