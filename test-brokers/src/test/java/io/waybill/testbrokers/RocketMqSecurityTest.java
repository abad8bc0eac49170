package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Among the long tests: the adapter's own tests of TLS and logins use the same brokers in each run. */
@Tag("soak")
class RocketMqSecurityTest {
    private static final String PASSWORD = "S3cret!=;{}#";

    @Test
    void tlsWithAclLetsInWhoKnowsCertificateAndSecret() throws Exception {
        try (RocketMqBroker broker = RocketMqBroker.builder()
                .quickStart()
                .heap("300m")
                .tls()
                .acl("alice", PASSWORD)
                .start()) {
            RocketMqClients.createTopic(broker, "guarded");
            RocketMqClients.send(broker, "guarded", 0, 3);
            assertThat(RocketMqClients.receive(broker, "guarded", 3)).containsExactly("m0", "m1", "m2");

            TlsFiles tls = broker.tls().orElseThrow();
            Optional<Path> trusted = Optional.of(tls.certificate());
            Optional<Credentials> alice = broker.credentials();
            assertUnsigned(broker, Optional.empty(), trusted);
            assertUnsigned(broker, Optional.of(new Credentials("alice", "wrong")), trusted);
            assertUnsigned(broker, Optional.of(new Credentials("mallory", PASSWORD)), trusted);
            assertUnreachable(broker, alice, Optional.of(tls.strangerCertificate()));
            assertUnreachable(broker, alice, Optional.empty());

            broker.kill();
            broker.start();
            assertThat(RocketMqClients.receive(broker, "guarded", 3)).hasSize(3);
            assertUnsigned(broker, Optional.of(new Credentials("alice", "wrong")), trusted);

            assertThat(alice).contains(new Credentials("alice", PASSWORD));
            assertThat(broker + broker.uri() + alice + tls + broker.logTail())
                    .doesNotContain(PASSWORD)
                    .doesNotContain(tls.password());
        }
    }

    @Test
    void aCertificateForAnotherHostIsTakenByRocketMqsOwnClient() throws Exception {
        try (RocketMqBroker broker = RocketMqBroker.builder()
                .quickStart()
                .heap("300m")
                .tlsForAnotherHost()
                .start()) {
            RocketMqClients.createTopic(broker, "elsewhere");
            RocketMqClients.send(broker, "elsewhere", 0, 1);
        }
    }

    @Test
    void aLoginThatRocketMqHasNotIsRefused() {
        BrokerSettings settings = BrokerSettings.defaults()
                .withSecurity(
                        Security.plaintext().with(Security.Login.SCRAM_SHA_256, new Credentials("bob", PASSWORD)));
        RocketMqBroker.Builder builder = RocketMqBroker.builder().settings(settings);
        assertThatThrownBy(builder::start)
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasRootCauseMessage("RocketMQ has no login by SCRAM_SHA_256");
    }

    private static void assertUnsigned(RocketMqBroker broker, Optional<Credentials> user, Optional<Path> trusted)
            throws Exception {
        DefaultMQProducer producer = RocketMqClients.producer(broker, user, trusted);
        try {
            assertThatThrownBy(() -> producer.send(RocketMqClients.message("guarded", "no")))
                    .isInstanceOf(MQClientException.class)
                    .hasCauseInstanceOf(MQBrokerException.class);
        } finally {
            producer.shutdown();
        }
    }

    private static void assertUnreachable(RocketMqBroker broker, Optional<Credentials> user, Optional<Path> trusted)
            throws Exception {
        DefaultMQProducer producer = RocketMqClients.producer(broker, user, trusted);
        try {
            assertThatThrownBy(() -> producer.send(RocketMqClients.message("guarded", "no")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasCauseInstanceOf(RemotingException.class);
        } finally {
            producer.shutdown();
        }
    }
}
