package io.waybill.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import io.waybill.message.ErrorKind;
import io.waybill.spi.ControlLogs;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Control logs are stream queues. They keep what was written last, up to a size; the registry keeps all.
 *
 * <p>They have a connection of their own: a stream that somebody is just creating is declared before it is there, and the
 * broker closes the connection of who uses it then, with "Stream not found" (506), or by an error of its own (541).
 */
final class RabbitMqControlLogs implements ControlLogs, AutoCloseable {
    private static final long KEPT_BYTES = 512L << 20;
    private static final long FIRST_PAUSE_NANOS = 20_000_000;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;
    private static final long SEGMENT_BYTES = 16L << 20;

    private final RabbitMqSettings settings;
    private final Connections connections;
    private final Set<String> created = ConcurrentHashMap.newKeySet();

    RabbitMqControlLogs(RabbitMqSettings settings) {
        this.settings = settings;
        this.connections = new Connections(settings, "waybill-logs");
    }

    private interface Use<T> {
        T on(Connection connection) throws IOException, TimeoutException;
    }

    private <T> T ask(Connections.Work<T> work) throws IOException, TimeoutException {
        return onceThere(connection -> Connections.ask(connection, work));
    }

    /**
     * Tries again, less and less often, while a stream is being created, for at most the request timeout: this one, or another
     * whose user lost us the connection.
     */
    private <T> T onceThere(Use<T> use) throws IOException, TimeoutException {
        long deadline = System.nanoTime() + settings.requestTimeout().toNanos();
        for (long pause = FIRST_PAUSE_NANOS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS)) {
            try {
                return use.on(connections.shared(settings.requestTimeout()));
            } catch (IOException | ShutdownSignalException e) {
                int code = RabbitMqErrors.replyCode(e);
                boolean mayPass = code == AMQP.RESOURCE_ERROR || code == AMQP.INTERNAL_ERROR;
                if (!mayPass
                        || System.nanoTime() - deadline > 0
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
            LockSupport.parkNanos(pause);
        }
    }

    @Override
    public void create(String name) throws IOException, TimeoutException {
        Map<String, Object> arguments = name.equals(Names.REGISTRY)
                ? Map.of("x-queue-type", "stream", "x-stream-max-segment-size-bytes", SEGMENT_BYTES)
                : Map.of(
                        "x-queue-type",
                        "stream",
                        "x-max-length-bytes",
                        KEPT_BYTES,
                        "x-stream-max-segment-size-bytes",
                        SEGMENT_BYTES);
        Object unused = ask(channel -> channel.queueDeclare(name, true, false, false, arguments));
        created.add(name);
    }

    /** As {@link #create}, unless this adapter has done it before. */
    void ensure(String name) throws IOException, TimeoutException {
        if (!created.contains(name)) {
            create(name);
        }
    }

    @Override
    public void append(String name, byte[] record) throws IOException, TimeoutException {
        Boolean unused = ask(channel -> append(channel, name, record)); // may then stand there twice
    }

    private Boolean append(Channel channel, String name, byte[] record) throws IOException, TimeoutException {
        AtomicBoolean returned = new AtomicBoolean();
        channel.addReturnListener(nowhere -> returned.set(true));
        AMQP.Confirm.SelectOk unused = channel.confirmSelect();
        channel.basicPublish("", name, true, MessageProperties.MINIMAL_PERSISTENT_BASIC, record);
        try {
            boolean stored = channel.waitForConfirms(settings.requestTimeout().toMillis());
            if (returned.get()) {
                created.remove(name);
                throw new RabbitMqException(ErrorKind.NOT_FOUND, "There is no stream '" + name + "'");
            }
            if (!stored) {
                throw new RabbitMqException(
                        ErrorKind.UNAVAILABLE, "The broker did not store a record in '" + name + "'");
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RabbitMqException(ErrorKind.UNAVAILABLE, "Interrupted while waiting for a confirm", e);
        }
    }

    @Override
    public StreamReader open(String name, boolean fromFirst) throws IOException, TimeoutException {
        return open(name, fromFirst ? "first" : "next");
    }

    StreamReader open(String name, Object from) throws IOException, TimeoutException {
        return onceThere(connection -> new StreamReader(connection, name, from));
    }

    @Override
    public void close() {
        connections.close();
    }
}
