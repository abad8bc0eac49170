package io.waybill.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * A network between clients and a broker that does what it is told to: breaks, falls silent, loses, dawdles.
 *
 * <p>Made by whoever wants it, without effect until {@link #forward}; it ends with {@link #close()}, which cuts all
 * connections and returns when its threads are gone. Two daemon threads serve each connection, one each address. Any thread
 * may call any method, at any time; what is told holds for the connections there are and for those to come, until
 * {@link #heal()}.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int CONNECT_MILLIS = 3_000;
    private static final long ACCEPT_AGAIN_NANOS = 10_000_000;
    private static final Duration CLOSE = Duration.ofSeconds(5);

    /** Which way bytes go. */
    public enum Direction {
        /** From clients to the broker. */
        TO_BROKER,
        /** From the broker to clients: what is lost here are responses. */
        TO_CLIENT
    }

    /** What becomes of the bytes of one direction. */
    enum Flow {
        PASS,
        HOLD,
        DISCARD
    }

    /**
     * How bytes go at present.
     *
     * @param bytesPerSecond for one connection and direction; 0 is no bound
     */
    record Manner(
            Flow toBroker, Flow toClient, boolean refusing, Duration delay, long bytesPerSecond, boolean singleBytes) {
        static final Manner HEALTHY = new Manner(Flow.PASS, Flow.PASS, false, Duration.ZERO, 0, false);

        Flow flow(Direction direction) {
            return direction == Direction.TO_BROKER ? toBroker : toClient;
        }

        Manner with(Direction direction, Flow flow) {
            boolean out = direction == Direction.TO_BROKER;
            return new Manner(
                    out ? flow : toBroker, out ? toClient : flow, refusing, delay, bytesPerSecond, singleBytes);
        }
    }

    private final HostName hosts;
    private final List<ServerSocket> doors = new CopyOnWriteArrayList<>();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    /** Guards changes of the manner; whoever waits for one waits here. */
    private final Object changes = new Object();

    private final AtomicLong discarded = new AtomicLong();
    private volatile Manner manner = Manner.HEALTHY;
    private volatile boolean closed;

    /** A proxy that leaves all bytes as they are. */
    public TcpProxy() {
        this.hosts = HostName.NONE;
    }

    /**
     * A proxy for a broker that tells its clients where to go on: wherever the broker's host stands in what it sends as text,
     * clients read the proxy's.
     *
     * @param brokersHost as the broker writes it
     * @param proxysHost what clients are to read; the same but for the last character, since bytes are changed in passing
     * @throws IllegalArgumentException if more than the last character differs
     */
    public TcpProxy(String brokersHost, String proxysHost) {
        this.hosts = new HostName(brokersHost, proxysHost);
    }

    /**
     * Listens, and connects whoever comes to the broker.
     *
     * @param at where to listen; port 0 takes a free one
     * @param broker where to connect to
     * @return where it listens
     * @throws IOException if it cannot listen there
     * @throws IllegalStateException if it is closed
     */
    public InetSocketAddress forward(InetSocketAddress at, InetSocketAddress broker) throws IOException {
        ServerSocket door = new ServerSocket();
        try {
            door.setReuseAddress(true);
            door.bind(at);
        } catch (IOException e) {
            door.close();
            throw e;
        }
        doors.add(door);
        start("accept-" + door.getLocalPort(), () -> accept(door, broker));
        if (closed) {
            close();
            throw new IllegalStateException("The proxy is closed");
        }
        return new InetSocketAddress(door.getInetAddress(), door.getLocalPort());
    }

    /**
     * Listens on a free port of 127.0.0.1.
     *
     * @param broker where to connect to
     * @return where it listens
     * @throws IOException if it cannot listen
     */
    public InetSocketAddress forward(InetSocketAddress broker) throws IOException {
        return forward(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), broker);
    }

    /**
     * How many connections go through it now.
     *
     * @return the number of pairs of sockets that are open
     */
    public int connections() {
        return connections.size();
    }

    /**
     * How much {@link #discard} has thrown away.
     *
     * @return bytes, since the proxy was made
     */
    public long discardedBytes() {
        return discarded.get();
    }

    /** Breaks every connection: both sides read a reset. What was on its way is lost. New ones are let through. */
    public void cut() {
        connections.forEach(ProxiedConnection::cut);
    }

    /** Resets whoever connects, at once. Connections that are there stay. */
    public void refuse() {
        change(now -> new Manner(now.toBroker, now.toClient, true, now.delay, now.bytesPerSecond, now.singleBytes));
    }

    /**
     * Reads no more in one direction, and forwards nothing: bytes wait in the proxy and in the sockets before it, until those
     * are full. That a side closed its connection is held back like its bytes.
     *
     * @param direction which
     */
    public void hold(Direction direction) {
        change(now -> now.with(direction, Flow.HOLD));
    }

    /** Holds both directions: the network is a black hole, and nobody is told. */
    public void hold() {
        hold(Direction.TO_BROKER);
        hold(Direction.TO_CLIENT);
    }

    /**
     * Reads one direction and throws it away: who sends sees nothing of it. Connections that lost bytes are cut when the
     * proxy heals, since what came after a hole would be nonsense.
     *
     * @param direction which
     */
    public void discard(Direction direction) {
        change(now -> now.with(direction, Flow.DISCARD));
    }

    /**
     * Makes each piece of up to 16 KiB wait before it goes on.
     *
     * @param delay how long
     */
    public void delay(Duration delay) {
        change(now -> new Manner(now.toBroker, now.toClient, now.refusing, delay, now.bytesPerSecond, now.singleBytes));
    }

    /**
     * Bounds the speed of each connection, in each direction.
     *
     * @param bytesPerSecond 1 or more
     * @throws IllegalArgumentException if it is less
     */
    public void throttle(long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytesPerSecond is " + bytesPerSecond + "; use 1 or more");
        }
        change(now -> new Manner(now.toBroker, now.toClient, now.refusing, now.delay, bytesPerSecond, now.singleBytes));
    }

    /** Sends each byte by itself, so that readers get everything in pieces. */
    public void singleBytes() {
        change(now -> new Manner(now.toBroker, now.toClient, now.refusing, now.delay, now.bytesPerSecond, true));
    }

    /** Lets everything through again, what was held first. Connections of which bytes were thrown away are cut. */
    public void heal() {
        synchronized (changes) {
            connections.stream().filter(ProxiedConnection::lostBytes).forEach(ProxiedConnection::cut);
            change(now -> Manner.HEALTHY);
        }
    }

    private void change(UnaryOperator<Manner> how) {
        synchronized (changes) {
            manner = how.apply(manner);
            changes.notifyAll();
        }
    }

    Manner manner() {
        return manner;
    }

    HostName hosts() {
        return hosts;
    }

    /** Waits while a direction is held, as long as the connection is there. */
    void awaitNotHeld(ProxiedConnection connection, Direction direction) throws InterruptedException {
        synchronized (changes) {
            while (connection.isOpen() && manner.flow(direction) == Flow.HOLD) {
                changes.wait();
            }
        }
    }

    /** Waits while a direction is held; then says whether what was read is to go on, and else notes that it is lost. */
    boolean passes(ProxiedConnection connection, Direction direction, int bytes) throws InterruptedException {
        synchronized (changes) {
            awaitNotHeld(connection, direction);
            if (manner.flow(direction) == Flow.DISCARD) {
                connection.losesBytes();
                discarded.addAndGet(bytes);
            }
            return manner.flow(direction) == Flow.PASS;
        }
    }

    /** Waits until one side may hear of the end of the other, as long as the connection is there. */
    void awaitPassing(ProxiedConnection connection, Direction direction) throws InterruptedException {
        synchronized (changes) {
            while (connection.isOpen() && manner.flow(direction) != Flow.PASS) {
                changes.wait();
            }
        }
    }

    /** Returns early if the connection ends. */
    void pause(ProxiedConnection connection, long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        synchronized (changes) {
            for (long left = nanos; left > 0 && connection.isOpen(); left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(changes, left);
            }
        }
    }

    private void accept(ServerSocket door, InetSocketAddress broker) {
        while (!closed) {
            try {
                Socket client = door.accept();
                if (manner.refusing) {
                    ProxiedConnection.reset(client);
                } else {
                    start("connect-" + client.getPort(), () -> connect(client, broker));
                }
            } catch (IOException e) {
                if (door.isClosed()) {
                    return;
                }
                LockSupport.parkNanos(ACCEPT_AGAIN_NANOS);
            }
        }
    }

    /** The thread that connects goes on as the one that reads the client. */
    private void connect(Socket client, InetSocketAddress address) {
        Socket broker = new Socket();
        ProxiedConnection connection = new ProxiedConnection(this, client, broker);
        connections.add(connection);
        try {
            if (closed) {
                connection.cut();
                return;
            }
            broker.connect(address, CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            broker.setTcpNoDelay(true);
            start("to-client-" + client.getPort(), () -> connection.pump(Direction.TO_CLIENT));
            connection.pump(Direction.TO_BROKER);
        } catch (IOException e) {
            connection.cut(); // as a broker that is not there
        }
    }

    void ended(ProxiedConnection connection) {
        connections.remove(connection);
        synchronized (changes) {
            changes.notifyAll();
        }
    }

    private void start(String what, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } finally {
                        threads.remove(Thread.currentThread());
                    }
                },
                "proxy-" + what);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /**
     * Stops listening and cuts all connections. Later calls do nothing.
     *
     * @throws IllegalStateException if one of its threads is still there after 5 s
     */
    @Override
    public void close() {
        closed = true;
        long deadline = System.nanoTime() + CLOSE.toNanos();
        List<Thread> left = new ArrayList<>();
        for (ServerSocket door : doors) {
            try {
                door.close();
            } catch (IOException e) {
                throw new IllegalStateException("Cannot stop to listen at " + door, e);
            }
        }
        do {
            cut();
            left.clear();
            left.addAll(threads);
            for (Thread thread : left) {
                try {
                    thread.join(10);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
            left.removeIf(thread -> !thread.isAlive());
        } while (!left.isEmpty() && System.nanoTime() - deadline < 0);
        if (!left.isEmpty()) {
            throw new IllegalStateException("Threads of the proxy are still there: " + left);
        }
    }

    @Override
    public String toString() {
        return "TcpProxy[" + doors.size() + " addresses, " + connections.size() + " connections, " + manner + "]";
    }
}
