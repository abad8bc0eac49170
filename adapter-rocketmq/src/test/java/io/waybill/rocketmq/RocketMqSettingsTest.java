package io.waybill.rocketmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.waybill.message.Capability;
import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.Support;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.remoting.exception.RemotingConnectException;
import org.apache.rocketmq.remoting.exception.RemotingTimeoutException;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RocketMqSettingsTest {
    private static RocketMqAdapter adapter(String uri) {
        ConnectionUri parsed = ConnectionUri.parse(uri);
        return new RocketMqAdapter.Provider()
                .create(parsed, Settings.defaults(RocketMqSettings.ALL).with(parsed.parameters(), Settings.Origin.URI));
    }

    private static void assertInvalid(String uri, String... words) {
        assertThatThrownBy(() -> adapter(uri))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .hasMessageContainingAll(words);
    }

    @Test
    void the_port_of_a_name_server_is_9876_by_default() {
        assertThat(adapter("rocketmq://localhost,127.0.0.1:1").endpoint()).isEqualTo("localhost:9876,127.0.0.1:1");
        assertThat(adapter("rocketmq://localhost").name()).isEqualTo("rocketmq");
    }

    @Test
    void it_says_what_it_can() {
        assertThat(adapter("rocketmq://localhost").capabilities().of(Capability.GROUP_MEMBERSHIP))
                .isEqualTo(Support.EMULATED);
        assertThat(adapter("rocketmq://localhost").controlLogs()).isPresent();
    }

    @Test
    void tls_is_on_unless_all_name_servers_are_here() {
        assertThat(adapter("rocketmq://localhost,127.0.0.1").settings().get(RocketMqSettings.TLS))
                .isFalse();
        assertThat(adapter("rocketmq://localhost,mq.example").settings().get(RocketMqSettings.TLS))
                .isTrue();
        assertThat(adapter("rocketmq://mq.example?tls=false&insecure=true")
                        .settings()
                        .get(RocketMqSettings.TLS))
                .isFalse();
        assertInvalid("rocketmq://mq.example?tls=false", "mq.example:9876", "insecure=true");
    }

    @Test
    void plain_connections_stay_on_this_machine() {
        RocketMqSettings here = settings("rocketmq://localhost");
        assertThat(here.allows("127.0.0.1:10911")).isTrue();
        assertThat(here.allows("192.0.2.200:10911")).isFalse();
        assertThat(settings("rocketmq://localhost?insecure=true").allows("192.0.2.200:10911"))
                .isTrue();
    }

    private static RocketMqSettings settings(String uri) {
        ConnectionUri parsed = ConnectionUri.parse(uri);
        return new RocketMqSettings(
                parsed, Settings.defaults(RocketMqSettings.ALL).with(parsed.parameters(), Settings.Origin.URI));
    }

    @Test
    void what_does_not_fit_is_refused() {
        assertInvalid("rocketmq://localhost/path", "name servers");
        assertInvalid("rocketmq://user@localhost", "access key", "secret key");
        assertInvalid("rocketmq://localhost?request.timeout=1ms", "request.timeout", "100ms");
        assertInvalid("rocketmq://localhost?tls=false&tls.truststore=a.pem", "tls.truststore", "tls=true");
        assertInvalid("rocketmq://localhost?tls.truststore=/no/such.pem", "tls.truststore", "no readable file");
    }

    @Test
    void a_truststore_that_cannot_be_read_is_refused_without_its_password(@TempDir Path folder) throws IOException {
        Path store = Files.writeString(folder.resolve("trust.p12"), "nonsense");
        assertThatThrownBy(() -> RocketMqAdapter.builder("localhost")
                        .truststore(store, "very-secret")
                        .build())
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("TLS settings")
                .hasMessageNotContaining("very-secret");
        Path other = Files.writeString(folder.resolve("trust.txt"), "nonsense");
        assertInvalid("rocketmq://localhost?tls.truststore=" + other, ".p12");
    }

    @Test
    void no_secret_is_printed() {
        RocketMqAdapter adapter = RocketMqAdapter.builder("localhost")
                .login("the-user", "the-password")
                .requestTimeout(Duration.ofSeconds(3))
                .build();
        assertThat(adapter.settings().toString())
                .contains("user = the-user", "password = ****")
                .doesNotContain("the-password");
        assertThat(adapter.toString()).doesNotContain("the-password").contains("localhost:9876");
        adapter.close();
        adapter.close();
        assertThatThrownBy(() -> adapter.admin().topics()).isInstanceOf(IllegalStateException.class);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                arguments(new RemotingConnectException("a"), ErrorKind.UNAVAILABLE),
                arguments(new RemotingTimeoutException("a"), ErrorKind.UNAVAILABLE),
                arguments(new IOException("a", new RemotingTimeoutException("a")), ErrorKind.UNAVAILABLE),
                arguments(new MQBrokerException(ResponseCode.SYSTEM_BUSY, "busy"), ErrorKind.UNAVAILABLE),
                arguments(new MQBrokerException(ResponseCode.TOPIC_NOT_EXIST, "none"), ErrorKind.NOT_FOUND),
                arguments(new MQBrokerException(ResponseCode.NO_PERMISSION, "no"), ErrorKind.UNAUTHORIZED),
                arguments(
                        new MQBrokerException(
                                ResponseCode.SYSTEM_ERROR, "org.apache.rocketmq.acl.common.AclException: no"),
                        ErrorKind.UNAUTHORIZED),
                arguments(new MQBrokerException(ResponseCode.MESSAGE_ILLEGAL, "large"), ErrorKind.INVALID),
                arguments(new MQClientException(ResponseCode.TOPIC_NOT_EXIST, "none"), ErrorKind.NOT_FOUND),
                arguments(RocketMqErrors.noTopic("t"), ErrorKind.NOT_FOUND),
                arguments(new IllegalStateException("odd"), ErrorKind.INTERNAL));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failures_have_kinds(Throwable failure, ErrorKind kind) {
        assertThat(RocketMqErrors.classify(failure)).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                ResponseCode.FLUSH_DISK_TIMEOUT,
                ResponseCode.FLUSH_SLAVE_TIMEOUT,
                ResponseCode.SLAVE_NOT_AVAILABLE,
                ResponseCode.SYSTEM_ERROR
            })
    void what_may_be_stored_is_not_refused(int code) {
        assertThat(RocketMqErrors.surelyNotStored(code, "")).isFalse();
    }

    static Stream<Arguments> brokers() {
        return Stream.of(
                arguments(Map.of(), new Durability(1, false)),
                arguments(Map.of("brokerRole", "ASYNC_MASTER", "flushDiskType", "SYNC_FLUSH"), new Durability(1, true)),
                arguments(Map.of("brokerRole", "SYNC_MASTER", "inSyncReplicas", "1"), new Durability(1, false)),
                arguments(Map.of("brokerRole", "SYNC_MASTER", "inSyncReplicas", "3"), new Durability(3, false)),
                arguments(Map.of("brokerRole", "SYNC_MASTER"), new Durability(2, false)),
                arguments(
                        Map.of(
                                "brokerRole", "SYNC_MASTER",
                                "inSyncReplicas", "1",
                                "minInSyncReplicas", "2",
                                "enableControllerMode", "true",
                                "allAckInSyncStateSet", "true"),
                        new Durability(2, false)),
                arguments(
                        Map.of(
                                "brokerRole", "SYNC_MASTER",
                                "inSyncReplicas", "3",
                                "minInSyncReplicas", "1",
                                "enableAutoInSyncReplicas", "true"),
                        new Durability(1, false)));
    }

    @ParameterizedTest
    @MethodSource("brokers")
    void receipts_say_what_the_broker_is_set_to(Map<String, String> settings, Durability durability) {
        Properties properties = new Properties();
        properties.putAll(settings);
        assertThat(Facts.durability(properties)).isEqualTo(durability);
    }
}
