package io.waybill.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.core.EventConsumer;
import io.github.resilience4j.retry.Retry;
import io.waybill.Waybill;
import io.waybill.interceptors.CountingInterceptor;
import io.waybill.stores.jdbc.JdbcVerifierState;
import io.waybill.stores.redis.RedisVerifierState;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import redis.clients.jedis.UnifiedJedis;

/** An application that is a module compiles against the API and the memory adapter as modules, and runs with them. */
final class ModulePathTest {
    private static final String CONSUMER = "module-path-consumer";
    private static final String GUARDED = "module-path-guarded";

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
        Path[] more = {};
        compile(CONSUMER, "RoundTrip", folder.resolve("classes"), more);
        String output = run("consumer/consumer.RoundTrip", folder, more);
        assertThat(output).contains("handled hello in module consumer");
    }

    @Test
    void interceptors_need_no_module_of_guards(@TempDir Path folder) throws Exception {
        Path[] more = {Project.codeOf(CountingInterceptor.class)};
        compile(CONSUMER, "RoundTrip", folder.resolve("classes"), more);
        assertThat(run("consumer/consumer.RoundTrip", folder, more, "--add-modules", "io.waybill.interceptors"))
                .contains("handled hello in module consumer");
    }

    @Test
    void stores_need_no_module_of_a_driver(@TempDir Path folder) throws Exception {
        Path[] more = {
            Project.codeOf(CountingInterceptor.class),
            Project.codeOf(JdbcVerifierState.class),
            Project.codeOf(RedisVerifierState.class),
            Project.codeOf(UnifiedJedis.class)
        };
        compile(CONSUMER, "RoundTrip", folder.resolve("classes"), more);
        String stores = "io.waybill.stores.jdbc,io.waybill.stores.redis";
        assertThat(run("consumer/consumer.RoundTrip", folder, more, "--add-modules", stores))
                .contains("handled hello in module consumer");
    }

    @Test
    void a_guard_is_required_by_who_gives_it(@TempDir Path folder) throws Exception {
        Path[] more = {
            Project.codeOf(CountingInterceptor.class), Project.codeOf(Retry.class), Project.codeOf(EventConsumer.class)
        };
        compile(GUARDED, "Guarded", folder.resolve("classes"), more);
        assertThat(run("guarded/guarded.Guarded", folder, more))
                .contains("handled hello after 1 retry in module guarded");
    }

    private static String run(String main, Path folder, Path[] more, String... options) throws Exception {
        Path[] all = Stream.concat(Stream.of(folder.resolve("classes")), Stream.of(more))
                .toArray(Path[]::new);
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dslf4j.internal.verbosity=ERROR",
                "--module-path",
                modulePath(all)));
        command.addAll(List.of(options));
        command.addAll(List.of("--module", main));
        Process application = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(application.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            application.destroyForcibly();
        }
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(application.exitValue()).as(said).isZero();
        return said;
    }

    private static void compile(String application, String main, Path classes, Path... more) throws IOException {
        Path sources = Project.root()
                .resolve("architecture-tests")
                .resolve("src")
                .resolve("test")
                .resolve("resources")
                .resolve(application);
        List<String> arguments = List.of(
                "--release",
                "17",
                "-Xlint:all,-requires-automatic",
                "-Werror",
                "--class-path",
                sources.toString(),
                "--module-path",
                modulePath(more),
                "-d",
                classes.toString(),
                sources.resolve("module-info.java").toString(),
                sources.resolve(application.replace("module-path-", ""))
                        .resolve(main + ".java")
                        .toString());
        StringWriter said = new StringWriter();
        PrintWriter printer = new PrintWriter(said);
        int code =
                ToolProvider.findFirst("javac").orElseThrow().run(printer, printer, arguments.toArray(new String[0]));
        assertThat(code).as(said::toString).isZero();
    }
}
