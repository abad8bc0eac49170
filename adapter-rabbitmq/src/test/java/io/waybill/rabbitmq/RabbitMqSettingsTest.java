package io.waybill.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.Waybill;
import io.waybill.message.Capability;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.Support;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RabbitMqSettingsTest {
    private static RabbitMqAdapter adapter(String uri) {
        ConnectionUri parsed = ConnectionUri.parse(uri);
        return new RabbitMqAdapter.Provider()
                .create(parsed, Settings.defaults(RabbitMqSettings.ALL).with(parsed.parameters(), Settings.Origin.URI));
    }

    private static void assertInvalid(String uri, String... words) {
        assertThatThrownBy(() -> adapter(uri))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .hasMessageContainingAll(words);
    }

    @ParameterizedTest
    @CsvSource({
        "rabbitmq://localhost, localhost:5672",
        "rabbitmq://localhost/orders, localhost:5672/orders",
        "'rabbitmq://localhost,127.0.0.1:1', 'localhost:5672,127.0.0.1:1'",
        "rabbitmq://localhost?tls=true, localhost:5671",
        "rabbitmq://mq.example, mq.example:5671",
    })
    void the_port_follows_tls_and_the_path_is_the_virtual_host(String uri, String endpoint) {
        assertThat(adapter(uri).endpoint()).isEqualTo(endpoint);
    }

    @Test
    void it_says_what_it_can() {
        RabbitMqAdapter adapter = adapter("rabbitmq://localhost");
        assertThat(adapter.name()).isEqualTo("rabbitmq");
        assertThat(adapter.capabilities().of(Capability.GROUP_MEMBERSHIP)).isEqualTo(Support.EMULATED);
        assertThat(adapter.capabilities().of(Capability.TOPIC_STORAGE)).isEqualTo(Support.UNSUPPORTED);
        assertThat(adapter.controlLogs()).isPresent();
    }

    @Test
    void plaintext_stays_on_this_machine_unless_asked_for_by_name() {
        assertInvalid("rabbitmq://mq.example?tls=false", "mq.example:5672", "insecure=true");
        assertThat(adapter("rabbitmq://mq.example?tls=false&insecure=true").endpoint())
                .isEqualTo("mq.example:5672");
        assertInvalid("rabbitmq://localhost?tls=false&tls.truststore=a.p12", "need tls=true");
    }

    @ParameterizedTest
    @CsvSource({
        "rabbitmq:x, names brokers",
        "rabbitmq://localhost?user=me, needs a password",
        "rabbitmq://localhost?prefetch=0, 1 to 65535",
        "rabbitmq://localhost?heartbeat=10ms, at least 1000ms",
        "rabbitmq://localhost?request.timeout=1ms, at least 100ms",
        "rabbitmq://localhost?tls.truststore=/no/file.p12, no readable file",
    })
    void what_does_not_fit_is_refused(String uri, String words) {
        assertInvalid(uri, words);
    }

    @Test
    void a_file_that_cannot_be_used_is_named(@TempDir Path folder) throws Exception {
        Path odd = Files.writeString(folder.resolve("trust.txt"), "x");
        assertInvalid("rabbitmq://localhost?tls.truststore=" + odd, "trust.txt", ".p12");
        Path broken = Files.writeString(folder.resolve("trust.p12"), "x");
        assertInvalid("rabbitmq://localhost?tls.truststore=" + broken, "trust.p12", "cannot be read");
        Path pem = Files.writeString(folder.resolve("key.pem"), "x");
        assertInvalid("rabbitmq://localhost?tls.keystore=" + pem, "PKCS12 or JKS");
    }

    @Test
    void no_secret_is_printed() {
        RabbitMqAdapter adapter = adapter("rabbitmq://me:hush-hush@localhost");
        assertThat(adapter.toString() + adapter.settings() + adapter.endpoint()).doesNotContain("hush-hush");
        assertThatThrownBy(() -> Waybill.connect("rabbitmq://me:hush-hush@127.0.0.1:1?connect.timeout=1s"))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE))
                .hasMessageNotContaining("hush-hush");
    }

    @Test
    void the_builder_sets_the_same_settings() {
        Settings settings = RabbitMqAdapter.builder("localhost")
                .login("me", "hush-hush")
                .requestTimeout(Duration.ofSeconds(3))
                .heartbeat(Duration.ofSeconds(4))
                .prefetch(5)
                .quorumSize(3)
                .build()
                .settings();
        assertThat(settings.toString())
                .contains("user = me", "request.timeout = PT3S", "heartbeat = PT4S", "prefetch = 5", "quorum.size = 3")
                .doesNotContain("hush-hush");
    }
}
