package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokersTest {
    private static final String VARIABLE = "WAYBILL_TEST_BROKER_KAFKA";

    @Test
    void theBrokersAreNamedInTheOrderInWhichTheyAreShown() {
        assertThat(Brokers.names()).containsExactly("kafka", "rocketmq", "rabbitmq");
        for (String name : Brokers.names()) {
            assertThat(Brokers.find(name, Map.of()).name()).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka", "rocketmq"})
    void theEnvironmentNamesAnExternalBrokerOfEveryKind(String name) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String uri = name + "://127.0.0.1:" + listener.getLocalPort();
            BrokerSource source =
                    Brokers.find(name, Map.of("WAYBILL_TEST_BROKER_" + name.toUpperCase(Locale.ROOT), uri));
            try (RunningBroker broker = source.start(BrokerSettings.defaults())) {
                assertThat(broker.name()).isEqualTo(name);
                assertThat(broker.uri()).isEqualTo(uri);
                assertThat(broker.canFault()).isFalse();
            }
        }
    }

    @Test
    void theWayIsObeyed() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Map<String, String> named = Map.of(VARIABLE, "kafka://127.0.0.1:" + listener.getLocalPort());
            assertThat(Brokers.find("kafka", "external", named).availability().reason())
                    .isEqualTo("external, " + VARIABLE);
            assertThat(Brokers.find("kafka", "process", named).availability().reason())
                    .doesNotContain(VARIABLE);
        }
        Availability none = Brokers.find("kafka", "external", Map.of()).availability();
        assertThat(none.available()).isFalse();
        assertThat(none.remedy()).startsWith("export " + VARIABLE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Brokers.find("kafka", "pigeon", Map.of()))
                .withMessageContaining("process")
                .withMessageContaining("testcontainers");
    }

    @Test
    void autoTakesTheFirstThatCanBeHadAndOtherwiseGivesAllReasons() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String uri = "kafka://127.0.0.1:" + listener.getLocalPort();
            BrokerSource here = Brokers.find("kafka", "external", Map.of(VARIABLE, uri));
            BrokerSource none = Brokers.find("kafka", "external", Map.of());
            BrokerSource away = Brokers.find("kafka", Map.of(VARIABLE, "kafka://127.0.0.1:" + Ports.free()));

            assertThat(Brokers.find("kafka", Map.of(VARIABLE, uri)).availability())
                    .isEqualTo(here.availability());
            BrokerSource second = new Brokers.FirstSource(List.of(none, here));
            assertThat(second.name()).isEqualTo("kafka");
            assertThat(second.availability()).isEqualTo(here.availability());
            try (RunningBroker broker = second.start(BrokerSettings.defaults())) {
                assertThat(broker.uri()).isEqualTo(uri);
            }

            BrokerSource neither = new Brokers.FirstSource(List.of(none, away));
            Availability missing = neither.availability();
            assertThat(missing.available()).isFalse();
            assertThat(missing.reason())
                    .contains(none.availability().reason(), away.availability().reason());
            assertThat(missing.remedy())
                    .isEqualTo(none.availability().remedy() + ", or "
                            + away.availability().remedy());
            assertThatThrownBy(() -> neither.start(BrokerSettings.defaults()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(VARIABLE + " names no broker");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherImageMayBeNamed(ContainerImage image) {
        Map<String, String> environment = Map.of(image.variable(), "mirror.example/ours:1");
        Properties told = new Properties();
        assertThat(image.chosen(told, Map.of())).startsWith(image.official() + ":");
        assertThat(image.chosen(told, environment)).isEqualTo("mirror.example/ours:1");
        told.setProperty(image.property(), "here:2");
        assertThat(image.chosen(told, environment)).isEqualTo("here:2");
        assertThat(image.variable()).isEqualTo("WAYBILL_IMAGE_" + image);
        assertThat(Brokers.names()).contains(image.name().toLowerCase(Locale.ROOT));
    }

    @Test
    void theImageOfKafkaIsToldOfPropertiesAsItWants() {
        assertThat(KafkaInContainer.variable("group.initial.rebalance.delay.ms"))
                .isEqualTo("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS");
        assertThat(KafkaInContainer.variable("a-b_c")).isEqualTo("KAFKA_A___B__C");
    }

    @Test
    void anUnknownBrokerIsRefusedWithThoseThatAreKnown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Brokers.find("carrier-pigeon"))
                .withMessageContaining("kafka")
                .withMessageContaining("rabbitmq");
    }

    @Test
    void theEnvironmentNamesAnExternalBrokerThatIsUsedButNeverHarmed() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String uri = "kafka://eve:hidden@127.0.0.1:" + listener.getLocalPort() + "?a=b";
            BrokerSource source = Brokers.find("kafka", Map.of(VARIABLE, uri));
            assertThat(source.availability().available()).isTrue();
            try (RunningBroker broker = source.start(BrokerSettings.defaults())) {
                assertThat(broker.uri()).isEqualTo(uri);
                assertThat(broker.running()).isTrue();
                assertThat(broker.canFault()).isFalse();
                assertThat(broker.toString()).doesNotContain("hidden");
                assertThatThrownBy(broker::kill)
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessageContaining("external");
                assertThatThrownBy(broker::start).isInstanceOf(UnsupportedOperationException.class);
                assertThatThrownBy(broker::pause).isInstanceOf(UnsupportedOperationException.class);
            }
        }
    }

    @Test
    void anExternalBrokerThatDoesNotAnswerIsNotAvailable() {
        int port = Ports.free();
        BrokerSource source = Brokers.find("kafka", Map.of(VARIABLE, "kafka://eve:hidden@127.0.0.1:" + port));
        assertThat(source.availability().available()).isFalse();
        assertThat(source.availability().toString())
                .startsWith("NOT AVAILABLE")
                .contains("127.0.0.1:" + port, VARIABLE)
                .doesNotContain("hidden");
        assertThatThrownBy(() -> source.start(BrokerSettings.defaults())).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:9092", "kafka://", "kafka://localhost", "kafka://a:1,b", "kafka://a:99999"})
    void aUriWithoutHostAndPortIsRefused(String uri) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ExternalBroker("kafka", uri));
    }

    @ParameterizedTest
    @EnumSource
    void theJarsAreFoundWhereTheBuildPutsThemAndOtherwiseTheRemedyIsNamed(BrokerJars.Kind kind, @TempDir Path root)
            throws IOException {
        Path empty = Files.createDirectories(root.resolve("empty"));
        Properties told = new Properties();
        told.setProperty(kind.property(), empty.toString());
        BrokerJars missing = BrokerJars.of(kind, told, Map.of(), root);
        assertThat(missing.availability().toString())
                .startsWith("NOT AVAILABLE")
                .contains(empty.toString(), "./waybill demo");
        assertThatThrownBy(missing::classPath)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("./waybill demo");

        String artifact = kind == BrokerJars.Kind.KAFKA ? "kafka_2.13" : "rocketmq-broker";
        Path jar = Files.createFile(empty.resolve(artifact + "-9.8.7.jar"));
        BrokerJars found = BrokerJars.of(kind, new Properties(), Map.of(kind.variable(), empty.toString()), root);
        assertThat(found.availability().available()).isTrue();
        assertThat(found.version()).isEqualTo("9.8.7");
        assertThat(found.classPath()).isEqualTo(jar.resolveSibling("*").toString());
    }

    @Test
    void portsAreGivenOnce() {
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            assertThat(ports.add(Ports.free())).isTrue();
            int port = Ports.freeWith(2);
            assertThat(ports.add(port)).isTrue();
            assertThat(ports.add(port - 2)).isTrue();
        }
    }

    @Test
    void credentialsThatNoBrokerCanBeToldAreRefusedWithoutThePassword() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Credentials("a b", "x"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Credentials("alice", "hidd\"en"))
                .withMessageNotContaining("hidd");
        assertThat(new Credentials("alice", "hidden").toString()).doesNotContain("hidden");
    }
}
