package io.waybill.kafka;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.SenderOptions;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import io.waybill.spi.StoreFile;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The adapter's settings, checked against each other, and the properties of Kafka's clients that they become. */
final class KafkaSettings {
    enum Mechanism {
        PLAIN("PLAIN", "plain.Plain"),
        SCRAM_SHA_256("SCRAM-SHA-256", "scram.Scram"),
        SCRAM_SHA_512("SCRAM-SHA-512", "scram.Scram");

        private final String kafkaName;
        private final String module;

        Mechanism(String kafkaName, String module) {
            this.kafkaName = kafkaName;
            this.module = "org.apache.kafka.common.security." + module + "LoginModule";
        }
    }

    static final Setting<Boolean> TLS = Setting.bool("tls", null);
    static final Setting<Boolean> INSECURE = Setting.bool("insecure", false);
    static final Setting<String> TRUST_STORE = Setting.text("tls.truststore", null);
    static final Setting<String> TRUST_STORE_PASSWORD = Setting.secret("tls.truststore.password");
    static final Setting<String> KEY_STORE = Setting.text("tls.keystore", null);
    static final Setting<String> KEY_STORE_PASSWORD = Setting.secret("tls.keystore.password");
    static final Setting<String> KEY_PASSWORD = Setting.secret("tls.key.password");
    static final Setting<Mechanism> MECHANISM = Setting.choice("sasl.mechanism", Mechanism.class, null);
    static final Setting<String> USER = Setting.text("user", null);
    static final Setting<String> PASSWORD = Setting.secret("password");
    static final Setting<Duration> REQUEST_TIMEOUT = Setting.duration("request.timeout", Duration.ofSeconds(15));

    static final Setting<Duration> MAX_POLL_INTERVAL = Setting.duration("max.poll.interval", Duration.ofMinutes(5));

    /** Printed and not to be changed: less would let a confirmed message be lost, or stored twice. */
    static final Setting<String> ACKS = fixed("acks", "all");

    static final Setting<String> IDEMPOTENCE = fixed("enable.idempotence", "true");

    static final List<Setting<?>> ALL = List.of(
            TLS,
            INSECURE,
            TRUST_STORE,
            TRUST_STORE_PASSWORD,
            KEY_STORE,
            KEY_STORE_PASSWORD,
            KEY_PASSWORD,
            MECHANISM,
            USER,
            PASSWORD,
            REQUEST_TIMEOUT,
            MAX_POLL_INTERVAL,
            ACKS,
            IDEMPOTENCE);

    private static final List<Setting<String>> TLS_DETAILS =
            List.of(TRUST_STORE, TRUST_STORE_PASSWORD, KEY_STORE, KEY_STORE_PASSWORD, KEY_PASSWORD);
    private static final int DEFAULT_PORT = 9092;
    private static final int BATCH_BYTES = 256 * 1024;
    private static final long BUFFER_BYTES = 256L << 20;
    private static final int RECORD_OVERHEAD = 64 * 1024;
    private static final int LEAST_BLOCK_MILLIS = 1_000;
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    private final Settings settings;
    private final List<ConnectionUri.Host> hosts;
    private final Map<String, Object> connection;
    private final Map<String, Object> producerTuning;
    private final Map<String, Object> consumerTuning;

    KafkaSettings(
            ConnectionUri uri, Settings given, Map<String, Object> producerTuning, Map<String, Object> consumerTuning) {
        if (uri.hosts().isEmpty() || !uri.path().isEmpty()) {
            throw invalid("A Kafka URI names brokers and nothing behind them, such as kafka://host1:9092,host2:9092.");
        }
        this.hosts = uri.hosts().stream()
                .map(host -> new ConnectionUri.Host(host.host(), host.port() < 0 ? DEFAULT_PORT : host.port()))
                .toList();
        Map<String, String> login = new HashMap<>();
        uri.user().ifPresent(user -> login.put(USER.name(), user));
        uri.password().ifPresent(password -> login.put(PASSWORD.name(), password));
        Settings withLogin = login.isEmpty() ? given : given.with(login, Settings.Origin.URI);
        this.settings = withLogin.find(TLS) != null
                ? withLogin
                : withLogin.with(Map.of(TLS.name(), String.valueOf(tlsByDefault(withLogin))), Settings.Origin.DEFAULT);
        Duration requests = settings.get(REQUEST_TIMEOUT);
        if (requests.compareTo(Duration.ofMillis(100)) < 0 || requests.compareTo(Duration.ofHours(1)) > 0) {
            throw invalid("request.timeout is " + requests + "; use 100ms to 1h.");
        }
        this.connection = connection();
        this.producerTuning = producerTuning;
        this.consumerTuning = consumerTuning;
    }

    Settings settings() {
        return settings;
    }

    List<ConnectionUri.Host> hosts() {
        return hosts;
    }

    String endpoint() {
        return hosts.stream().map(ConnectionUri.Host::toString).collect(Collectors.joining(","));
    }

    /** How this adapter tries to get in, for texts about brokers that do not answer. */
    String manner() {
        Mechanism mechanism = settings.find(MECHANISM);
        return "tls=" + settings.get(TLS) + ", "
                + (mechanism == null ? "no login" : "sasl.mechanism=" + mechanism.kafkaName);
    }

    Duration requestTimeout() {
        return settings.get(REQUEST_TIMEOUT);
    }

    boolean compresses() {
        return !producerTuning.getOrDefault("compression.type", "none").equals("none");
    }

    Map<String, Object> admin() {
        Map<String, Object> properties = new HashMap<>(connection);
        properties.put("client.id", clientId("admin"));
        properties.put("request.timeout.ms", millis(requestTimeout()));
        properties.put("default.api.timeout.ms", millis(requestTimeout()));
        return properties;
    }

    Map<String, Object> producer(SenderOptions options) {
        Map<String, Object> properties = new HashMap<>(connection);
        properties.put("batch.size", BATCH_BYTES);
        properties.put("linger.ms", 0L);
        properties.put(
                "metadata.max.idle.ms", Duration.ofDays(1).toMillis()); // else who sends seldom is blocked for it
        properties.putAll(producerTuning);
        long linger = ((Number) properties.get("linger.ms")).longValue();
        int sendTimeout = millis(options.sendTimeout());
        properties.put("client.id", clientId(options.producer()));
        properties.put("acks", settings.get(ACKS));
        properties.put("enable.idempotence", Boolean.valueOf(settings.get(IDEMPOTENCE)));
        properties.put("retries", Integer.MAX_VALUE);
        properties.put("max.in.flight.requests.per.connection", 5);
        // A producer needs some time to look at a topic, however little its callers are to be blocked.
        properties.put("max.block.ms", (long)
                Math.min(sendTimeout, Math.max(LEAST_BLOCK_MILLIS, millis(options.maxBlock()))));
        properties.put("delivery.timeout.ms", sendTimeout);
        // Half of it at most, so that a request into a dead connection leaves time for one more.
        properties.put("request.timeout.ms", Math.max(1, (int)
                Math.min(millis(requestTimeout()), (sendTimeout - linger) / 2)));
        properties.put("buffer.memory", Math.max(BUFFER_BYTES, 4 * options.maxInFlightBytes()));
        properties.put("max.request.size", (int)
                Math.min(Integer.MAX_VALUE, Math.max(4L << 20, (long) options.maxBodyBytes() + RECORD_OVERHEAD)));
        properties.put("key.serializer", ByteArraySerializer.class);
        properties.put("value.serializer", ByteArraySerializer.class);
        return properties;
    }

    Map<String, Object> consumer(ReceiverOptions options) {
        Map<String, Object> properties = new HashMap<>(connection);
        properties.put("fetch.max.bytes", 16 << 20);
        properties.put("max.partition.fetch.bytes", 2 << 20);
        properties.putAll(consumerTuning);
        properties.put("client.id", options.member());
        properties.put("group.id", options.group());
        properties.put("group.protocol", "classic");
        properties.put("partition.assignment.strategy", List.of(CooperativeStickyAssignor.class.getName()));
        properties.put("enable.auto.commit", false);
        properties.put("auto.offset.reset", "none");
        properties.put("allow.auto.create.topics", false);
        properties.put("isolation.level", "read_committed");
        properties.put("max.poll.records", Math.max(1, options.batchMessages()));
        properties.put("session.timeout.ms", millis(options.session()));
        // Heartbeats, and metadata while waiting to join: a broker that lives is heard every second.
        properties.put("heartbeat.interval.ms", Math.min(1000, Math.max(1, millis(options.session()) / 10)));
        properties.put("metadata.max.age.ms", 1000L);
        properties.put("max.poll.interval.ms", millis(maxPollInterval(options.drain())));
        properties.put("request.timeout.ms", millis(requestTimeout()));
        properties.put("default.api.timeout.ms", millis(requestTimeout()));
        properties.put("key.deserializer", ByteArrayDeserializer.class);
        properties.put("value.deserializer", ByteArrayDeserializer.class);
        return properties;
    }

    /** Of who appends to control logs, a record at a time. */
    Map<String, Object> logProducer() {
        Map<String, Object> properties = new HashMap<>(connection);
        properties.put("client.id", clientId("log"));
        properties.put("acks", "all");
        properties.put("linger.ms", 0L);
        properties.put("request.timeout.ms", Math.max(1, millis(requestTimeout()) / 2));
        properties.put("delivery.timeout.ms", millis(requestTimeout()));
        properties.put("max.block.ms", (long) millis(requestTimeout()));
        properties.put("key.serializer", ByteArraySerializer.class);
        properties.put("value.serializer", ByteArraySerializer.class);
        return properties;
    }

    /** Of who reads control logs. */
    Map<String, Object> logConsumer() {
        Map<String, Object> properties = new HashMap<>(connection);
        properties.put("client.id", clientId("log"));
        properties.put("enable.auto.commit", false);
        properties.put("auto.offset.reset", "earliest");
        properties.put("allow.auto.create.topics", false);
        properties.put("request.timeout.ms", millis(requestTimeout()));
        properties.put("default.api.timeout.ms", millis(requestTimeout()));
        properties.put("key.deserializer", ByteArrayDeserializer.class);
        properties.put("value.deserializer", ByteArrayDeserializer.class);
        return properties;
    }

    /** One poll may drain, settle, and look up where to go on. */
    private Duration maxPollInterval(Duration drain) {
        Duration set = settings.get(MAX_POLL_INTERVAL);
        Duration least = drain.multipliedBy(2).plus(requestTimeout().multipliedBy(3));
        return set.compareTo(least) < 0 ? least : set;
    }

    private static Setting<String> fixed(String name, String value) {
        return Setting.parsed(
                name,
                value,
                text -> {
                    if (!text.equals(value)) {
                        throw new IllegalArgumentException(text);
                    }
                    return text;
                },
                value + ": Waybill's promises need it");
    }

    static int millis(Duration duration) {
        return (int) Math.min(Integer.MAX_VALUE, duration.toMillis());
    }

    /** One line of JAAS: what Kafka's reader takes for syntax, or for the end of the text, is written as an escape. */
    static String jaas(Mechanism mechanism, String user, String password) {
        return mechanism.module + " required username=" + quoted(user) + " password=" + quoted(password) + ";";
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == 127) {
                quoted.append(String.format("\\%03o", (int) c));
            } else {
                quoted.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private boolean tlsByDefault(Settings given) {
        return !loopback() || TLS_DETAILS.stream().anyMatch(detail -> given.find(detail) != null);
    }

    private boolean loopback() {
        return hosts.stream().allMatch(ConnectionUri.Host::isLoopback);
    }

    private Map<String, Object> connection() {
        boolean tls = settings.get(TLS);
        Mechanism mechanism = settings.find(MECHANISM);
        if (!tls && !loopback() && !settings.get(INSECURE)) {
            throw invalid("tls=false would send everything, passwords too, unprotected to " + endpoint()
                    + ". Use tls=true, or say insecure=true if that network is safe.");
        }
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", endpoint());
        properties.put("security.protocol", (mechanism == null ? "" : "SASL_") + (tls ? "SSL" : "PLAINTEXT"));
        if (tls) {
            properties.put("ssl.endpoint.identification.algorithm", "https");
            store(properties, "truststore", TRUST_STORE, TRUST_STORE_PASSWORD);
            store(properties, "keystore", KEY_STORE, KEY_STORE_PASSWORD);
            secret(properties, "ssl.key.password", KEY_PASSWORD);
        } else {
            for (Setting<String> detail : TLS_DETAILS) {
                if (settings.find(detail) != null) {
                    throw invalid("Setting '" + detail + "' needs tls=true.");
                }
            }
        }
        String user = settings.find(USER);
        String password = settings.find(PASSWORD);
        if (mechanism == null && user == null && password == null) {
            return properties;
        }
        if (mechanism == null || user == null || password == null || user.isEmpty() || password.isEmpty()) {
            throw invalid(
                    "A login needs user, password and sasl.mechanism (PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512), such as"
                            + " kafka://user:password@host:9092?sasl.mechanism=SCRAM-SHA-512.");
        }
        properties.put("sasl.mechanism", mechanism.kafkaName);
        properties.put("sasl.jaas.config", new Password(jaas(mechanism, user, password)));
        return properties;
    }

    private void store(Map<String, Object> properties, String what, Setting<String> place, Setting<String> password) {
        String file = settings.find(place);
        if (file == null) {
            return;
        }
        properties.put("ssl." + what + ".location", file);
        properties.put("ssl." + what + ".type", StoreFile.of(place, file).type().name());
        secret(properties, "ssl." + what + ".password", password);
    }

    private void secret(Map<String, Object> properties, String name, Setting<String> setting) {
        @Nullable String value = settings.find(setting);
        if (value != null) {
            properties.put(name, new Password(value));
        }
    }

    private static String clientId(String name) {
        return "waybill-" + name + "-" + CLIENTS.incrementAndGet();
    }

    private static MessagingException invalid(String text) {
        return new MessagingException(ErrorKind.INVALID, text);
    }

    /** Names the brokers only. */
    @Override
    public String toString() {
        return "KafkaSettings[" + endpoint() + ", " + manner() + "]";
    }
}
