package io.waybill.testbrokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free TCP ports on 127.0.0.1 that stay usable over the restart of a broker.
 *
 * <p>They lie below the range from which the system takes the local ports of outgoing connections: while a broker is down,
 * no client can take its port, or connect to itself on it.
 */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;
    private static final int ATTEMPTS = 1_000;
    private static final Set<Integer> GIVEN = new HashSet<>();

    private Ports() {}

    /**
     * A port on which nobody listens, given once only in this JVM.
     *
     * @throws IllegalStateException if none was found
     */
    public static int free() {
        return freeWith(0);
    }

    /** A port {@code p} for a broker that listens on {@code p} and on {@code p - below}: both are free and given once only. */
    static int freeWith(int below) {
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            synchronized (GIVEN) {
                if (grantable(port) && grantable(port - below)) {
                    GIVEN.add(port);
                    GIVEN.add(port - below);
                    return port;
                }
            }
        }
        throw new IllegalStateException("No free port between " + FIRST + " and " + LAST + " on 127.0.0.1");
    }

    private static boolean grantable(int port) {
        return !GIVEN.contains(port) && bindable(port);
    }

    private static boolean bindable(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
            return true;
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
