package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.DockerClientFactory;

/** Brokers in containers, on a Docker engine. */
@EnabledIfSystemProperty(
        named = "waybill.testcontainers",
        matches = "true",
        disabledReason = "needs a Docker engine: run it with -Ptestcontainers")
class ContainerBrokerTest {
    private static final BrokerSettings SETTINGS = BrokerSettings.defaults().withQuickStart(true);

    private static BrokerSource source(ContainerClients kind) {
        return Brokers.find(kind.name().toLowerCase(Locale.ROOT), "testcontainers", Map.of());
    }

    @ParameterizedTest
    @EnumSource
    void keepsItsPortAndItsDataOverKillAndOverStopAndLeavesNothing(ContainerClients kind) throws Exception {
        BrokerSource source = source(kind);
        String image = ContainerImage.of(source.name()).chosen();
        assertThat(source.availability().reason()).contains("container of " + image);
        String id;
        RunningBroker broker = source.start(SETTINGS);
        try (broker) {
            id = ((ContainerBroker) broker).id();
            assertThat(broker.name()).isEqualTo(source.name());
            assertThat(broker.version())
                    .matches("[0-9]+\\.[0-9]+\\.[0-9]+.* \\(image .*\\)")
                    .contains(image);
            assertThat(broker.uri()).startsWith(broker.name() + "://127.0.0.1:");
            assertThat(broker.canFault()).isTrue();
            assertThat(broker.processes()).isEmpty();
            assertThat(broker.logTail()).isNotBlank();
            String uri = broker.uri();
            kind.create(broker, "kept");
            kind.send(broker, "kept", 0, 500);

            broker.kill();
            assertThat(broker.running()).isFalse();
            assertThatThrownBy(broker::kill)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not running");
            broker.start();
            assertThat(kind.read(broker, "kept", 500)).isEqualTo(messages(500));

            kind.send(broker, "kept", 500, 600);
            broker.pause();
            broker.kill();
            broker.start();
            assertThat(kind.read(broker, "kept", 600)).containsExactlyInAnyOrderElementsOf(messages(600));

            broker.pause();
            broker.stop();
            assertThat(broker.running()).isFalse();
            broker.start();
            assertThat(kind.read(broker, "kept", 600)).containsExactlyInAnyOrderElementsOf(messages(600));
            assertThat(broker.uri()).isEqualTo(uri);
            assertThatThrownBy(broker::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("running");
        }
        broker.close();
        assertThat(broker.running()).isFalse();
        assertThatThrownBy(broker::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        DockerClient docker = DockerClientFactory.lazyClient();
        assertThatThrownBy(() -> docker.inspectContainerCmd(id).exec()).isInstanceOf(NotFoundException.class);
    }

    @ParameterizedTest
    @EnumSource
    void answersNothingWhilePausedAndGoesOnAfterwards(ContainerClients kind) throws Exception {
        try (RunningBroker broker = source(kind).start(SETTINGS)) {
            kind.create(broker, "paused");
            broker.pause();
            broker.pause();
            assertThat(broker.running()).isTrue();
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(kind, broker));
            assertThatThrownBy(() -> sent.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            broker.resume();
            broker.resume();
            sent.get(30, TimeUnit.SECONDS);
            assertThat(kind.read(broker, "paused", 1)).containsExactly("m0");
        }
    }

    private static void send(ContainerClients kind, RunningBroker broker) {
        try {
            kind.send(broker, "paused", 0, 1);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void listensOnThisMachineOnly(ContainerClients kind) throws IOException {
        try (RunningBroker broker = source(kind).start(SETTINGS);
                ServerSocket beside = new ServerSocket(
                        URI.create(broker.uri()).getPort(), 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 2}))) {
            assertThat(beside.isBound()).isTrue();
        }
    }

    @Test
    void aBrokerThatCannotStartSaysWhyAndLeavesNothing() {
        BrokerSource source = source(ContainerClients.RABBITMQ);
        BrokerSettings wrong = SETTINGS.withProperty("consumer_timeout", "later");
        DockerClient docker = DockerClientFactory.lazyClient();
        int before = docker.listContainersCmd().withShowAll(true).exec().size();
        assertThatThrownBy(() -> source.start(wrong))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("did not start")
                .hasMessageContaining("later");
        assertThat(docker.listContainersCmd().withShowAll(true).exec()).hasSize(before);
    }

    @Test
    void protectionIsRefused() {
        BrokerSettings secured = SETTINGS.withSecurity(Security.plaintext().with(Security.Encryption.TLS));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source(ContainerClients.KAFKA).start(secured))
                .withMessageContaining("process");
    }

    private static List<String> messages(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }
}
