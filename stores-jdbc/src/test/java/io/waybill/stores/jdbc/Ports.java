package io.waybill.stores.jdbc;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports below those that the system gives to outgoing connections: no client takes one while its server is down. */
final class Ports {
    private Ports() {}

    static int free() throws IOException {
        int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
        while (isTaken(port)) {
            port++;
        }
        return port;
    }

    private static boolean isTaken(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return !socket.isBound();
        } catch (BindException e) {
            return true;
        }
    }
}
