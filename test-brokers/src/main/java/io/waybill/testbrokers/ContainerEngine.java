package io.waybill.testbrokers;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.testcontainers.DockerClientFactory;

/**
 * The Docker engine that Testcontainers finds: named by {@code DOCKER_HOST} or its own settings, or at one of the usual places.
 * What was found is remembered as long as this JVM lives, also that there is none.
 */
final class ContainerEngine {
    private static final String LIBRARY = "org.testcontainers.kafka.KafkaContainer";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1");

    private ContainerEngine() {}

    /** Whether there is an engine that containers can be started with, and where. Takes up to 10 s. */
    static Availability availability() {
        if (!onClassPath()) {
            return Availability.no(
                    "Testcontainers is not on the class path",
                    "add org.testcontainers:testcontainers-kafka and testcontainers-rabbitmq to it");
        }
        return availability(ContainerEngine::engine, ContainerEngine::host, PATIENCE);
    }

    /**
     * Whether there is an engine.
     *
     * @param engine says where it takes requests; may take for ever
     * @param host says where the ports of its containers are; asked for afterwards; may take for ever
     */
    static Availability availability(Supplier<String> engine, Supplier<String> host, Duration patience) {
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        Thread asking = new Thread(
                () -> {
                    ask(engine, first);
                    ask(host, second);
                },
                "waybill-docker-engine");
        asking.setDaemon(true);
        asking.start();
        long end = System.nanoTime() + patience.toNanos();
        try {
            String where = first.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return portsOf(where, second.get(end - System.nanoTime(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            return none("no Docker engine answers (" + e.getMessage() + ")");
        } catch (TimeoutException e) {
            return first.isDone()
                    ? Availability.no(
                            "Testcontainers did not find out within " + patience.toSeconds() + " s where the Docker"
                                    + " engine at " + first.join() + " opens ports",
                            "export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1, if it does so on this machine")
                    : none("the Docker engine did not answer within " + patience.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return none("interrupted while the Docker engine was asked");
        }
    }

    private static Availability portsOf(String engine, String host) {
        return HERE.contains(host)
                ? Availability.yes("Docker engine at " + engine)
                : Availability.no(
                        "the Docker engine at " + engine + " opens ports on " + host + ", not on 127.0.0.1",
                        "use an engine of this machine, from outside of its containers");
    }

    private static void ask(Supplier<String> question, CompletableFuture<String> answer) {
        try {
            answer.complete(question.get());
        } catch (RuntimeException | LinkageError e) {
            answer.completeExceptionally(e);
        }
    }

    private static Availability none(String reason) {
        return Availability.no(reason, "start Docker, or name its engine: export DOCKER_HOST=unix:///PATH");
    }

    /** Makes no client: the first that does may have to pull the image of Testcontainers' own cleaner. */
    private static String engine() {
        return DockerClientFactory.instance()
                .getTransportConfig()
                .getDockerHost()
                .toString();
    }

    /** In a container, Testcontainers may pull a small image and run it to find out. */
    private static String host() {
        return DockerClientFactory.instance().dockerHostIpAddress();
    }

    private static boolean onClassPath() {
        try {
            return Class.forName(LIBRARY, false, ContainerEngine.class.getClassLoader()) != null;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
