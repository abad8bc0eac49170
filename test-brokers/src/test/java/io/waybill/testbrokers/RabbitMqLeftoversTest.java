package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("rabbitmq")
class RabbitMqLeftoversTest {
    @ParameterizedTest
    @ValueSource(strings = {"exit", "hold", "pause"})
    void aBrokerDoesNotOutliveItsParentHoweverThatEnds(String what) {
        try (ChildProcess parent = HeldBroker.holder(what, "rabbitmq")) {
            HeldBroker held = HeldBroker.by(parent);
            assertThat(held.processes()).hasSizeGreaterThanOrEqualTo(3);
            if (what.equals("exit")) {
                assertThat(parent.awaitExit(Duration.ofSeconds(20))).isZero();
            } else {
                assertThat(held.gone()).isFalse();
                parent.kill();
            }
            held.awaitGone();
        }
    }

    @Test
    void closeLeavesNothing() {
        List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
        RabbitMqBroker broker = RabbitMqBroker.builder().start();
        List<ProcessHandle> started = ProcessHandle.current()
                .descendants()
                .filter(process -> !before.contains(process))
                .toList();
        assertThat(started).hasSizeGreaterThanOrEqualTo(3);
        broker.close();
        HeldBroker held = new HeldBroker(
                broker.dataFolder().getParent(),
                started.stream().map(ProcessHandle::pid).toList());
        held.awaitGone();
    }

    /** Where the tests run as an ordinary user, all the others show that. */
    @Test
    @EnabledIf("root")
    void anOrdinaryUserCanStartOne(@TempDir Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.matches(".*(/test-brokers/target/.*|slf4j[^/]*jar)"))
                .map(entry -> copy(Path.of(entry), folder).toString())
                .collect(Collectors.joining(File.pathSeparator));
        ProcessBuilder command = new ProcessBuilder(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                classPath,
                BrokerHolder.class.getName(),
                "exit",
                "rabbitmq");
        command.environment().put("HOME", "/nonexistent");
        command.directory(new File("/"));
        try (ChildProcess parent = ChildProcess.program(command, "broker of an ordinary user")) {
            HeldBroker held = HeldBroker.by(parent);
            assertThat(parent.awaitExit(Duration.ofSeconds(20))).isZero();
            held.awaitGone();
        }
    }

    static boolean root() {
        return System.getProperty("user.name").equals("root");
    }

    private static Path copy(Path entry, Path folder) {
        Path target = folder.resolve(entry.getParent().getFileName() + "-" + entry.getFileName());
        try {
            String unused = Shell.run(new ProcessBuilder("cp", "-r", entry.toString(), target.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target;
    }
}
