package io.waybill.testbrokers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A broker that runs elsewhere and is known by its URI alone: it is used, never started, stopped or harmed.
 *
 * @param name the kind of broker
 * @param uri where Waybill connects to; what it holds of user and password goes to Waybill as it is, and is left out of
 *     {@code toString} and of every message
 */
public record ExternalBroker(String name, String uri) implements RunningBroker {
    private static final Pattern AUTHORITY = Pattern.compile("[a-z][a-z0-9+.-]*://(?:[^/?#]*@)?([^/?#]+).*");
    private static final int CONNECT_MILLIS = 3_000;

    /** @throws IllegalArgumentException if the URI does not name a scheme and at least one host with its port */
    public ExternalBroker {
        if (addresses(uri).isEmpty()) {
            throw new IllegalArgumentException(
                    "The URI of the external " + name + " has not the form scheme://host:port[,host:port...]");
        }
    }

    /** Why none of the URI's addresses takes a connection; empty if one does. */
    Optional<String> unreachable() {
        List<String> failures = new ArrayList<>();
        for (InetSocketAddress address : addresses(uri)) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address.getHostString(), address.getPort()), CONNECT_MILLIS);
                return Optional.empty();
            } catch (IOException e) {
                failures.add(address.getHostString() + ":" + address.getPort() + " (" + e.getMessage() + ")");
            }
        }
        return Optional.of("no connection to " + String.join(", ", failures));
    }

    private static List<InetSocketAddress> addresses(String uri) {
        Matcher matcher = AUTHORITY.matcher(uri);
        List<InetSocketAddress> addresses = new ArrayList<>();
        if (matcher.matches()) {
            for (String address : matcher.group(1).split(",", -1)) {
                int colon = address.lastIndexOf(':');
                if (colon < 1 || !address.substring(colon + 1).matches("[0-9]{1,5}")) {
                    return List.of();
                }
                int port = Integer.parseInt(address.substring(colon + 1));
                if (port > 65_535) {
                    return List.of();
                }
                addresses.add(InetSocketAddress.createUnresolved(address.substring(0, colon), port));
            }
        }
        return addresses;
    }

    @Override
    public String version() {
        return "unknown";
    }

    @Override
    public Optional<Credentials> credentials() {
        return Optional.empty();
    }

    @Override
    public Optional<TlsFiles> tls() {
        return Optional.empty();
    }

    @Override
    public boolean canFault() {
        return false;
    }

    @Override
    public boolean running() {
        return unreachable().isEmpty();
    }

    @Override
    public Set<ProcessHandle> processes() {
        return Set.of();
    }

    @Override
    public void kill() {
        throw unsupported("killed");
    }

    @Override
    public void pause() {
        throw unsupported("paused");
    }

    @Override
    public void resume() {
        throw unsupported("resumed");
    }

    @Override
    public void stop() {
        throw unsupported("stopped");
    }

    @Override
    public void start() {
        throw unsupported("started");
    }

    @Override
    public Path dataFolder() {
        throw unsupported("looked into");
    }

    @Override
    public Path logFolder() {
        throw unsupported("looked into");
    }

    @Override
    public String logTail() {
        return "";
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "ExternalBroker[" + name + "]";
    }

    private UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException(
                "This " + name + " broker is external: it was not started here and cannot be " + what
                        + " from here. Ask canFault() first, or use a broker that this JVM starts");
    }
}
