package io.waybill.kafka;

import io.waybill.message.Capabilities;
import io.waybill.message.Capability;
import io.waybill.message.ErrorKind;
import io.waybill.message.Support;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.AdminOperations;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.Reachability;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * Waybill on Apache Kafka; what it maps to what, promises and cannot do stands in the
 * {@linkplain io.waybill.kafka package comment}.
 *
 * <p>Created by {@code Waybill.connect("kafka://...")} through {@link Provider}, or by {@link #builder} for
 * {@code Waybill.over}, which then owns it. Safe for use by many threads; ends with {@link #close}. Opens no connection
 * before {@link #connect}.
 */
public final class KafkaAdapter implements Adapter {
    private static final String NAME = "kafka";
    private static final Capabilities CAPABILITIES = Capabilities.none()
            .with(Capability.GROUP_MEMBERSHIP, Support.NATIVE)
            .with(Capability.CONTROL_LOG, Support.NATIVE)
            .with(Capability.TOPIC_STORAGE, Support.NATIVE)
            .with(Capability.START_FIRST, Support.NATIVE)
            .with(Capability.START_LATEST, Support.NATIVE)
            .with(Capability.START_TIME, Support.NATIVE)
            .with(Capability.RESET_POSITIONS, Support.NATIVE);

    private final KafkaSettings settings;
    private final KafkaAdminOperations admin;
    private final KafkaControlLogs logs;

    private KafkaAdapter(KafkaSettings settings) {
        this.settings = settings;
        this.admin = new KafkaAdminOperations(settings);
        this.logs = new KafkaControlLogs(settings, admin);
    }

    /**
     * Starts an adapter by code.
     *
     * @param brokers some brokers of the cluster, {@code host:port,host:port}; the port is 9092 by default
     * @return a new builder
     * @throws io.waybill.message.MessagingException INVALID if that cannot be read
     */
    public static Builder builder(String brokers) {
        return new Builder(ConnectionUri.parse(NAME + "://" + brokers));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String endpoint() {
        return settings.endpoint();
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Settings settings() {
        return settings.settings();
    }

    @Override
    public void connect(Duration timeout) throws Exception {
        long deadline = System.nanoTime() + timeout.toNanos();
        Reachability.probe(settings.hosts(), timeout);
        admin.reach(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }

    @Override
    public Sender openSender(SenderOptions options) {
        return new KafkaSender(settings, admin, options);
    }

    @Override
    public Receiver openReceiver(ReceiverOptions options) {
        return new KafkaReceiver(settings, options);
    }

    @Override
    public AdminOperations admin() {
        return admin;
    }

    @Override
    public Optional<ControlLogs> controlLogs() {
        return Optional.of(logs);
    }

    @Override
    public ErrorKind classify(Throwable failure) {
        return KafkaErrors.classify(failure);
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return type == Admin.class ? Optional.of(type.cast(admin.client())) : Optional.empty();
    }

    @Override
    public void close() {
        try {
            logs.close();
        } finally {
            admin.close();
        }
    }

    /** The brokers; no secrets. */
    @Override
    public String toString() {
        return "KafkaAdapter[" + endpoint() + "]";
    }

    /** Makes adapters for {@code kafka://} URIs; found by {@link java.util.ServiceLoader}. */
    public static final class Provider implements AdapterProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String scheme() {
            return NAME;
        }

        @Override
        public List<Setting<?>> settings() {
            return KafkaSettings.ALL;
        }

        @Override
        public KafkaAdapter create(ConnectionUri uri, Settings settings) {
            return new KafkaAdapter(new KafkaSettings(uri, settings, Map.of(), Map.of()));
        }
    }

    /**
     * Collects the settings of an adapter; used by one thread. A value that is wrong by itself fails at its call, one that
     * does not fit another fails at {@link #build}, both as {@link io.waybill.message.MessagingException} INVALID.
     */
    public static final class Builder {
        private final ConnectionUri uri;
        private Settings settings = Settings.defaults(KafkaSettings.ALL);
        private Map<String, Object> producer = Map.of();
        private Map<String, Object> consumer = Map.of();

        private Builder(ConnectionUri uri) {
            this.uri = uri;
        }

        /**
         * Whether to use TLS; the broker's certificate and host name are always verified. Default: yes, unless every
         * broker is on this machine and no other TLS setting is given.
         *
         * @param on true or false
         * @return this
         */
        public Builder tls(boolean on) {
            settings = settings.with(KafkaSettings.TLS, on);
            return this;
        }

        /**
         * Allows {@code tls(false)} to brokers on other machines. Default: not allowed.
         *
         * @return this
         */
        public Builder insecure() {
            settings = settings.with(KafkaSettings.INSECURE, true);
            return this;
        }

        /**
         * The certificates to trust. Default: those of the JVM.
         *
         * @param file a PKCS12 (.p12, .pfx, .pkcs12), JKS (.jks) or PEM (.pem, .crt, .cer) file
         * @param password its password, or null if it has none
         * @return this
         */
        public Builder truststore(Path file, @Nullable String password) {
            settings = settings.with(KafkaSettings.TRUST_STORE, file.toString());
            return secret(KafkaSettings.TRUST_STORE_PASSWORD, password);
        }

        /**
         * The certificate and key to show to the broker. Default: none.
         *
         * @param file as for {@link #truststore}
         * @param password its password, or null if it has none
         * @param keyPassword the password of the key in it, or null if it has none of its own
         * @return this
         */
        public Builder keystore(Path file, @Nullable String password, @Nullable String keyPassword) {
            settings = settings.with(KafkaSettings.KEY_STORE, file.toString());
            return secret(KafkaSettings.KEY_STORE_PASSWORD, password).secret(KafkaSettings.KEY_PASSWORD, keyPassword);
        }

        /**
         * Logs in by SASL. Default: no login.
         *
         * @param mechanism {@code PLAIN}, {@code SCRAM-SHA-256} or {@code SCRAM-SHA-512}
         * @param user the user
         * @param password the password
         * @return this
         */
        public Builder sasl(String mechanism, String user, String password) {
            settings = settings.with(Map.of(KafkaSettings.MECHANISM.name(), mechanism), Settings.Origin.CODE)
                    .with(KafkaSettings.USER, user);
            return secret(KafkaSettings.PASSWORD, password);
        }

        /**
         * How long a request to a broker may take. Default: 15 s.
         *
         * @param timeout 100 ms to 1 h
         * @return this
         */
        public Builder requestTimeout(Duration timeout) {
            settings = settings.with(KafkaSettings.REQUEST_TIMEOUT, timeout);
            return this;
        }

        /**
         * After how long without a poll the broker gives the partitions of a consumer to others: Waybill polls while
         * handlers run, however slow they are, so this bounds a polling thread that hangs. Default: 5 minutes; at least
         * two drains and three requests, whatever is set.
         *
         * @param interval the longest pause between two polls
         * @return this
         */
        public Builder maxPollInterval(Duration interval) {
            settings = settings.with(KafkaSettings.MAX_POLL_INTERVAL, interval);
            return this;
        }

        /**
         * Tunes the native producers. Only what costs or saves time and memory can be set, no promise; the error for
         * another name lists those there are. They hold for this adapter alone and are not portable.
         *
         * @param name a property of Kafka's producer, such as {@code compression.type}
         * @param value its value
         * @return this
         */
        public Builder producerProperty(String name, String value) {
            producer = Tuning.PRODUCER.with(producer, name, value);
            return this;
        }

        /**
         * Tunes the native consumers, as {@link #producerProperty} does the producers.
         *
         * @param name a property of Kafka's consumer, such as {@code fetch.min.bytes}
         * @param value its value
         * @return this
         */
        public Builder consumerProperty(String name, String value) {
            consumer = Tuning.CONSUMER.with(consumer, name, value);
            return this;
        }

        /**
         * The adapter.
         *
         * @return a new adapter that has not connected yet
         */
        public KafkaAdapter build() {
            return new KafkaAdapter(new KafkaSettings(uri, settings, producer, consumer));
        }

        private Builder secret(Setting<String> setting, @Nullable String value) {
            if (value != null) {
                settings = settings.with(setting, value);
            }
            return this;
        }
    }
}
