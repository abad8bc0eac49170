package io.waybill.rabbitmq;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.DefaultExceptionHandler;
import io.waybill.message.ErrorKind;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections, and keeps one that short requests share. None recovers by itself: a connection that recovered would
 * forget which confirms it still owes.
 */
final class Connections implements AutoCloseable {
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final Duration CLOSE = Duration.ofSeconds(2);

    /** What is done with a channel. */
    interface Work<T> {
        T with(Channel channel) throws IOException, TimeoutException;
    }

    private final RabbitMqSettings settings;
    private final String name;
    private final @Nullable SSLContext tls;
    /** What each open connection writes to: its last resort, see {@link #cut}. */
    private final Map<Connection, Socket> sockets = new ConcurrentHashMap<>();

    private @Nullable Connection shared;
    private boolean closed;

    /** @param name what the broker shows of the shared connection */
    Connections(RabbitMqSettings settings, String name) {
        this.settings = settings;
        this.name = name;
        this.tls = settings.tls() ? Tls.context(settings) : null;
    }

    Connection open(String name, Duration timeout) throws IOException, TimeoutException {
        ConnectionFactory factory = DirectChannel.factory();
        int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, timeout.toMillis()));
        factory.setAutomaticRecoveryEnabled(false);
        factory.setTopologyRecoveryEnabled(false);
        factory.setUsername(settings.user());
        factory.setPassword(settings.password());
        factory.setVirtualHost(settings.virtualHost());
        factory.setConnectionTimeout(millis);
        factory.setHandshakeTimeout(millis);
        factory.setChannelRpcTimeout(
                (int) Math.min(Integer.MAX_VALUE, settings.requestTimeout().toMillis()));
        factory.setChannelShouldCheckRpcResponseType(true);
        factory.setRequestedHeartbeat((int) Math.max(1, settings.heartbeat().toSeconds()));
        factory.setThreadFactory(daemons(name));
        if (tls != null) {
            factory.useSslProtocol(tls);
            factory.enableHostnameVerification();
        }
        AtomicReference<@Nullable Socket> socket = new AtomicReference<>();
        factory.setSocketConfigurator(factory.getSocketConfigurator().andThen(socket::set));
        factory.setExceptionHandler(new DefaultExceptionHandler() {
            @Override
            public void handleUnexpectedConnectionDriverException(Connection broken, Throwable cause) {
                cut(socket.get());
            }
        });
        List<Address> addresses = new ArrayList<>();
        settings.hosts().forEach(host -> addresses.add(new Address(unbracketed(host.host()), host.port())));
        Connection connection;
        try {
            connection = factory.newConnection(addresses, name);
        } catch (IOException e) {
            throw RabbitMqErrors.explained(e);
        }
        Socket last = socket.get();
        if (last != null) {
            sockets.put(connection, last);
            connection.addShutdownListener(cause -> sockets.remove(connection));
        }
        return connection;
    }

    /**
     * Ends what is written to a connection that takes nothing any more. The client cannot: it tells the channels first, and
     * waits for the locks that a blocked writer holds, and closes the socket after that.
     */
    private static void cut(@Nullable Socket socket) {
        if (socket == null) {
            return;
        }
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }

    /** Closes a connection in order if that goes within a while, else by force. */
    void end(Connection connection, Duration timeout) {
        int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, timeout.toMillis()));
        Thread closing = daemons("waybill-close").newThread(() -> connection.abort(millis));
        closing.start();
        boolean interrupted = false;
        try {
            closing.join(millis);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (closing.isAlive()) {
            cut(sockets.get(connection));
            try {
                closing.join(interrupted ? 1 : CLOSE.toMillis());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static ThreadFactory daemons(String name) {
        return work -> {
            Thread thread = new Thread(work, name + "-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** The connection for short requests; opened anew if the last one broke. */
    synchronized Connection shared(Duration timeout) throws IOException, TimeoutException {
        if (closed) {
            throw new RabbitMqException(ErrorKind.CLOSED, "The RabbitMQ adapter is closed");
        }
        Connection open = shared;
        if (open == null || !open.isOpen()) {
            open = open(name, timeout);
            shared = open;
        }
        return open;
    }

    /** Does something with a channel of its own: one that fails closes its channel, and disturbs nothing else. */
    <T> T ask(Work<T> work) throws IOException, TimeoutException {
        return ask(shared(settings.requestTimeout()), work);
    }

    static <T> T ask(Connection connection, Work<T> work) throws IOException, TimeoutException {
        Channel channel = open(connection);
        try {
            return work.with(channel);
        } catch (IOException e) {
            throw RabbitMqErrors.explained(e);
        } finally {
            abandon(channel);
        }
    }

    static Channel open(Connection connection) throws IOException {
        Channel channel = connection.createChannel();
        if (channel == null) {
            throw new RabbitMqException(
                    ErrorKind.UNAVAILABLE,
                    "The connection has no channel left (channel_max is " + connection.getChannelMax() + ")");
        }
        return channel;
    }

    /** Closes a channel, whatever state it is in. */
    static void abandon(Channel channel) {
        try {
            channel.abort();
        } catch (IOException | RuntimeException e) {
            // What cannot be closed is closed already, or goes with its connection.
        }
    }

    @Override
    public void close() {
        Connection open;
        synchronized (this) {
            open = shared;
            shared = null;
            closed = true;
        }
        if (open != null) {
            end(open, CLOSE);
        }
    }
}
