package io.waybill.stores.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.core.ExecutableProvider;

/** A Redis server that keeps what it was told, in a folder; it can be killed, and started again on its port. */
final class RedisProcess implements AutoCloseable {
    private final List<String> command;
    private final File log;
    private final int port;
    private Process process;

    private RedisProcess(List<String> command, File log, int port) {
        this.command = command;
        this.log = log;
        this.port = port;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
    }

    static RedisProcess start(Path folder, String... settings) throws IOException {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                ExecutableProvider.newJarResourceProvider(folder.toFile()).get().getPath(),
                "--port",
                "" + port,
                "--bind",
                "127.0.0.1",
                "--dir",
                folder.toString(),
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                "always"));
        command.addAll(List.of(settings));
        RedisProcess redis = new RedisProcess(command, folder.resolve("log").toFile(), port);
        redis.startAgain();
        return redis;
    }

    /** Below those that the system gives to outgoing connections: no client takes it while Redis is down. */
    private static int freePort() throws IOException {
        int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
        while (isTaken(port)) {
            port++;
        }
        return port;
    }

    private static boolean isTaken(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return !socket.isBound();
        } catch (BindException e) {
            return true;
        }
    }

    int port() {
        return port;
    }

    void startAgain() throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        await("Redis loads what it kept").until(this::answers);
    }

    private boolean answers() throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException("Redis ended:\n" + Files.readString(log.toPath()));
        }
        try (Jedis jedis = new Jedis("127.0.0.1", port)) {
            return jedis.ping().equals("PONG");
        } catch (JedisException e) {
            return false;
        }
    }

    /** As a crash does it. */
    void kill() {
        Process ended = process.destroyForcibly()
                .onExit()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        assertThat(ended.isAlive()).isFalse();
    }

    @Override
    public void close() {
        kill();
    }
}
