package io.waybill.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.testbrokers.RabbitMqBroker;
import io.waybill.testbrokers.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** AMQPS and logins, against a real broker. */
@Tag("rabbitmq")
class RabbitMqSecurityTest {
    private static final String SECRET = "hush-hush";

    private static RabbitMqAdapter.Builder builder(RabbitMqBroker broker) {
        return RabbitMqAdapter.builder("127.0.0.1:" + broker.port()).requestTimeout(Duration.ofSeconds(5));
    }

    private static void assertRefused(ErrorKind kind, RabbitMqAdapter.Builder builder, String... words) {
        assertThatThrownBy(() -> Waybill.over(builder.build()).close())
                .isInstanceOfSatisfying(
                        MessagingException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind))
                .hasMessageContainingAll(words)
                .hasMessageNotContaining(SECRET);
    }

    @Test
    void tls_and_a_login_together() {
        try (RabbitMqBroker broker =
                RabbitMqBroker.builder().tls().login("waybill", SECRET).start()) {
            TlsFiles files = broker.tls().orElseThrow();
            Path trusted = files.trustStore();
            try (Waybill waybill = Waybill.over(builder(broker)
                    .truststore(trusted, files.password())
                    .login("waybill", SECRET)
                    .build())) {
                sendAndReceive(waybill);
                assertThat(waybill.effectiveConfig()).doesNotContain(SECRET);
            }
            try (Waybill waybill = Waybill.over(builder(broker)
                    .truststore(files.certificate(), null)
                    .login("waybill", SECRET)
                    .build())) {
                assertThat(waybill.admin().topics()).contains("guarded");
            }
            assertRefused(
                    ErrorKind.UNAUTHORIZED,
                    builder(broker).truststore(trusted, files.password()).login("waybill", SECRET + "x"),
                    "Cannot connect");
            assertRefused(
                    ErrorKind.UNAUTHORIZED,
                    builder(broker)
                            .truststore(files.strangerTrustStore(), files.password())
                            .login("waybill", SECRET),
                    "Cannot connect");
            assertRefused(
                    ErrorKind.NOT_FOUND,
                    RabbitMqAdapter.builder("127.0.0.1:" + broker.port() + "/nowhere")
                            .truststore(trusted, files.password())
                            .login("waybill", SECRET),
                    "nowhere");
        }
    }

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

    @Test
    void a_certificate_for_another_host_is_refused() {
        try (RabbitMqBroker broker =
                RabbitMqBroker.builder().tlsForAnotherHost().start()) {
            TlsFiles files = broker.tls().orElseThrow();
            assertRefused(
                    ErrorKind.UNAUTHORIZED,
                    builder(broker).truststore(files.trustStore(), files.password()),
                    "Cannot connect");
        }
    }
}
