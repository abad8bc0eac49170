package io.waybill.conformance;

import io.waybill.conformance.TcpProxy.Direction;
import io.waybill.conformance.TcpProxy.Manner;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;

/** A client's socket and the one to the broker, and what goes between them. Each direction has a thread. */
final class ProxiedConnection {
    private static final int BUFFER = 16 * 1024;
    private static final long SECOND_NANOS = 1_000_000_000L;
    /** A bounded connection goes on so often in a second. */
    private static final int STEPS = 20;

    private final TcpProxy proxy;
    private final Socket client;
    private final Socket broker;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile boolean lostBytes;
    private volatile boolean oneEnded;

    ProxiedConnection(TcpProxy proxy, Socket client, Socket broker) {
        this.proxy = proxy;
        this.client = client;
        this.broker = broker;
    }

    boolean isOpen() {
        return open.get();
    }

    /** Whether bytes of it were thrown away. */
    boolean lostBytes() {
        return lostBytes;
    }

    void losesBytes() {
        lostBytes = true;
    }

    /** Resets both sides. */
    void cut() {
        if (open.compareAndSet(true, false)) {
            reset(client);
            reset(broker);
            proxy.ended(this);
        }
    }

    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // It was not connected, or is closed already.
        }
        try {
            socket.close();
        } catch (IOException e) {
            // So it is closed.
        }
    }

    /** Moves the bytes of one direction until the connection ends. */
    void pump(Direction direction) {
        try {
            Socket to = direction == Direction.TO_BROKER ? broker : client;
            if (moveAll(direction, to)) {
                closed(direction, to);
            } else {
                proxy.awaitPassing(this, opposite(direction)); // the reader is gone, and the writer is to hear of it
                cut();
            }
        } catch (InterruptedException e) {
            cut(); // nobody does that
        }
    }

    /** The writer closed its side in order: so is the other, and when both did, that was all. */
    private void closed(Direction direction, Socket to) throws InterruptedException {
        proxy.awaitPassing(this, direction);
        if (!isOpen()) {
            return; // a reset must not become an end in order
        }
        try {
            to.shutdownOutput();
        } catch (IOException e) {
            cut();
        }
        boolean both;
        synchronized (this) {
            both = oneEnded;
            oneEnded = true;
        }
        if (both) {
            cut();
        }
    }

    /** Returns whether the writer came to its end, in whatever way; else the reader is gone. */
    private boolean moveAll(Direction direction, Socket to) throws InterruptedException {
        byte[] buffer = new byte[BUFFER];
        HostName.Stream hosts = proxy.hosts().new Stream();
        while (isOpen()) {
            proxy.awaitNotHeld(this, direction);
            int length = read(direction, buffer);
            if (length < 0) {
                return true;
            }
            if (!proxy.passes(this, direction, length)) {
                continue;
            }
            if (direction == Direction.TO_CLIENT) {
                hosts.change(buffer, length);
            }
            try {
                write(to.getOutputStream(), buffer, length);
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    private int read(Direction direction, byte[] buffer) throws InterruptedException {
        try {
            InputStream from = (direction == Direction.TO_BROKER ? client : broker).getInputStream();
            return from.read(buffer);
        } catch (IOException e) {
            proxy.awaitPassing(this, direction); // a reset travels as bytes do
            cut();
            return -1;
        }
    }

    private void write(OutputStream to, byte[] bytes, int length) throws IOException, InterruptedException {
        Manner manner = proxy.manner();
        proxy.pause(this, manner.delay().toNanos());
        int done = 0;
        while (done < length && isOpen()) {
            int step = step(manner, length - done);
            if (manner.singleBytes()) {
                for (int i = done; i < done + step; i++) {
                    to.write(bytes, i, 1);
                }
            } else {
                to.write(bytes, done, step);
            }
            done += step;
            if (manner.bytesPerSecond() > 0) {
                proxy.pause(this, step * SECOND_NANOS / manner.bytesPerSecond());
            }
            manner = proxy.manner();
        }
    }

    private static int step(Manner manner, int left) {
        return manner.bytesPerSecond() == 0 ? left : (int) Math.min(left, Math.max(1, manner.bytesPerSecond() / STEPS));
    }

    private static Direction opposite(Direction direction) {
        return direction == Direction.TO_BROKER ? Direction.TO_CLIENT : Direction.TO_BROKER;
    }
}
