package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a Docker engine, with or without one on this machine. */
@Timeout(30)
class ContainerEngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final String SOCKET = "unix:///run/docker.sock";

    private static String silent() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "";
    }

    private static String failing() {
        throw new IllegalStateException("none of the usual places");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1"})
    void anEngineOfThisMachineIsAvailable(String host) {
        assertThat(ContainerEngine.availability(() -> SOCKET, () -> host, PATIENCE))
                .isEqualTo(Availability.yes("Docker engine at " + SOCKET));
    }

    @Test
    void anEngineWhosePortsAreElsewhereIsNot() {
        Availability found = ContainerEngine.availability(() -> "tcp://far:2375", () -> "far", PATIENCE);
        assertThat(found.available()).isFalse();
        assertThat(found.reason()).contains("tcp://far:2375", "not on 127.0.0.1");
        assertThat(found.remedy()).isNotBlank();
    }

    @Test
    void noEngineIsSaidWithTheRemedy() {
        Availability found =
                ContainerEngine.availability(ContainerEngineTest::failing, ContainerEngineTest::silent, PATIENCE);
        assertThat(found.available()).isFalse();
        assertThat(found.reason()).contains("no Docker engine answers", "none of the usual places");
        assertThat(found.remedy()).contains("start Docker", "DOCKER_HOST");
    }

    @Test
    void anEngineThatDoesNotAnswerIsWaitedForNoLongerThanTold() {
        Availability found =
                ContainerEngine.availability(ContainerEngineTest::silent, ContainerEngineTest::silent, SHORT);
        assertThat(found.available()).isFalse();
        assertThat(found.reason()).contains("did not answer");
        assertThat(found.remedy()).contains("DOCKER_HOST");
    }

    @Test
    void anEngineWhosePortsAreNotFoundIsWaitedForNoLongerThanTold() {
        Availability found = ContainerEngine.availability(() -> SOCKET, ContainerEngineTest::silent, SHORT);
        assertThat(found.available()).isFalse();
        assertThat(found.reason()).contains(SOCKET, "opens ports");
        assertThat(found.remedy()).contains("TESTCONTAINERS_HOST_OVERRIDE");
    }

    @Test
    void theEngineOfThisMachineIsToldOfInTime() {
        Availability found =
                Brokers.find("rabbitmq", "testcontainers", Map.of()).availability();
        assertThat(found.reason()).contains("Docker engine");
        assertThat(found.remedy().isEmpty()).isEqualTo(found.available());
    }
}
