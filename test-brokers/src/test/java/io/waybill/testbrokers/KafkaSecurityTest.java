package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Among the long tests: the adapter's own tests of TLS and logins use the same brokers in each run. */
@Tag("soak")
class KafkaSecurityTest {
    private static final String PASSWORD = "S3cret!=;{}#";

    @Test
    void tlsWithPlainLetsInWhoKnowsCertificateAndPassword() throws Throwable {
        try (KafkaBroker broker = KafkaBroker.builder()
                .quickStart()
                .tls()
                .saslPlain("alice", PASSWORD)
                .start()) {
            Map<String, String> good = broker.clientProperties();
            assertThat(good).containsEntry("security.protocol", "SASL_SSL");
            assertThat(KafkaClients.nodes(good)).isEqualTo(1);

            assertRefused(good, good.get("sasl.jaas.config").replace(PASSWORD, "wrong"));

            Map<String, String> stranger = broker.clientProperties();
            stranger.put(
                    "ssl.truststore.location",
                    broker.tls().orElseThrow().strangerTrustStore().toString());
            assertThatThrownBy(() -> KafkaClients.nodes(stranger)).isInstanceOf(SslAuthenticationException.class);

            assertThat(broker.credentials()).contains(new Credentials("alice", PASSWORD));
            assertThat(broker + broker.uri() + broker.credentials() + broker.tls() + broker.logTail())
                    .doesNotContain(PASSWORD)
                    .doesNotContain(broker.tls().orElseThrow().password());
        }
    }

    @Test
    void scramLetsInWhoKnowsThePassword() throws Throwable {
        try (KafkaBroker broker =
                KafkaBroker.builder().quickStart().saslScram256("bob", PASSWORD).start()) {
            assertThat(broker.clientProperties()).containsEntry("security.protocol", "SASL_PLAINTEXT");
            assertScram(broker.clientProperties(), "SCRAM-SHA-256");
        }
    }

    @Test
    void aCertificateForAnotherHostIsRefusedByTheClient() throws Throwable {
        try (KafkaBroker broker = KafkaBroker.builder()
                .quickStart()
                .tlsForAnotherHost()
                .saslScram512("bob", PASSWORD)
                .start()) {
            Map<String, String> checking = broker.clientProperties();
            assertThatThrownBy(() -> KafkaClients.nodes(checking)).isInstanceOf(SslAuthenticationException.class);

            Map<String, String> careless = broker.clientProperties();
            careless.put("ssl.endpoint.identification.algorithm", "");
            assertScram(careless, "SCRAM-SHA-512");
        }
    }

    private static void assertScram(Map<String, String> good, String mechanism) throws Throwable {
        String login = good.get("sasl.jaas.config");
        assertThat(good).containsEntry("sasl.mechanism", mechanism);
        assertThat(KafkaClients.nodes(good)).isEqualTo(1);
        assertRefused(good, login.replace(PASSWORD, "wrong"));
        assertRefused(good, login.replace("bob", "mallory"));
    }

    private static void assertRefused(Map<String, String> good, String login) {
        Map<String, String> bad = new HashMap<>(good);
        bad.put("sasl.jaas.config", login);
        assertThatThrownBy(() -> KafkaClients.nodes(bad)).isInstanceOf(SaslAuthenticationException.class);
    }
}
