package io.waybill.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Waybill;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** An application that is a module compiles against the API and the memory adapter as modules, and runs with them. */
final class ModulePathTest {
    private static final String CONSUMER = "module-path-consumer";

    private static String modulePath(Path... more) {
        return Stream.concat(
                        Stream.of(
                                Project.codeOf(Waybill.class),
                                Project.codeOf(adapter()),
                                Project.codeOf(Logger.class),
                                Project.codeOf(NullMarked.class)),
                        Stream.of(more))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Class<?> adapter() {
        try {
            return Class.forName("io.waybill.memory.MemoryAdapter");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void an_application_that_is_a_module_compiles_and_runs(@TempDir Path folder) throws Exception {
        Path classes = folder.resolve("classes");
        compile(classes);
        Path output = folder.resolve("output");
        Process application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dslf4j.internal.verbosity=ERROR",
                        "--module-path",
                        modulePath(classes),
                        "--module",
                        "consumer/consumer.RoundTrip")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(application.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            application.destroyForcibly();
        }
        assertThat(Files.readString(output, StandardCharsets.UTF_8)).contains("handled hello in module consumer");
        assertThat(application.exitValue()).isZero();
    }

    private static void compile(Path classes) throws IOException {
        Path sources = Project.root()
                .resolve("architecture-tests")
                .resolve("src")
                .resolve("test")
                .resolve("resources")
                .resolve(CONSUMER);
        List<String> arguments = List.of(
                "--release",
                "17",
                "-Xlint:all",
                "-Werror",
                "--class-path",
                sources.toString(),
                "--module-path",
                modulePath(),
                "-d",
                classes.toString(),
                sources.resolve("module-info.java").toString(),
                sources.resolve("consumer").resolve("RoundTrip.java").toString());
        StringWriter said = new StringWriter();
        PrintWriter printer = new PrintWriter(said);
        int code =
                ToolProvider.findFirst("javac").orElseThrow().run(printer, printer, arguments.toArray(new String[0]));
        assertThat(code).as(said::toString).isZero();
    }
}
