package io.waybill.rocketmq;

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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.header.HeartbeatRequestHeader;
import org.apache.rocketmq.remoting.protocol.heartbeat.HeartbeatData;
import org.jspecify.annotations.Nullable;

/**
 * Waybill on Apache RocketMQ; what it maps to what, promises and cannot do stands in the
 * {@linkplain io.waybill.rocketmq package comment}.
 *
 * <p>Created by {@code Waybill.connect("rocketmq://...")} through {@link Provider}, or by {@link #builder} for
 * {@code Waybill.over}, which then owns it. Safe for use by many threads; ends with {@link #close}. Opens no connection
 * before {@link #connect}.
 */
public final class RocketMqAdapter implements Adapter {
    private static final String NAME = "rocketmq";
    private static final Capabilities CAPABILITIES = Capabilities.none()
            .with(Capability.GROUP_MEMBERSHIP, Support.EMULATED)
            .with(Capability.START_FIRST, Support.NATIVE)
            .with(Capability.START_LATEST, Support.NATIVE)
            .with(Capability.START_TIME, Support.NATIVE)
            .with(Capability.RESET_POSITIONS, Support.NATIVE)
            .with(Capability.CONTROL_LOG, Support.NATIVE)
            .with(Capability.TOPIC_STORAGE, Support.NATIVE);

    /** What is done over the connections that all share. */
    record Connection(Remote remote, Topology topology, Facts facts, GroupFacts groups, Topics topics) {}

    /** Connects when it is first needed. */
    static final class Shared {
        private final RocketMqSettings settings;
        private @Nullable Connection connection;
        private boolean closed;

        Shared(RocketMqSettings settings) {
            this.settings = settings;
        }

        synchronized Connection connection() {
            if (closed) {
                throw new IllegalStateException("The RocketMQ adapter is closed");
            }
            if (connection == null) {
                Remote remote = new Remote(settings);
                Topology topology = new Topology(remote);
                connection = new Connection(
                        remote,
                        topology,
                        new Facts(remote, topology),
                        new GroupFacts(remote, topology),
                        new Topics(remote, topology));
            }
            return connection;
        }

        synchronized void close() {
            closed = true;
            if (connection != null) {
                connection.remote().close();
                connection = null;
            }
        }
    }

    private final RocketMqSettings settings;
    private final Shared shared;
    private final RocketMqAdminOperations admin;
    private final RocketMqControlLogs controlLogs;

    private RocketMqAdapter(RocketMqSettings settings) {
        ClientLogs.route();
        this.settings = settings;
        this.shared = new Shared(settings);
        this.admin = new RocketMqAdminOperations(shared);
        this.controlLogs = new RocketMqControlLogs(shared);
    }

    /**
     * Starts an adapter by code.
     *
     * @param nameServers the name servers of the cluster, {@code host:port,host:port}; the port is 9876 by default
     * @return a new builder
     * @throws io.waybill.message.MessagingException INVALID if that cannot be read
     */
    public static Builder builder(String nameServers) {
        return new Builder(ConnectionUri.parse(NAME + "://" + nameServers));
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
        FutureTask<Void> task = new FutureTask<>(() -> {
            reach();
            return null;
        });
        Thread thread = new Thread(task, "waybill-rocketmq-connect");
        thread.setDaemon(true);
        thread.start();
        try {
            Void unused = task.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw noAnswer(e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (settings.tls() != null && RocketMqErrors.classify(cause) == ErrorKind.UNAVAILABLE) {
                throw noAnswer(cause);
            }
            throw cause instanceof Exception exception ? exception : e;
        }
    }

    /** Name servers ask for no login; brokers do. */
    private void reach() throws Exception {
        Connection at = shared.connection();
        Exception failure = null;
        for (String address : at.topology().brokers().values()) {
            RemotingCommand request =
                    RemotingCommand.createRequestCommand(RequestCode.HEART_BEAT, new HeartbeatRequestHeader());
            HeartbeatData nobody = new HeartbeatData();
            nobody.setClientID("waybill");
            request.setBody(nobody.encode());
            try {
                RemotingCommand unused = at.remote().call(address, request);
                return;
            } catch (Exception e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private IOException noAnswer(Throwable cause) {
        Tls tls = settings.tls();
        Throwable handshake = tls == null ? null : tls.lastFailure();
        if (handshake != null) {
            return new SSLException(
                    "TLS with " + endpoint() + " or a broker that it names failed (" + handshake.getMessage()
                            + "). Do all listeners speak TLS, are their certificates made for these host names, and does"
                            + " tls.truststore trust them?",
                    handshake);
        }
        return new IOException(
                endpoint() + " takes connections, but it or the brokers that it names do not answer this client ("
                        + settings.manner() + ") in time: " + cause.getMessage()
                        + ". Does tls fit the listeners, and can the brokers' brokerIP1 be reached from here?",
                cause);
    }

    @Override
    public Sender openSender(SenderOptions options) {
        return new RocketMqSender(settings, options);
    }

    @Override
    public Receiver openReceiver(ReceiverOptions options) throws Exception {
        return new RocketMqReceiver(settings, options);
    }

    @Override
    public AdminOperations admin() {
        return admin;
    }

    @Override
    public Optional<ControlLogs> controlLogs() {
        return Optional.of(controlLogs);
    }

    @Override
    public ErrorKind classify(Throwable failure) {
        return RocketMqErrors.classify(failure);
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return type == MQClientAPIImpl.class
                ? Optional.of(type.cast(shared.connection().remote().api()))
                : Optional.empty();
    }

    @Override
    public void close() {
        shared.close();
    }

    /** The name servers; no secrets. */
    @Override
    public String toString() {
        return "RocketMqAdapter[" + endpoint() + "]";
    }

    /** Makes adapters for {@code rocketmq://} URIs; found by {@link java.util.ServiceLoader}. */
    public static final class Provider implements AdapterProvider {
        /** For {@link java.util.ServiceLoader}. */
        public Provider() {}

        @Override
        public String scheme() {
            return NAME;
        }

        @Override
        public List<Setting<?>> settings() {
            return RocketMqSettings.ALL;
        }

        @Override
        public RocketMqAdapter create(ConnectionUri uri, Settings settings) {
            return new RocketMqAdapter(new RocketMqSettings(uri, settings));
        }
    }

    /**
     * Collects the settings of an adapter; used by one thread. A value that is wrong by itself fails at its call, one that
     * does not fit another fails at {@link #build}, both as {@link io.waybill.message.MessagingException} INVALID.
     */
    public static final class Builder {
        private final ConnectionUri uri;
        private Settings settings = Settings.defaults(RocketMqSettings.ALL);

        private Builder(ConnectionUri uri) {
            this.uri = uri;
        }

        /**
         * Whether to use TLS, with name servers and brokers; certificates and host names are always verified. Default:
         * yes, unless every name server is on this machine and no other TLS setting is given.
         *
         * @param on true or false
         * @return this
         */
        public Builder tls(boolean on) {
            settings = settings.with(RocketMqSettings.TLS, on);
            return this;
        }

        /**
         * Allows plain connections to other machines. Default: not allowed.
         *
         * @return this
         */
        public Builder insecure() {
            settings = settings.with(RocketMqSettings.INSECURE, true);
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
            settings = settings.with(RocketMqSettings.TRUST_STORE, file.toString());
            return secret(RocketMqSettings.TRUST_STORE_PASSWORD, password);
        }

        /**
         * The certificate and key to show to name servers and brokers. Default: none.
         *
         * @param file as for {@link #truststore}; a PEM file holds the certificates and the key in PKCS#8
         * @param password its password, or null if it has none
         * @param keyPassword the password of the key in it, or null if it has none of its own
         * @return this
         */
        public Builder keystore(Path file, @Nullable String password, @Nullable String keyPassword) {
            settings = settings.with(RocketMqSettings.KEY_STORE, file.toString());
            return secret(RocketMqSettings.KEY_STORE_PASSWORD, password)
                    .secret(RocketMqSettings.KEY_PASSWORD, keyPassword);
        }

        /**
         * Signs every request, as RocketMQ's access control wants it. Default: no login.
         *
         * @param accessKey the user
         * @param secretKey the password
         * @return this
         */
        public Builder login(String accessKey, String secretKey) {
            settings = settings.with(RocketMqSettings.USER, accessKey);
            return secret(RocketMqSettings.PASSWORD, secretKey);
        }

        /**
         * How long a request to a name server or broker may take. Default: 15 s.
         *
         * @param timeout 100 ms to 1 h
         * @return this
         */
        public Builder requestTimeout(Duration timeout) {
            settings = settings.with(RocketMqSettings.REQUEST_TIMEOUT, timeout);
            return this;
        }

        /**
         * The adapter.
         *
         * @return a new adapter that has not connected yet
         */
        public RocketMqAdapter build() {
            return new RocketMqAdapter(new RocketMqSettings(uri, settings));
        }

        private Builder secret(Setting<String> setting, @Nullable String value) {
            if (value != null) {
                settings = settings.with(setting, value);
            }
            return this;
        }
    }
}
