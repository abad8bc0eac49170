package io.waybill.rabbitmq;

import com.rabbitmq.client.Connection;
import io.waybill.message.Capabilities;
import io.waybill.message.Capability;
import io.waybill.message.ErrorKind;
import io.waybill.message.Support;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.AdminOperations;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Waybill on RabbitMQ; what it maps to what, promises and cannot do stands in the
 * {@linkplain io.waybill.rabbitmq package comment}.
 *
 * <p>Created by {@code Waybill.connect("rabbitmq://...")} through {@link Provider}, or by {@link #builder} for
 * {@code Waybill.over}, which then owns it. Safe for use by many threads; ends with {@link #close}. Opens no connection
 * before {@link #connect}.
 */
public final class RabbitMqAdapter implements Adapter {
    private static final String NAME = "rabbitmq";
    private static final Capabilities CAPABILITIES = Capabilities.none()
            .with(Capability.GROUP_MEMBERSHIP, Support.EMULATED)
            .with(Capability.CONTROL_LOG, Support.NATIVE)
            .with(Capability.START_LATEST, Support.NATIVE);

    private final RabbitMqSettings settings;
    private final Connections connections;
    private final Topology topology;
    private final RabbitMqControlLogs logs;
    private final RabbitMqAdminOperations admin;

    private RabbitMqAdapter(RabbitMqSettings settings) {
        this.settings = settings;
        this.connections = new Connections(settings, "waybill-admin");
        this.topology = new Topology(settings, connections);
        this.logs = new RabbitMqControlLogs(settings);
        this.admin = new RabbitMqAdminOperations(settings, connections, topology, new Registry(settings, logs));
    }

    /**
     * Starts an adapter by code.
     *
     * @param brokers brokers of the cluster and perhaps a virtual host, {@code host:port,host:port/vhost}; the port is 5672
     *     by default, 5671 with TLS
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
    public void connect(Duration timeout) throws IOException, TimeoutException {
        Connection unused = connections.shared(timeout);
    }

    @Override
    public Sender openSender(SenderOptions options) throws IOException, TimeoutException {
        return new RabbitMqSender(settings, connections, admin, topology, options);
    }

    @Override
    public Receiver openReceiver(ReceiverOptions options) throws Exception {
        return new RabbitMqReceiver(settings, connections, admin, options);
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
        return RabbitMqErrors.classify(failure);
    }

    /** Opens the shared connection if it is not open. */
    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        if (type != Connection.class) {
            return Optional.empty();
        }
        try {
            return Optional.of(type.cast(connections.shared(settings.requestTimeout())));
        } catch (IOException | TimeoutException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            logs.close();
        } finally {
            connections.close();
        }
    }

    /** The brokers; no secrets. */
    @Override
    public String toString() {
        return "RabbitMqAdapter[" + endpoint() + "]";
    }

    /** Makes adapters for {@code rabbitmq://} URIs; found by {@link java.util.ServiceLoader}. */
    public static final class Provider implements AdapterProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String scheme() {
            return NAME;
        }

        @Override
        public List<Setting<?>> settings() {
            return RabbitMqSettings.ALL;
        }

        @Override
        public RabbitMqAdapter create(ConnectionUri uri, Settings settings) {
            return new RabbitMqAdapter(new RabbitMqSettings(uri, settings));
        }
    }

    /**
     * Collects the settings of an adapter; used by one thread. A value that is wrong by itself fails at its call, one that
     * does not fit another fails at {@link #build}, both as {@link io.waybill.message.MessagingException} INVALID.
     */
    public static final class Builder {
        private final ConnectionUri uri;
        private Settings settings = Settings.defaults(RabbitMqSettings.ALL);

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
            settings = settings.with(RabbitMqSettings.TLS, on);
            return this;
        }

        /**
         * Allows {@code tls(false)} to brokers on other machines. Default: not allowed.
         *
         * @return this
         */
        public Builder insecure() {
            settings = settings.with(RabbitMqSettings.INSECURE, true);
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
            settings = settings.with(RabbitMqSettings.TRUST_STORE, file.toString());
            return secret(RabbitMqSettings.TRUST_STORE_PASSWORD, password);
        }

        /**
         * The certificate and key to show to the broker. Default: none.
         *
         * @param file a PKCS12 or JKS file
         * @param password its password and that of the key, or null if it has none
         * @return this
         */
        public Builder keystore(Path file, @Nullable String password) {
            settings = settings.with(RabbitMqSettings.KEY_STORE, file.toString());
            return secret(RabbitMqSettings.KEY_STORE_PASSWORD, password);
        }

        /**
         * Logs in. Default: {@code guest}, whom a broker lets in from its own machine only.
         *
         * @param user the user
         * @param password the password
         * @return this
         */
        public Builder login(String user, String password) {
            settings = settings.with(RabbitMqSettings.USER, user);
            return secret(RabbitMqSettings.PASSWORD, password);
        }

        /**
         * How long a request to a broker may take. Default: 15 s.
         *
         * @param timeout at least 100 ms
         * @return this
         */
        public Builder requestTimeout(Duration timeout) {
            settings = settings.with(RabbitMqSettings.REQUEST_TIMEOUT, timeout);
            return this;
        }

        /**
         * How often client and broker give a sign of life; a connection is given up after two without one. Default: 3 s.
         *
         * @param interval at least 1 s, in whole seconds
         * @return this
         */
        public Builder heartbeat(Duration interval) {
            settings = settings.with(RabbitMqSettings.HEARTBEAT, interval);
            return this;
        }

        /**
         * How many unacknowledged messages of a partition the broker sends at most. A group keeps the number that it was
         * created with, since messages that come again could change their order otherwise; another is told in the log, and
         * not used. Where messages are so large that the consumer's {@code bufferBytes} have no room for them, fewer are
         * quicker: what is too much is fetched again. Default: 1,000.
         *
         * @param messages 1 to 65,535
         * @return this
         */
        public Builder prefetch(int messages) {
            settings = settings.with(RabbitMqSettings.PREFETCH, (long) messages);
            return this;
        }

        /**
         * How many nodes hold each queue that a group makes. Default: the broker's own.
         *
         * @param nodes 1 to 99, best 3 or 5
         * @return this
         */
        public Builder quorumSize(int nodes) {
            settings = settings.with(RabbitMqSettings.QUORUM_SIZE, (long) nodes);
            return this;
        }

        /**
         * The adapter.
         *
         * @return a new adapter that has not connected yet
         */
        public RabbitMqAdapter build() {
            return new RabbitMqAdapter(new RabbitMqSettings(uri, settings));
        }

        private Builder secret(Setting<String> setting, @Nullable String value) {
            if (value != null) {
                settings = settings.with(setting, value);
            }
            return this;
        }
    }
}
