package io.waybill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.waybill.kafka.TestOutgoing.End;
import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicSpec;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import io.waybill.testbrokers.Credentials;
import io.waybill.testbrokers.KafkaBroker;
import io.waybill.testbrokers.TlsFiles;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Getting in, and being kept out with a text that helps: in time, and without a secret in it. */
@Timeout(120)
class KafkaConnectTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration QUICK = Duration.ofSeconds(10);
    private static final String PASSWORD = "canary;{}=%&x";

    @TempDir
    Path folder;

    @Test
    void whatCannotBeReachedIsNamedWithinTheTimeout() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertFails(KafkaAdapter.builder("127.0.0.1:" + free), QUICK, ErrorKind.UNAVAILABLE, "127.0.0.1:" + free);
        assertFails(
                KafkaAdapter.builder("no-such-host.invalid"), Duration.ofSeconds(1), ErrorKind.UNAVAILABLE, "address");
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String place = "127.0.0.1:" + mute.getLocalPort();
            assertFails(KafkaAdapter.builder(place), Duration.ofSeconds(1), ErrorKind.UNAVAILABLE, place);
        }
    }

    @Test
    void scramOverTlsLetsInWhoIsKnown() throws Exception {
        try (KafkaBroker broker =
                KafkaBroker.builder().tls().saslScram512("alice", PASSWORD).start()) {
            TlsFiles tls = broker.tls().orElseThrow();
            String place = broker.bootstrapServers();
            roundTrip(KafkaAdapter.builder(place)
                    .truststore(tls.trustStore(), tls.password())
                    .sasl("SCRAM-SHA-512", "alice", PASSWORD));
            assertFails(
                    KafkaAdapter.builder(place)
                            .truststore(tls.trustStore(), tls.password())
                            .sasl("SCRAM-SHA-512", "alice", PASSWORD + "!"),
                    QUICK,
                    ErrorKind.UNAUTHORIZED,
                    "");
            assertFails(
                    KafkaAdapter.builder(place)
                            .truststore(tls.strangerTrustStore(), tls.password())
                            .sasl("SCRAM-SHA-512", "alice", PASSWORD),
                    QUICK,
                    ErrorKind.UNAUTHORIZED,
                    "TLS with " + broker.bootstrapServers());
            assertFails(
                    KafkaAdapter.builder(place)
                            .truststore(tls.trustStore(), "canary wrong")
                            .sasl("SCRAM-SHA-512", "alice", PASSWORD),
                    QUICK,
                    ErrorKind.INVALID,
                    "");
            assertFails(
                    KafkaAdapter.builder(place).tls(false).sasl("SCRAM-SHA-512", "alice", PASSWORD),
                    Duration.ofSeconds(2),
                    ErrorKind.UNAVAILABLE,
                    place
                            + " takes connections, but does not answer this client (tls=false, sasl.mechanism=SCRAM-SHA-512)");
        }
    }

    @Test
    void aCertificateForAnotherHostIsRefused() {
        try (KafkaBroker broker = KafkaBroker.builder().tlsForAnotherHost().start()) {
            TlsFiles tls = broker.tls().orElseThrow();
            assertFails(
                    KafkaAdapter.builder(broker.bootstrapServers()).truststore(tls.trustStore(), tls.password()),
                    QUICK,
                    ErrorKind.UNAUTHORIZED,
                    "TLS with " + broker.bootstrapServers());
        }
    }

    @Test
    void plainOnThisMachineLetsInWhoIsKnownAndNoSecretIsLoggedEver() throws Exception {
        try (KafkaBroker broker = KafkaBroker.builder()
                .saslPlain("alice", PASSWORD)
                .property("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
                .property("super.users", "User:ANONYMOUS")
                .property("allow.everyone.if.no.acl.found", "true")
                .start()) {
            String place = broker.bootstrapServers();
            roundTrip(KafkaAdapter.builder(place).sasl("PLAIN", "alice", PASSWORD));
            assertFails(
                    KafkaAdapter.builder(place).sasl("PLAIN", "alice", "canary wrong"),
                    QUICK,
                    ErrorKind.UNAUTHORIZED,
                    "Invalid username or password");
            assertFails(
                    KafkaAdapter.builder(place).sasl("SCRAM-SHA-512", "alice", PASSWORD),
                    QUICK,
                    ErrorKind.UNAUTHORIZED,
                    "mechanism");
            assertFails(
                    KafkaAdapter.builder(place), Duration.ofSeconds(2), ErrorKind.UNAVAILABLE, "(tls=false, no login)");
            assertFails(
                    KafkaAdapter.builder(place).tls(true).sasl("PLAIN", "alice", PASSWORD),
                    Duration.ofSeconds(2),
                    ErrorKind.UNAVAILABLE,
                    "(tls=true, sasl.mechanism=PLAIN)");
            withoutTheRightToReadSettingsTheReceiptSaysTheLeast(place);
            noSecretIsLogged(place);
        }
    }

    private static void withoutTheRightToReadSettingsTheReceiptSaysTheLeast(String place) throws Exception {
        try (KafkaAdapter adapter =
                KafkaAdapter.builder(place).sasl("PLAIN", "alice", PASSWORD).build()) {
            adapter.admin().createTopic(TopicSpec.of("guarded", 2));
            ResourcePattern guarded = new ResourcePattern(ResourceType.TOPIC, "guarded", PatternType.LITERAL);
            adapter.unwrap(Admin.class)
                    .orElseThrow()
                    .createAcls(List.of(
                            acl(guarded, AclOperation.ALL, AclPermissionType.ALLOW),
                            acl(guarded, AclOperation.DESCRIBE_CONFIGS, AclPermissionType.DENY)))
                    .all()
                    .get();
            assertThat(adapter.admin().describeTopic("guarded"))
                    .hasValue(new TopicDescription("guarded", 2, Durability.ONE_UNFLUSHED));
        }
    }

    private static AclBinding acl(ResourcePattern pattern, AclOperation operation, AclPermissionType permission) {
        return new AclBinding(pattern, new AccessControlEntry("User:alice", "*", operation, permission));
    }

    private void noSecretIsLogged(String place) throws Exception {
        Path output = folder.resolve("output");
        ProcessBuilder child = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace",
                "-Dorg.slf4j.simpleLogger.log.io.waybill=trace",
                Chatter.class.getName(),
                place);
        child.environment().put("CANARY", PASSWORD);
        child.redirectErrorStream(true).redirectOutput(output.toFile());
        Process process = child.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue())
                .as(text.substring(Math.max(0, text.length() - 2000)))
                .isZero();
        assertThat(text).contains("TRACE", "DEBUG", "sasl.jaas.config = [hidden]", "password = ****");
        String token = "\0alice\0" + PASSWORD;
        for (String secret : List.of(
                "canary",
                Base64.getEncoder().encodeToString(PASSWORD.getBytes(StandardCharsets.UTF_8)),
                Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8)))) {
            assertThat(text.lines().filter(line -> line.contains(secret))).isEmpty();
        }
    }

    /** Uses every client once, with a good and a bad password, and prints whatever can be printed. */
    static final class Chatter {
        private Chatter() {}

        public static void main(String[] arguments) throws Exception {
            Credentials alice = new Credentials("alice", System.getenv("CANARY"));
            KafkaAdapter.Builder good =
                    KafkaAdapter.builder(arguments[0]).sasl("PLAIN", alice.user(), alice.password());
            roundTrip(good);
            KafkaAdapter.Builder bad =
                    KafkaAdapter.builder(arguments[0]).sasl("PLAIN", alice.user(), alice.password() + "?");
            try (KafkaAdapter adapter = bad.build()) {
                System.out.println(adapter + "\n" + adapter.settings());
                catchThrowable(() -> adapter.connect(QUICK)).printStackTrace(System.out);
                Sender sender = adapter.openSender(options());
                catchThrowable(() -> sender.describe("topic")).printStackTrace(System.out);
                sender.close(Duration.ZERO);
                LogReceiver receiver = receiver(adapter);
                catchThrowable(() -> {
                            for (int i = 0; i < 10; i++) {
                                receiver.poll(Duration.ofSeconds(1), new TestSink(receiver));
                            }
                        })
                        .printStackTrace(System.out);
                receiver.close(Duration.ZERO);
            }
        }
    }

    private static void roundTrip(KafkaAdapter.Builder builder) throws Exception {
        try (KafkaAdapter adapter = builder.build()) {
            adapter.connect(LONG);
            if (adapter.admin().describeTopic("topic").isEmpty()) {
                adapter.admin().createTopic(TopicSpec.of("topic", 1));
            }
            Sender sender = adapter.openSender(options());
            TestOutgoing outgoing =
                    new TestOutgoing(Message.to("topic").text("hello").build(), 0);
            sender.openLane(sender.describe("topic"), 0).send(List.of(outgoing));
            assertThat(outgoing.outcome().end()).isEqualTo(End.STORED);
            sender.close(QUICK);
            LogReceiver receiver = receiver(adapter);
            TestSink sink = new TestSink(receiver);
            for (long end = System.nanoTime() + LONG.toNanos();
                    sink.deliveries.isEmpty() && System.nanoTime() < end; ) {
                receiver.poll(Duration.ofSeconds(1), sink);
            }
            receiver.close(QUICK);
            assertThat(sink.deliveries).isNotEmpty();
        }
    }

    private static SenderOptions options() {
        return new SenderOptions("sender", LONG, QUICK, 1 << 20, 1000);
    }

    private static LogReceiver receiver(KafkaAdapter adapter) {
        return (LogReceiver) adapter.openReceiver(
                new ReceiverOptions("group", Set.of("topic"), "member", 100, 64 << 20, Duration.ofSeconds(10), QUICK));
    }

    /** Connects with three times as much time as it may take, unless it is to take all of it. */
    private static void assertFails(KafkaAdapter.Builder builder, Duration within, ErrorKind kind, String text) {
        try (KafkaAdapter adapter = builder.build()) {
            boolean waits = within.compareTo(QUICK) < 0;
            long begin = System.nanoTime();
            Throwable failure = catchThrowable(() -> adapter.connect(waits ? within : LONG));
            Duration taken = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(failure).isNotNull().hasMessageContaining(text);
            assertThat(adapter.classify(failure)).as("%s", failure).isEqualTo(kind);
            assertThat(taken).isLessThan(waits ? within.plusSeconds(3) : within);
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                assertThat(cause.toString()).doesNotContain("canary");
            }
        }
    }
}
