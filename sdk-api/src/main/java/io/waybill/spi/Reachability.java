package io.waybill.spi;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Whether brokers can be reached at all: many clients only say that time ran out, or name an address. */
public final class Reachability {
    private Reachability() {}

    /**
     * Returns when one of the hosts takes a connection.
     *
     * @param hosts where, each with its port; tried in order
     * @param timeout how long that may take in all, looking up names included
     * @throws ConnectException if none does, saying for each why
     * @throws Exception if this thread was interrupted, or a host cannot be tried at all
     */
    public static void probe(List<ConnectionUri.Host> hosts, Duration timeout) throws Exception {
        FutureTask<Void> task = new FutureTask<>(() -> {
            tryEach(hosts, timeout);
            return null;
        });
        // Looking up a name has no timeout of its own.
        Thread thread = new Thread(task, "waybill-probe");
        thread.setDaemon(true);
        thread.start();
        try {
            Void unused = task.get(timeout.toMillis() + 100, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new ConnectException("no address was found for " + hosts + " within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static void tryEach(List<ConnectionUri.Host> hosts, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < hosts.size(); i++) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            String problem = problem(hosts.get(i), Math.max(1, left / (hosts.size() - i)));
            if (problem.isEmpty()) {
                return;
            }
            problems.add(hosts.get(i) + " " + problem);
        }
        throw new ConnectException(String.join("; ", problems));
    }

    private static String problem(ConnectionUri.Host host, long timeoutMillis) {
        String problem = "has no address";
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host.host());
            for (InetAddress address : addresses) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, host.port()), (int)
                            Math.max(1, timeoutMillis / addresses.length));
                    return "";
                } catch (SocketTimeoutException e) {
                    problem = "does not answer";
                } catch (IOException e) {
                    problem = "cannot be reached (" + e.getMessage() + ")";
                }
            }
        } catch (UnknownHostException e) {
            return "has no address: is the name right?";
        }
        return problem;
    }
}
