package io.waybill.rabbitmq;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The adapter's settings, checked against each other. */
final class RabbitMqSettings {
    static final Setting<Boolean> TLS = Setting.bool("tls", null);
    static final Setting<Boolean> INSECURE = Setting.bool("insecure", false);
    static final Setting<String> TRUST_STORE = Setting.text("tls.truststore", null);
    static final Setting<String> TRUST_STORE_PASSWORD = Setting.secret("tls.truststore.password");
    static final Setting<String> KEY_STORE = Setting.text("tls.keystore", null);
    static final Setting<String> KEY_STORE_PASSWORD = Setting.secret("tls.keystore.password");
    static final Setting<String> USER = Setting.text("user", "guest");
    static final Setting<String> PASSWORD = Setting.secret("password");
    static final Setting<Duration> REQUEST_TIMEOUT =
            Setting.duration("request.timeout", Duration.ofSeconds(15), Duration.ofMillis(100));
    static final Setting<Duration> HEARTBEAT =
            Setting.duration("heartbeat", Duration.ofSeconds(3), Duration.ofSeconds(1));
    static final Setting<Long> PREFETCH = Setting.number("prefetch", 1000L, 1, 65_535);
    static final Setting<Long> QUORUM_SIZE = Setting.number("quorum.size", null, 1, 99);

    static final List<Setting<?>> ALL = List.of(
            TLS,
            INSECURE,
            TRUST_STORE,
            TRUST_STORE_PASSWORD,
            KEY_STORE,
            KEY_STORE_PASSWORD,
            USER,
            PASSWORD,
            REQUEST_TIMEOUT,
            HEARTBEAT,
            PREFETCH,
            QUORUM_SIZE);

    private static final List<Setting<String>> TLS_DETAILS =
            List.of(TRUST_STORE, TRUST_STORE_PASSWORD, KEY_STORE, KEY_STORE_PASSWORD);
    private static final String DEFAULT_LOGIN = "guest";
    private static final int PLAIN_PORT = 5672;
    private static final int TLS_PORT = 5671;

    private final Settings settings;
    private final List<ConnectionUri.Host> hosts;
    private final String virtualHost;

    RabbitMqSettings(ConnectionUri uri, Settings given) {
        if (uri.hosts().isEmpty()) {
            throw invalid(
                    "A RabbitMQ URI names brokers and perhaps a virtual host, such as rabbitmq://host1:5672/orders.");
        }
        Map<String, String> login = new HashMap<>();
        uri.user().ifPresent(user -> login.put(USER.name(), user));
        uri.password().ifPresent(password -> login.put(PASSWORD.name(), password));
        Settings withLogin = login.isEmpty() ? given : given.with(login, Settings.Origin.URI);
        boolean loopback = uri.hosts().stream().allMatch(ConnectionUri.Host::isLoopback);
        boolean details = TLS_DETAILS.stream().anyMatch(detail -> withLogin.find(detail) != null);
        this.settings = withLogin.find(TLS) != null
                ? withLogin
                : withLogin.with(Map.of(TLS.name(), String.valueOf(!loopback || details)), Settings.Origin.DEFAULT);
        boolean tls = settings.get(TLS);
        this.hosts = uri.hosts().stream()
                .map(host -> new ConnectionUri.Host(
                        host.host(), host.port() >= 0 ? host.port() : tls ? TLS_PORT : PLAIN_PORT))
                .toList();
        this.virtualHost = uri.path().isEmpty() ? "/" : uri.path();
        if (!tls && !loopback && !settings.get(INSECURE)) {
            throw invalid("tls=false would send everything, passwords too, unprotected to " + endpoint()
                    + ". Use tls=true, or say insecure=true if that network is safe.");
        }
        if (!tls && details) {
            throw invalid("Settings that start with 'tls.' need tls=true.");
        }
        if (settings.find(PASSWORD) == null && !user().equals(DEFAULT_LOGIN)) {
            throw invalid("User '" + user() + "' needs a password, such as rabbitmq://user:password@host:5672.");
        }
    }

    Settings settings() {
        return settings;
    }

    List<ConnectionUri.Host> hosts() {
        return hosts;
    }

    String endpoint() {
        String all = hosts.stream().map(ConnectionUri.Host::toString).collect(Collectors.joining(","));
        return virtualHost.equals("/") ? all : all + "/" + virtualHost;
    }

    String virtualHost() {
        return virtualHost;
    }

    boolean tls() {
        return settings.get(TLS);
    }

    @Nullable
    String find(Setting<String> setting) {
        return settings.find(setting);
    }

    String user() {
        return settings.get(USER);
    }

    /** The broker's default user has a known one, and is let in from its own machine only. */
    String password() {
        String password = settings.find(PASSWORD);
        return password == null ? DEFAULT_LOGIN : password;
    }

    Duration requestTimeout() {
        return settings.get(REQUEST_TIMEOUT);
    }

    Duration heartbeat() {
        return settings.get(HEARTBEAT);
    }

    int prefetch() {
        return Math.toIntExact(settings.get(PREFETCH));
    }

    @Nullable
    Long quorumSize() {
        return settings.find(QUORUM_SIZE);
    }

    static MessagingException invalid(String text) {
        return new MessagingException(ErrorKind.INVALID, text);
    }

    /** Names the brokers only. */
    @Override
    public String toString() {
        return "RabbitMqSettings[" + endpoint() + "]";
    }
}
