package io.waybill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.kafka.KafkaSettings.Mechanism;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.SenderOptions;
import io.waybill.spi.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaSettingsTest {
    @TempDir
    Path folder;

    @Test
    void theProviderIsFoundByItsScheme() {
        assertThat(ServiceLoader.load(AdapterProvider.class))
                .anyMatch(provider -> provider.scheme().equals("kafka"));
        assertThat(new KafkaAdapter.Provider().settings()).isEqualTo(KafkaSettings.ALL);
    }

    @Test
    void theUriNamesTheBrokers() {
        KafkaSettings settings = settings("kafka://localhost,127.0.0.1:9093,[::1]:1");
        assertThat(settings.endpoint()).isEqualTo("localhost:9092,127.0.0.1:9093,[::1]:1");
        assertThat(settings.admin())
                .containsEntry("bootstrap.servers", settings.endpoint())
                .containsEntry("security.protocol", "PLAINTEXT");
        assertThat(settings("kafka://a").settings().lines()).contains("tls = true  (DEFAULT)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kafka:name",
                "kafka://localhost/path",
                "kafka://elsewhere:9092?tls=false",
                "kafka://127.0.0.1,elsewhere?tls=false",
                "kafka://127.0.0.1.elsewhere?tls=false",
                "kafka://localhost?tls=false&tls.truststore.password=x",
                "kafka://localhost?tls.truststore=/no/such/file.p12",
                "kafka://user:secret@localhost",
                "kafka://user@localhost?sasl.mechanism=PLAIN",
                "kafka://localhost?sasl.mechanism=PLAIN",
                "kafka://localhost?password=secret",
                "kafka://localhost?sasl.mechanism=GSSAPI&user=u&password=p",
                "kafka://localhost?request.timeout=1ms",
                "kafka://localhost?acks=1",
            })
    void whatMakesNoSenseIsRefused(String uri) {
        assertThatThrownBy(() -> settings(uri))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .hasMessageNotContaining("secret@");
    }

    @Test
    void tlsIsOnForOtherMachinesAndCanBeHadHere() throws Exception {
        Path store = Files.createFile(folder.resolve("trust.p12"));
        Path pem = Files.createFile(folder.resolve("key.pem"));
        assertThat(settings("kafka://elsewhere").admin())
                .containsEntry("security.protocol", "SSL")
                .containsEntry("ssl.endpoint.identification.algorithm", "https");
        assertThat(settings("kafka://elsewhere?tls=false&insecure=true").admin())
                .containsEntry("security.protocol", "PLAINTEXT");
        Map<String, Object> properties = settings(
                        "kafka://u:p%40ss@localhost?sasl.mechanism=scram-sha-256&tls.truststore=" + store
                                + "&tls.truststore.password=a&tls.keystore=" + pem + "&tls.key.password=b")
                .admin();
        assertThat(properties)
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.mechanism", "SCRAM-SHA-256")
                .containsEntry("ssl.truststore.type", "PKCS12")
                .containsEntry("ssl.truststore.password", new Password("a"))
                .containsEntry("ssl.keystore.type", "PEM")
                .containsEntry("ssl.key.password", new Password("b"));
        assertThat(properties.toString()).doesNotContain("p@ss");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "a b",
                "\"",
                "\\",
                "\\\"; x=\"",
                "a;b",
                "'",
                "line\nfeed\r\ttab\u0000\u007f1",
                "\u00e9\u20ac",
                "// no comment",
                "/* no */",
                "\\101",
                "${file:/etc/passwd:x}",
            })
    void kafkaReadsUserAndPasswordAsTheyWereWritten(String text) {
        String line = KafkaSettings.jaas(Mechanism.PLAIN, text, "-" + text);
        Map<String, ?> options = JaasContext.loadClientContext(Map.of("sasl.jaas.config", new Password(line)))
                .configurationEntries()
                .get(0)
                .getOptions();
        assertThat(options.get("username")).isEqualTo(text);
        assertThat(options.get("password")).isEqualTo("-" + text);
        assertThat(options).hasSize(2);
    }

    @Test
    void noSecretIsPrinted() throws Exception {
        Path store = Files.createFile(folder.resolve("trust.p12"));
        try (KafkaAdapter adapter = KafkaAdapter.builder("localhost:1")
                .tls(true)
                .truststore(store, "canary-1")
                .keystore(store, "canary-2", "canary-3")
                .sasl("PLAIN", "alice", "canary-4")
                .build()) {
            assertThat(adapter + " " + adapter.settings() + " " + adapter.endpoint())
                    .contains("password = ****  (CODE)")
                    .doesNotContain("canary");
        }
        assertThat(settings("kafka://alice:canary@localhost?sasl.mechanism=PLAIN")
                        .settings()
                        .lines())
                .contains("user = alice  (URI)", "password = ****  (URI)");
    }

    @Test
    void kafkasClientsTakeTheProperties() {
        KafkaSettings settings = settings("kafka://localhost");
        Map<String, Object> producer = settings.producer(
                new SenderOptions("p", Duration.ofSeconds(2), Duration.ofSeconds(1), 32 << 20, 5_000_000));
        assertThat(producer)
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true)
                .containsEntry("delivery.timeout.ms", 2000)
                .containsEntry("request.timeout.ms", 1000)
                .containsEntry("linger.ms", 0L)
                .containsEntry("batch.size", 256 * 1024)
                .containsEntry("max.request.size", 5_000_000 + 64 * 1024);
        assertThat(ProducerConfig.configNames()).containsAll(producer.keySet());
        new KafkaProducer<byte[], byte[]>(producer).close(Duration.ZERO);
        Map<String, Object> consumer = settings.consumer(new ReceiverOptions(
                "g", Set.of("t"), "m", 100, 64 << 20, Duration.ofSeconds(6), Duration.ofMinutes(4)));
        assertThat(consumer)
                .containsEntry("heartbeat.interval.ms", 600)
                .containsEntry("max.poll.interval.ms", 2 * 4 * 60_000 + 3 * 15_000) // two drains, three requests
                .containsEntry("auto.offset.reset", "none");
        assertThat(ConsumerConfig.configNames()).containsAll(consumer.keySet());
        new KafkaConsumer<byte[], byte[]>(consumer).close();
        ReceiverOptions quick =
                new ReceiverOptions("g", Set.of("t"), "m", 100, 64 << 20, Duration.ofSeconds(6), Duration.ofSeconds(1));
        assertThat(settings.consumer(quick)).containsEntry("max.poll.interval.ms", 5 * 60_000);
        assertThat(settings("kafka://localhost?max.poll.interval=50s").consumer(quick))
                .containsEntry("max.poll.interval.ms", 50_000);
    }

    @Test
    void whatThePromisesNeedIsPrintedAndCannotBeChanged() {
        assertThat(settings("kafka://localhost?acks=all").settings().lines())
                .contains("acks = all  (URI)", "enable.idempotence = true  (DEFAULT)");
        for (String weaker : new String[] {"acks=1", "enable.idempotence=false"}) {
            assertThatThrownBy(() -> settings("kafka://localhost?" + weaker))
                    .isInstanceOf(MessagingException.class)
                    .hasMessageContaining("Waybill's promises need it");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "acks",
                "enable.idempotence",
                "retries",
                "max.in.flight.requests.per.connection",
                "transactional.id",
                "key.serializer",
                "partitioner.class",
                "interceptor.classes",
                "config.providers",
                "sasl.jaas.config",
                "sasl.login.callback.handler.class",
                "sasl.oauthbearer.token.endpoint.url",
                "ssl.engine.factory.class",
                "ssl.endpoint.identification.algorithm",
                "security.providers",
                "metric.reporters",
                "bootstrap.servers",
                "delivery.timeout.ms",
                "enable.auto.commit",
                "auto.offset.reset",
                "group.id",
                "group.instance.id",
                "partition.assignment.strategy",
                "isolation.level",
                "no.such.property",
            })
    void whatPromisesStandOnCannotBeTuned(String name) {
        KafkaAdapter.Builder builder = KafkaAdapter.builder("localhost");
        assertThatThrownBy(() -> builder.producerProperty(name, "1"))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("'" + name + "'")
                .hasMessageContaining("compression.type");
        assertThatThrownBy(() -> builder.consumerProperty(name, "1"))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("fetch.min.bytes");
    }

    @Test
    void theRestCanBeTunedWithinBounds() {
        KafkaAdapter.Builder builder = KafkaAdapter.builder("localhost")
                .producerProperty("linger.ms", "100")
                .producerProperty("compression.type", "lz4")
                .consumerProperty("fetch.min.bytes", "10");
        builder.build().close();
        for (String[] wrong :
                List.of(new String[] {"linger.ms", "101"}, new String[] {"linger.ms", "soon"}, new String[] {
                    "compression.type", "rar"
                })) {
            assertThatThrownBy(() -> builder.producerProperty(wrong[0], wrong[1]))
                    .isInstanceOfSatisfying(
                            MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID));
        }
        KafkaSettings tuned = new KafkaSettings(
                ConnectionUri.parse("kafka://localhost"),
                Settings.defaults(KafkaSettings.ALL),
                Map.of("linger.ms", 100L, "compression.type", "lz4"),
                Map.of("fetch.min.bytes", 10));
        SenderOptions options = new SenderOptions("p", Duration.ofMillis(300), Duration.ofSeconds(1), 1, 1);
        assertThat(tuned.producer(options)).containsEntry("linger.ms", 100L).containsEntry("request.timeout.ms", 100);
        assertThat(tuned.compresses()).isTrue();
    }

    private static KafkaSettings settings(String text) {
        ConnectionUri uri = ConnectionUri.parse(text);
        Settings settings =
                Settings.defaults(KafkaSettings.ALL).with(new HashMap<>(uri.parameters()), Settings.Origin.URI);
        return new KafkaSettings(uri, settings, Map.of(), Map.of());
    }
}
