package io.waybill.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A way to the broker that leads through a {@link TcpProxy}. Made by {@link ConformanceTarget#proxied}; the suite closes it,
 * and with it the proxy.
 *
 * @param uri where clients connect to that are to go through the proxy, with their login if there is one: each connection of
 *     theirs does, also those to addresses that the broker tells them
 * @param proxy what is between
 */
public record ProxiedBroker(String uri, TcpProxy proxy) implements AutoCloseable {
    private static final String BROKER = "127.0.0.1";
    private static final String PROXY = "127.0.0.2";

    /**
     * For a broker that listens on 127.0.0.1, and tells its clients that address if it tells them any. The proxy listens on
     * 127.0.0.2 at the same ports, and that is what its clients are told; TLS would hide the address from it.
     *
     * @param uri where the broker is, with a port
     * @param more the ports that clients connect to besides
     * @return the way through a new proxy; empty if this machine has no 127.0.0.2, as macOS until
     *     {@code ifconfig lo0 alias 127.0.0.2}
     * @throws IOException if somebody listens on one of these ports already
     */
    public static Optional<ProxiedBroker> loopback(String uri, int... more) throws IOException {
        if (!bindable()) {
            return Optional.empty();
        }
        TcpProxy proxy = new TcpProxy(BROKER, PROXY);
        try {
            forward(proxy, URI.create(uri).getPort());
            for (int port : more) {
                forward(proxy, port);
            }
        } catch (IOException e) {
            proxy.close();
            throw e;
        }
        return Optional.of(new ProxiedBroker(uri.replace(BROKER, PROXY), proxy));
    }

    private static void forward(TcpProxy proxy, int port) throws IOException {
        InetSocketAddress unused = proxy.forward(address(2, port), address(1, port));
    }

    /** On 127.0.0.x, without a resolver. */
    private static InetSocketAddress address(int last, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last}), port);
    }

    private static boolean bindable() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address(2, 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        proxy.close();
    }
}
