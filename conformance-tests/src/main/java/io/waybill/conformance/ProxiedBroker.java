package io.waybill.conformance;

import java.io.IOException;
import java.net.BindException;
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
    private static final String LOOPBACK = "127.0.0.";
    private static final String BROKER = LOOPBACK + 1;
    /** As long in its text as that of the broker, for which it stands in what the broker says. */
    private static final int MOST = 9;

    /**
     * For a broker that listens on 127.0.0.1, and tells its clients that address if it tells them any. The proxy listens at the
     * same ports on another address of the loopback, 127.0.0.2 to 127.0.0.9, and that is what its clients are told; TLS would
     * hide the address from it.
     *
     * @param uri where the broker is, with a port
     * @param more the ports that clients connect to besides
     * @return the way through a new proxy; empty if this machine has no other loopback address, as macOS until
     *     {@code ifconfig lo0 alias 127.0.0.2}
     * @throws IOException if somebody listens on one of these ports on each of the addresses
     */
    public static Optional<ProxiedBroker> loopback(String uri, int... more) throws IOException {
        BindException taken = null;
        for (int last = 2; last <= MOST && bindable(last); last++) {
            String address = LOOPBACK + last;
            TcpProxy proxy = new TcpProxy(BROKER, address);
            try {
                forward(proxy, last, URI.create(uri).getPort());
                for (int port : more) {
                    forward(proxy, last, port);
                }
                return Optional.of(new ProxiedBroker(uri.replace(BROKER, address), proxy));
            } catch (BindException e) {
                proxy.close();
                taken = e;
            } catch (IOException e) {
                proxy.close();
                throw e;
            }
        }
        if (taken != null) {
            throw taken;
        }
        return Optional.empty();
    }

    private static void forward(TcpProxy proxy, int last, int port) throws IOException {
        InetSocketAddress unused = proxy.forward(address(last, port), address(1, port));
    }

    /** On 127.0.0.x, without a resolver. */
    private static InetSocketAddress address(int last, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last}), port);
    }

    private static boolean bindable(int last) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address(last, 0));
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
