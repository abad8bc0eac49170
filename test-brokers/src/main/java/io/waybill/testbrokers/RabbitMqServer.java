package io.waybill.testbrokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The RabbitMQ that is installed on this machine, and what is known if there is none that will do. */
final class RabbitMqServer {
    private static final Path FOLDER = Path.of("/usr/lib/rabbitmq/lib");
    private static final Pattern SERVER = Pattern.compile("rabbitmq_server-(([0-9]+)\\.([0-9]+)\\.([0-9]+).*)");
    private static final Version OLDEST = new Version("3.10", 3, 10, 0);
    private static final String REMEDY = "apt-get install rabbitmq-server (on Debian or Ubuntu, as root)";
    private static final String REMEDY_OLD = "install RabbitMQ " + OLDEST.text() + " or newer";

    private final Path folder;
    private final Optional<Version> version;

    private RabbitMqServer(Path folder, Optional<Version> version) {
        this.folder = folder;
        this.version = version;
    }

    static RabbitMqServer installed() {
        return in(FOLDER);
    }

    /** The newest of the servers in a folder. */
    static RabbitMqServer in(Path folder) {
        if (!Files.isDirectory(folder)) {
            return new RabbitMqServer(folder, Optional.empty());
        }
        try (Stream<Path> files = Files.list(folder)) {
            return new RabbitMqServer(
                    folder, files.flatMap(file -> Version.of(file).stream()).max(Comparator.naturalOrder()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Availability availability() {
        if (version.isEmpty()) {
            return Availability.no("RabbitMQ is not installed (no server in " + folder + ")", REMEDY);
        }
        if (version.get().compareTo(OLDEST) < 0) {
            String reason = "RabbitMQ " + version() + " is too old: Waybill needs " + OLDEST.text() + " or newer";
            return Availability.no(reason, REMEDY_OLD);
        }
        return Availability.yes("child process, RabbitMQ " + version() + " of this machine");
    }

    String version() {
        return version.map(Version::text).orElse("unknown");
    }

    /**
     * One of the server's own scripts. Those in {@code /usr/sbin} of the same name will not do: they want to be called by the
     * user {@code rabbitmq} or by root.
     *
     * @throws IllegalStateException if the server is not available
     */
    String script(String name) {
        Availability availability = availability();
        if (!availability.available()) {
            throw new IllegalStateException("rabbitmq is " + availability);
        }
        return folder.resolve("rabbitmq_server-" + version())
                .resolve("sbin")
                .resolve(name)
                .toString();
    }

    private record Version(String text, int major, int minor, int patch) implements Comparable<Version> {
        static Optional<Version> of(Path folder) {
            Matcher matcher = SERVER.matcher(folder.getFileName().toString());
            if (!matcher.matches()) {
                return Optional.empty();
            }
            List<Integer> numbers = Stream.of(2, 3, 4)
                    .map(group -> Integer.parseInt(matcher.group(group)))
                    .toList();
            return Optional.of(new Version(matcher.group(1), numbers.get(0), numbers.get(1), numbers.get(2)));
        }

        @Override
        public int compareTo(Version other) {
            return Comparator.comparingInt(Version::major)
                    .thenComparingInt(Version::minor)
                    .thenComparingInt(Version::patch)
                    .thenComparing(Version::text)
                    .compare(this, other);
        }
    }
}
