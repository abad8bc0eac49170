package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.SocketConfigurators;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Among the long tests: the adapter's own tests of TLS and logins use the same brokers in each run. */
@Tag("soak")
@Tag("rabbitmq")
class RabbitMqSecurityTest {
    private static final String PASSWORD = "S3cret!=;{}#";

    @Test
    void tlsWithALoginLetsInWhoKnowsCertificateAndPassword() throws Exception {
        try (RabbitMqBroker broker =
                RabbitMqBroker.builder().tls().login("alice", PASSWORD).start()) {
            TlsFiles tls = broker.tls().orElseThrow();
            assertThat(broker.uri()).isEqualTo("rabbitmqs://127.0.0.1:" + broker.port());
            ConnectionFactory good = RabbitMqClients.tlsFactory(broker, tls.trustStore());
            connect(good);

            ConnectionFactory stranger = RabbitMqClients.tlsFactory(broker, tls.strangerTrustStore());
            assertThatThrownBy(() -> connect(stranger)).isInstanceOf(SSLException.class);

            good.setPassword("wrong");
            assertThatThrownBy(() -> connect(good)).isInstanceOf(AuthenticationFailureException.class);
            good.setUsername("guest");
            good.setPassword("guest");
            assertThatThrownBy(() -> connect(good)).isInstanceOf(AuthenticationFailureException.class);

            assertThat(broker.credentials()).contains(new Credentials("alice", PASSWORD));
            assertThat(broker + broker.uri() + broker.credentials() + broker.tls() + broker.logTail())
                    .doesNotContain(PASSWORD)
                    .doesNotContain(tls.password());
        }
    }

    @Test
    void aCertificateForAnotherHostIsRefusedByTheClient() throws Exception {
        try (RabbitMqBroker broker =
                RabbitMqBroker.builder().tlsForAnotherHost().start()) {
            ConnectionFactory checking = RabbitMqClients.tlsFactory(
                    broker, broker.tls().orElseThrow().trustStore());
            assertThatThrownBy(() -> connect(checking)).isInstanceOf(SSLException.class);

            ConnectionFactory careless = RabbitMqClients.tlsFactory(
                    broker, broker.tls().orElseThrow().trustStore());
            careless.setSocketConfigurator(SocketConfigurators.defaultConfigurator());
            connect(careless);
        }
    }

    @Test
    void aLoginThatRabbitMqDoesNotHaveIsRefusedBeforeTheStart() {
        Security scram = Security.plaintext().with(Security.Login.SCRAM_SHA_256, new Credentials("alice", PASSWORD));
        RabbitMqBroker.Builder builder =
                RabbitMqBroker.builder().settings(BrokerSettings.defaults().withSecurity(scram));
        assertThatIllegalArgumentException().isThrownBy(builder::start).withMessageContaining("SCRAM");
    }

    private static void connect(ConnectionFactory factory) throws Exception {
        try (Connection connection = factory.newConnection()) {
            assertThat(connection.isOpen()).isTrue();
        }
    }
}
