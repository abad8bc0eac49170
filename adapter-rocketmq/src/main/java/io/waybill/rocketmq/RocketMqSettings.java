package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.rocketmq.acl.common.AclClientRPCHook;
import org.apache.rocketmq.acl.common.SessionCredentials;
import org.apache.rocketmq.remoting.RPCHook;
import org.jspecify.annotations.Nullable;

/** The adapter's settings, checked against each other. */
final class RocketMqSettings {
    static final Setting<Boolean> TLS = Setting.bool("tls", null);
    static final Setting<Boolean> INSECURE = Setting.bool("insecure", false);
    static final Setting<String> TRUST_STORE = Setting.text("tls.truststore", null);
    static final Setting<String> TRUST_STORE_PASSWORD = Setting.secret("tls.truststore.password");
    static final Setting<String> KEY_STORE = Setting.text("tls.keystore", null);
    static final Setting<String> KEY_STORE_PASSWORD = Setting.secret("tls.keystore.password");
    static final Setting<String> KEY_PASSWORD = Setting.secret("tls.key.password");
    static final Setting<String> USER = Setting.text("user", null);
    static final Setting<String> PASSWORD = Setting.secret("password");
    static final Setting<Duration> REQUEST_TIMEOUT = Setting.duration("request.timeout", Duration.ofSeconds(15));

    static final List<Setting<?>> ALL = List.of(
            TLS,
            INSECURE,
            TRUST_STORE,
            TRUST_STORE_PASSWORD,
            KEY_STORE,
            KEY_STORE_PASSWORD,
            KEY_PASSWORD,
            USER,
            PASSWORD,
            REQUEST_TIMEOUT);

    private static final List<Setting<String>> TLS_DETAILS =
            List.of(TRUST_STORE, TRUST_STORE_PASSWORD, KEY_STORE, KEY_STORE_PASSWORD, KEY_PASSWORD);
    private static final int DEFAULT_PORT = 9876;

    private final Settings settings;
    private final List<ConnectionUri.Host> hosts;
    private final @Nullable Tls tls;

    RocketMqSettings(ConnectionUri uri, Settings given) {
        if (uri.hosts().isEmpty() || !uri.path().isEmpty()) {
            throw invalid("A RocketMQ URI names name servers and nothing behind them, such as"
                    + " rocketmq://host1:9876,host2:9876.");
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
        if ((user() == null) != (settings.find(PASSWORD) == null)) {
            throw invalid("A login needs user (the access key) and password (the secret key), such as"
                    + " rocketmq://user:password@host:9876.");
        }
        this.tls = settings.get(TLS) ? new Tls(settings) : withoutTls();
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

    /** The name servers, as RocketMQ's client writes them. */
    List<String> nameServers() {
        return hosts.stream().map(ConnectionUri.Host::toString).toList();
    }

    /** How this adapter tries to get in, for texts about brokers that do not answer. */
    String manner() {
        return "tls=" + settings.get(TLS) + ", " + (user() == null ? "no login" : "with a login");
    }

    long requestMillis() {
        return settings.get(REQUEST_TIMEOUT).toMillis();
    }

    @Nullable
    Tls tls() {
        return tls;
    }

    /** What signs each request, or null without a login. */
    @Nullable
    RPCHook signer() {
        String user = user();
        return user == null ? null : new AclClientRPCHook(new SessionCredentials(user, settings.get(PASSWORD)));
    }

    private @Nullable String user() {
        return settings.find(USER);
    }

    private boolean tlsByDefault(Settings given) {
        return !loopback() || TLS_DETAILS.stream().anyMatch(detail -> given.find(detail) != null);
    }

    private boolean loopback() {
        return hosts.stream().allMatch(ConnectionUri.Host::isLoopback);
    }

    /** Whether a connection to an address that a name server gave is allowed: plain ones stay on this machine. */
    boolean allows(String address) {
        if (tls != null || settings.get(INSECURE)) {
            return true;
        }
        String host = address.substring(0, Math.max(0, address.lastIndexOf(':')));
        try {
            InetAddress found = InetAddress.getByName(host);
            return found.isLoopbackAddress() || NetworkInterface.getByInetAddress(found) != null;
        } catch (IOException e) {
            return false;
        }
    }

    private @Nullable Tls withoutTls() {
        if (!loopback() && !settings.get(INSECURE)) {
            throw invalid("tls=false would send everything unprotected to " + endpoint()
                    + ". Use tls=true, or say insecure=true if that network is safe.");
        }
        for (Setting<String> detail : TLS_DETAILS) {
            if (settings.find(detail) != null) {
                throw invalid("Setting '" + detail + "' needs tls=true.");
            }
        }
        return null;
    }

    static MessagingException invalid(String text) {
        return new MessagingException(ErrorKind.INVALID, text);
    }

    /** Names the name servers only. */
    @Override
    public String toString() {
        return "RocketMqSettings[" + endpoint() + ", " + manner() + "]";
    }
}
