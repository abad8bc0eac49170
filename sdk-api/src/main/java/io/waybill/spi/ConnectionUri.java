package io.waybill.spi;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection URI, {@code scheme://user:password@host:port,host:port/path?name=value&name=value}, or
 * {@code memory:name?name=value} for what needs no host.
 *
 * <p>Created by {@link #parse}; immutable. Its text masks the password.
 */
public final class ConnectionUri {
    /**
     * A host and its port.
     *
     * @param host a name or address; IPv6 in brackets
     * @param port the port, or -1 if none was given
     */
    public record Host(String host, int port) {
        /**
         * Whether it is this machine by its name alone: {@code localhost}, {@code 127.x.x.x} or {@code [::1]}.
         *
         * @return true if what is sent there stays on this machine
         */
        public boolean isLoopback() {
            return host.equalsIgnoreCase("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
        }

        @Override
        public String toString() {
            return port < 0 ? host : host + ":" + port;
        }
    }

    private final String scheme;
    private final @Nullable String user;
    private final @Nullable String password;
    private final List<Host> hosts;
    private final String path;
    private final Map<String, String> parameters;

    private ConnectionUri(
            String scheme,
            @Nullable String user,
            @Nullable String password,
            List<Host> hosts,
            String path,
            Map<String, String> parameters) {
        this.scheme = scheme;
        this.user = user;
        this.password = password;
        this.hosts = List.copyOf(hosts);
        this.path = path;
        this.parameters = parameters;
    }

    /**
     * Reads a URI.
     *
     * @param text the URI
     * @return its parts
     * @throws MessagingException INVALID, saying what is wrong without repeating a password
     */
    public static ConnectionUri parse(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0 || !text.substring(0, colon).matches("[A-Za-z][A-Za-z0-9+.-]*")) {
            throw wrong("it does not start with a scheme and a colon");
        }
        String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = text.substring(colon + 1);
        int question = rest.indexOf('?');
        Map<String, String> parameters = question < 0 ? Map.of() : parameters(rest.substring(question + 1));
        String place = question < 0 ? rest : rest.substring(0, question);
        if (place.startsWith("//") && question >= 0 && rest.indexOf('@', question) >= 0) {
            throw wrong("an @ stands behind the ? (write / ? # @ in a password as %2F %3F %23 %40, and @ in a parameter"
                    + " as %40)");
        }
        if (!place.startsWith("//")) {
            return new ConnectionUri(scheme, null, null, List.of(), decode(place), parameters);
        }
        int slash = place.indexOf('/', 2);
        String path = slash < 0 ? "" : decode(place.substring(slash + 1));
        String authority = place.substring(2, slash < 0 ? place.length() : slash);
        int at = authority.lastIndexOf('@');
        String user = null;
        String password = null;
        if (at >= 0) {
            String[] login = authority.substring(0, at).split(":", 2);
            user = decode(login[0]);
            password = login.length < 2 ? null : decode(login[1]);
        }
        return new ConnectionUri(scheme, user, password, hosts(authority.substring(at + 1)), path, parameters);
    }

    /**
     * The scheme.
     *
     * @return lower case, without colon
     */
    public String scheme() {
        return scheme;
    }

    /**
     * The user.
     *
     * @return the name, if one was given
     */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /**
     * The user's password. Never to be printed.
     *
     * @return the password, if one was given
     */
    public Optional<String> password() {
        return Optional.ofNullable(password);
    }

    /**
     * The hosts.
     *
     * @return in order; empty if the URI has no {@code //}
     */
    public List<Host> hosts() {
        return hosts;
    }

    /**
     * What stands behind the hosts, or behind the colon if there are none.
     *
     * @return the path without its slash, perhaps empty
     */
    public String path() {
        return path;
    }

    /**
     * The parameters.
     *
     * @return value by name, in order
     */
    public Map<String, String> parameters() {
        return parameters;
    }

    /** Scheme, hosts and path; neither user, password nor parameters. */
    @Override
    public String toString() {
        String place = hosts.isEmpty()
                ? ""
                : "//" + String.join(",", hosts.stream().map(Host::toString).toList());
        return scheme + ":" + place + (path.isEmpty() || hosts.isEmpty() ? path : "/" + path);
    }

    private static List<Host> hosts(String text) {
        List<Host> hosts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            int colon = part.lastIndexOf(':');
            boolean hasPort = colon >= 0 && colon > part.lastIndexOf(']');
            String host = hasPort ? part.substring(0, colon) : part;
            if (host.isEmpty() || !host.matches("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%]+]")) {
                throw wrong("the " + (hosts.size() + 1)
                        + ". host has no legal name (write / ? # @ in a password as %2F %3F %23 %40)");
            }
            hosts.add(new Host(host, hasPort ? port(part.substring(colon + 1)) : -1));
        }
        return hosts;
    }

    private static int port(String text) {
        if (text.matches("[0-9]{1,5}")) {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= 65535) {
                return port;
            }
        }
        throw wrong("a port is no number from 1 to 65535 (write / ? # @ in a password as %2F %3F %23 %40)");
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : text.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw wrong("a parameter is not name=value");
            }
            String name = decode(pair.substring(0, equals));
            if (parameters.put(name, decode(pair.substring(equals + 1))) != null) {
                throw wrong("parameter '" + name + "' is given twice");
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw wrong("a % is not followed by two hexadecimal digits; write % itself as %25");
        }
    }

    private static MessagingException wrong(String what) {
        return new MessagingException(
                ErrorKind.INVALID,
                "Wrong connection URI: " + what + ". Use scheme://user:password@host:port,host:port?name=value, such as"
                        + " kafka://localhost:9092, or memory:");
    }
}
