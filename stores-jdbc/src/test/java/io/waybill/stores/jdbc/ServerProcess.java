package io.waybill.stores.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A database server as a child process; it can be killed, and started again on its port. */
final class ServerProcess implements AutoCloseable {
    private final List<String> command;
    private final File log;
    private final String url;
    private Process process;

    private ServerProcess(List<String> command, File log, String url) {
        this.command = command;
        this.log = log;
        this.url = url;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
    }

    /**
     * Starts a server and waits until it answers.
     *
     * @param log where its output goes
     * @param url what drivers connect to
     */
    static ServerProcess start(List<String> command, File log, String url) throws IOException {
        ServerProcess server = new ServerProcess(command, log, url);
        server.startAgain();
        return server;
    }

    /** Runs a program to its end. */
    static void run(List<String> command, File log) throws Exception {
        if (launch(command, log).waitFor() != 0) {
            throw failed(command, log);
        }
    }

    private static Process launch(List<String> command, File log) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }

    private static IllegalStateException failed(List<String> command, File log) throws IOException {
        return new IllegalStateException(command + " failed:\n" + Files.readString(log.toPath()));
    }

    /** Whether this JVM runs as root, which servers do not like. */
    static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    String url() {
        return url;
    }

    void startAgain() throws IOException {
        process = launch(command, log);
        await("the server recovers what it kept").atMost(Duration.ofSeconds(60)).until(this::answers);
    }

    private boolean answers() throws IOException {
        if (!process.isAlive()) {
            throw failed(command, log);
        }
        try (Connection connection = DriverManager.getConnection(url)) {
            return connection.isValid(5);
        } catch (SQLException e) {
            return false;
        }
    }

    /** As a crash does it. */
    void kill() {
        awaitEnd(process.destroyForcibly());
    }

    @Override
    public void close() {
        process.destroy();
        awaitEnd(process);
    }

    private static void awaitEnd(Process ending) {
        Process ended = ending.onExit().orTimeout(30, TimeUnit.SECONDS).join();
        assertThat(ended.isAlive()).isFalse();
    }
}
