package io.waybill.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import io.waybill.message.ErrorKind;
import io.waybill.spi.Outgoing;
import io.waybill.spi.WaybillHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One channel in confirm mode, and what it still owes (rule S4): confirms are numbered per channel, so the ring of
 * unconfirmed messages lives and dies with it. One thread publishes at a time; the connection's thread confirms.
 */
final class Publisher implements ConfirmListener {
    private static final int FIRST_CAPACITY = 256;

    private final Channel channel;
    private final Object publishing = new Object();
    /** Guards the ring, and is held for a few instructions only. */
    private final Object ring = new Object();

    private @Nullable Outgoing[] unconfirmed = new @Nullable Outgoing[FIRST_CAPACITY];
    private long first = 1;
    private long next = 1;
    private @Nullable Throwable dead;
    /** What one confirm took out of the ring. Only the connection's thread. */
    private @Nullable Outgoing[] taken = new @Nullable Outgoing[FIRST_CAPACITY];
    /** What came back before its confirm; whether it is sure which of several alike it was. Only the connection's thread. */
    private final Map<Long, Boolean> returned = new HashMap<>();

    Publisher(Connection connection) throws IOException {
        this.channel = Connections.open(connection);
        AMQP.Confirm.SelectOk unused = channel.confirmSelect();
        channel.addConfirmListener(this);
        channel.addReturnListener(this::handleReturn);
        channel.addShutdownListener(this::end);
    }

    boolean open() {
        return channel.isOpen();
    }

    Channel channel() {
        return channel;
    }

    void publish(String exchange, String routingKey, Iterable<? extends Outgoing> batch) {
        synchronized (publishing) {
            for (Outgoing outgoing : batch) {
                publish(exchange, routingKey, outgoing);
            }
        }
    }

    private void publish(String exchange, String routingKey, Outgoing outgoing) {
        AMQP.BasicProperties properties = Wire.properties(outgoing.message(), outgoing.waybill());
        long number;
        synchronized (ring) {
            if (dead != null) {
                number = -1;
            } else {
                if (next - first == unconfirmed.length) {
                    grow();
                }
                number = next++;
                unconfirmed[index(number)] = outgoing;
            }
        }
        if (number < 0) {
            outgoing.refused(closed());
            return;
        }
        try {
            channel.basicPublish(
                    exchange, routingKey, true, properties, outgoing.message().body());
        } catch (AlreadyClosedException e) {
            if (take(number) != null) {
                outgoing.refused(e); // the client looks before it writes
            }
        } catch (IOException | RuntimeException e) {
            if (take(number) != null) {
                outgoing.unknown(e);
            }
            Connections.abandon(channel);
        }
    }

    private Throwable closed() {
        synchronized (ring) {
            return dead == null ? new IOException("The channel is closed") : dead;
        }
    }

    private void grow() {
        @Nullable Outgoing[] larger = new @Nullable Outgoing[unconfirmed.length * 2];
        for (long i = first; i < next; i++) {
            larger[(int) i & larger.length - 1] = unconfirmed[index(i)];
        }
        unconfirmed = larger;
    }

    private int index(long number) {
        return (int) number & unconfirmed.length - 1;
    }

    private @Nullable Outgoing take(long number) {
        synchronized (ring) {
            if (number < first || number >= next) {
                return null;
            }
            Outgoing outgoing = unconfirmed[index(number)];
            unconfirmed[index(number)] = null;
            while (first < next && unconfirmed[index(first)] == null) {
                first++;
            }
            return outgoing;
        }
    }

    @Override
    public void handleAck(long number, boolean multiple) {
        if (!multiple) {
            Outgoing outgoing = take(number);
            if (outgoing != null) {
                confirmed(number, outgoing);
            }
            return;
        }
        long from;
        int count;
        synchronized (ring) {
            from = first;
            count = takeThrough(number);
        }
        for (int i = 0; i < count; i++) {
            Outgoing outgoing = taken[i];
            taken[i] = null;
            if (outgoing != null) {
                confirmed(from + i, outgoing);
            }
        }
    }

    /** Takes all from the oldest to this one at once; returns how many places they had. */
    private int takeThrough(long number) {
        int count = (int) Math.max(0, Math.min(number + 1, next) - first);
        if (count > taken.length) {
            taken = new @Nullable Outgoing[unconfirmed.length];
        }
        for (int i = 0; i < count; i++) {
            int index = index(first + i);
            taken[i] = unconfirmed[index];
            unconfirmed[index] = null;
        }
        first += count;
        while (first < next && unconfirmed[index(first)] == null) {
            first++;
        }
        return count;
    }

    private void confirmed(long number, Outgoing outgoing) {
        Boolean sure = returned.isEmpty() ? null : returned.remove(number);
        if (sure == null) {
            outgoing.stored(-1, RabbitMqAdminOperations.QUORUM);
        } else if (sure) {
            outgoing.refused(unroutable(outgoing));
        } else {
            outgoing.unknown(unroutable(outgoing));
        }
    }

    private static RabbitMqException unroutable(Outgoing outgoing) {
        String topic = outgoing.message().topic();
        return new RabbitMqException(
                ErrorKind.NOT_FOUND,
                "Topic '" + topic + "' has no group that would hold a message of partition " + outgoing.partition()
                        + ": on RabbitMQ messages live in the queues of groups, and are thrown away where there is none."
                        + " Open a consumer first, or create its group: waybill.admin().createGroup(\"GROUP\", \""
                        + topic
                        + "\")");
    }

    @Override
    public void handleNack(long number, boolean multiple) {
        for (long i = multiple ? oldest() : number; i <= number; i++) {
            Outgoing outgoing = take(i);
            if (outgoing != null) {
                returned.remove(i);
                outgoing.unknown(new IOException("The broker could not store the message in every queue (nack):"
                        + " a queue is full, or has lost its majority"));
            }
        }
    }

    private long oldest() {
        synchronized (ring) {
            return first;
        }
    }

    /** A message that no queue took comes back right before its confirm; it is found by its stamp. */
    private void handleReturn(Return message) {
        Map<String, Object> headers = message.getProperties().getHeaders();
        if (headers == null || !(headers.get(WaybillHeader.NAME) instanceof byte[] waybill)) {
            return;
        }
        List<Long> candidates = new ArrayList<>();
        boolean doubtful = false;
        synchronized (ring) {
            for (long i = first; i < next; i++) {
                Outgoing outgoing = unconfirmed[index(i)];
                if (outgoing != null
                        && Arrays.equals(outgoing.waybill(), waybill)
                        && outgoing.message().topic().equals(message.getExchange())
                        && Names.routingKey(outgoing.partition()).equals(message.getRoutingKey())) {
                    Boolean sure = returned.get(i);
                    doubtful |= sure != null && !sure;
                    if (sure == null) {
                        candidates.add(i);
                    }
                }
            }
        }
        // The same message sent several times at once: nobody can tell which came back, now or earlier.
        boolean sure = !doubtful && candidates.size() == 1;
        candidates.forEach(number -> returned.put(number, sure));
    }

    /** Whatever is unconfirmed when the channel ends stays so for ever. */
    private void end(ShutdownSignalException cause) {
        @Nullable Outgoing[] left;
        synchronized (ring) {
            dead = cause;
            left = new @Nullable Outgoing[(int) (next - first)];
            for (long i = first; i < next; i++) {
                left[(int) (i - first)] = unconfirmed[index(i)];
            }
            Arrays.fill(unconfirmed, null);
            first = next;
        }
        for (Outgoing outgoing : left) {
            if (outgoing != null) {
                outgoing.unknown(cause);
            }
        }
    }

    void close() {
        Connections.abandon(channel);
    }
}
