package io.waybill.rocketmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.testbrokers.RocketMqBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TLS and logins, with real brokers. */
@Timeout(120)
class RocketMqSecurityTest {
    private static final String SECRET = "secret-of-twelve";

    private static void sendAndReceive(Waybill waybill) {
        waybill.admin().createTopic("guarded", 2);
        Queue<String> arrived = new ConcurrentLinkedQueue<>();
        try (Consumer consumer = waybill.consumer("g")
                        .subscribe(
                                "guarded",
                                delivery -> arrived.add(delivery.message().text()));
                Producer producer = waybill.producer("p").open()) {
            producer.send(Message.to("guarded").key("k").text("hello").build());
            await().atMost(Duration.ofSeconds(30)).until(() -> arrived.contains("hello"));
            assertThat(consumer.assignment()).isNotEmpty();
        }
    }

    private static RocketMqAdapter.Builder builder(RocketMqBroker broker) {
        return RocketMqAdapter.builder(broker.nameServerAddress()).requestTimeout(Duration.ofSeconds(5));
    }

    private static void assertRefused(ErrorKind kind, RocketMqAdapter.Builder builder, String... words) {
        assertThatThrownBy(() -> Waybill.over(builder.build()).close())
                .isInstanceOfSatisfying(
                        MessagingException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind))
                .hasMessageContainingAll(words)
                .hasMessageNotContaining(SECRET);
    }

    @Test
    void tls_and_a_login_together() {
        try (RocketMqBroker broker = RocketMqBroker.builder()
                .quickStart()
                .tls()
                .acl("waybill", SECRET)
                .start()) {
            Path trusted = broker.tls().orElseThrow().trustStore();
            String password = broker.tls().orElseThrow().password();
            try (Waybill waybill = Waybill.over(builder(broker)
                    .truststore(trusted, password)
                    .login("waybill", SECRET)
                    .build())) {
                sendAndReceive(waybill);
                assertThat(waybill.effectiveConfig()).doesNotContain(SECRET);
            }
            try (Waybill waybill = Waybill.over(builder(broker)
                    .truststore(broker.tls().orElseThrow().certificate(), null)
                    .login("waybill", SECRET)
                    .build())) {
                assertThat(waybill.admin().topics()).contains("guarded");
            }
            assertRefused(
                    ErrorKind.UNAUTHORIZED,
                    builder(broker).truststore(trusted, password).login("waybill", SECRET + "x"),
                    "Cannot connect");
            assertRefused(ErrorKind.UNAUTHORIZED, builder(broker).truststore(trusted, password), "Cannot connect");
            assertRefused(
                    ErrorKind.UNAUTHORIZED,
                    builder(broker)
                            .truststore(broker.tls().orElseThrow().strangerTrustStore(), password)
                            .login("waybill", SECRET),
                    "TLS with " + broker.nameServerAddress());
        }
    }

    @Test
    void a_certificate_for_another_host_is_refused() {
        try (RocketMqBroker broker =
                RocketMqBroker.builder().quickStart().tlsForAnotherHost().start()) {
            assertRefused(
                    ErrorKind.UNAUTHORIZED,
                    builder(broker)
                            .truststore(
                                    broker.tls().orElseThrow().trustStore(),
                                    broker.tls().orElseThrow().password()),
                    "TLS with " + broker.nameServerAddress());
        }
    }
}
