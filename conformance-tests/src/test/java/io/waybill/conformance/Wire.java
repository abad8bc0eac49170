package io.waybill.conformance;

import io.waybill.message.Durability;
import io.waybill.spi.Adapter;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Sender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The network between senders and a broker in this JVM, so that a proxy has something to break: what the broker says to a
 * hand-over counts only when a byte has gone to an echo and come back. Messages themselves are stored at once.
 *
 * <p>Made with an adapter, and closed by it; its daemon threads end with their connections.
 */
final class Wire implements AutoCloseable {
    /** A yes of the broker's that is on its way. */
    private record Answer(Outgoing outgoing, long position, Durability durability) {}

    private final InetSocketAddress address;
    private Socket connection;
    private Queue<List<Answer>> unanswered;

    private Wire(InetSocketAddress address) {
        this.address = address;
    }

    /** Where an echo listens from now on. */
    static InetSocketAddress echo() throws IOException {
        ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(() -> {
            while (true) {
                Socket client = door.accept();
                daemon(() -> client.getInputStream().transferTo(client.getOutputStream()));
            }
        });
        return new InetSocketAddress(door.getInetAddress(), door.getLocalPort());
    }

    /** The adapter, with its broker behind a connection to this port. */
    static Adapter to(int port, Adapter adapter) {
        Wire wire = new Wire(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return Intercepted.of(
                Adapter.class,
                WrongAdapter.handingOver(wire::send).apply(adapter),
                Map.of("close", (arguments, original) -> {
                    wire.close();
                    return original.call();
                }));
    }

    private synchronized void send(Sender.Lane lane, List<Outgoing> batch) throws Exception {
        if (connection == null || connection.isClosed()) {
            connect();
        }
        List<Answer> answers = new ArrayList<>();
        lane.send(batch.stream()
                .map(outgoing -> WrongAdapter.changed(outgoing, Map.of("stored", (arguments, original) -> {
                    answers.add(new Answer(outgoing, (Long) arguments[0], (Durability) arguments[1]));
                    return null;
                })))
                .toList());
        unanswered.add(answers);
        connection.getOutputStream().write(1);
    }

    private void connect() throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        Queue<List<Answer>> own = new ConcurrentLinkedQueue<>();
        connection = socket;
        unanswered = own;
        daemon(() -> hear(socket, own));
    }

    private static void hear(Socket socket, Queue<List<Answer>> unanswered) throws IOException {
        try (socket) {
            while (socket.getInputStream().read() >= 0) {
                unanswered.remove().forEach(answer -> answer.outgoing.stored(answer.position, answer.durability));
            }
        } finally {
            IOException broken = new IOException("The connection broke");
            unanswered.forEach(batch -> batch.forEach(answer -> answer.outgoing.unknown(broken)));
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (connection != null) {
            connection.close();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // the connection broke, as it was meant to
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
