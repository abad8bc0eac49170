package io.waybill.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Settlement;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One ownership of a partition: a channel of its own with one consumer, so that what is left of it goes back when it is
 * closed, and its delivery tags rise without gaps from 1. Deliveries come on the thread that reads from the connection; all
 * else is the polling thread's.
 */
final class QueueConsumer extends DefaultConsumer {
    /** What a delivery costs in memory beyond its own bytes, roughly. */
    private static final int OVERHEAD = 256;

    private final TopicPartition partition;
    private final String queue;
    private final Channel channel;
    private final Runnable news;
    private final Deque<Delivery> inbox = new ArrayDeque<>();
    private long inboxBytes;
    private volatile long mostBytes;
    /** Whether something came that had no room. It was dropped, as all behind it is, and goes back with the channel. */
    private volatile boolean overflown;

    private long spentSince;

    private volatile @Nullable Throwable end;
    private volatile boolean closing;

    boolean paused;
    private long given;
    private long acknowledged;
    private long through;
    /** Tags behind the prefix that were acknowledged one by one, and those that wait a round for the prefix. */
    private final TreeSet<Long> single = new TreeSet<>();

    private final TreeSet<Long> waiting = new TreeSet<>();

    private QueueConsumer(Channel channel, TopicPartition partition, String queue, long mostBytes, Runnable news) {
        super(channel);
        this.channel = channel;
        this.partition = partition;
        this.queue = queue;
        this.mostBytes = mostBytes;
        this.news = news;
    }

    /** @param mostBytes what may wait here from the first message on, see {@link #mayHold} */
    static QueueConsumer open(
            Connection connection, TopicPartition partition, String queue, int prefetch, long mostBytes, Runnable news)
            throws IOException {
        QueueConsumer consumer = new QueueConsumer(Connections.open(connection), partition, queue, mostBytes, news);
        try {
            DirectChannel.deliver(consumer.channel, consumer);
            consumer.channel.basicQos(prefetch);
            String unused = consumer.channel.basicConsume(queue, false, consumer);
        } catch (IOException | RuntimeException e) {
            consumer.close();
            throw e;
        }
        return consumer;
    }

    TopicPartition partition() {
        return partition;
    }

    @Override
    public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        if (overflown) {
            return;
        }
        Delivery delivery = Wire.delivery(partition.topic(), partition.partition(), envelope, properties, body);
        int bytes = bytes(delivery);
        boolean wasEmpty;
        synchronized (inbox) {
            wasEmpty = inbox.isEmpty();
            if (!wasEmpty && inboxBytes + bytes > mostBytes) {
                overflown = true;
                return;
            }
            inbox.add(delivery);
            inboxBytes += bytes;
        }
        if (wasEmpty) {
            news.run();
        }
    }

    @Override
    public void handleCancel(String tag) {
        end(new IOException("The broker ended the consumer of queue '" + queue + "': was it deleted?"));
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
        end(signal);
    }

    private void end(Throwable cause) {
        if (!closing) {
            end = cause;
            news.run();
        }
    }

    /** Why the ownership is over; null while it is not. */
    @Nullable
    Throwable end() {
        return end;
    }

    private static int bytes(Delivery delivery) {
        Message message = delivery.message();
        return OVERHEAD + message.body().length + message.headers().encodedBytes();
    }

    void drainTo(List<Delivery> batch, int most) {
        synchronized (inbox) {
            Delivery next;
            for (int i = 0; i < most && (next = inbox.poll()) != null; i++) {
                batch.add(next);
                inboxBytes -= bytes(next);
            }
        }
        if (!batch.isEmpty()) {
            given = batch.get(batch.size() - 1).position();
        }
    }

    /** How many messages wait here, and one more if some had no room. */
    long waiting() {
        synchronized (inbox) {
            return inbox.size() + (overflown ? 1L : 0);
        }
    }

    /** Bounds what may wait here, from now on; one message may always. */
    void mayHold(long bytes) {
        mostBytes = bytes;
    }

    /** Whether messages were dropped for want of room, and all that were not have been given. */
    boolean isSpent() {
        if (!overflown) {
            return false;
        }
        synchronized (inbox) {
            if (!inbox.isEmpty()) {
                return false;
            }
        }
        if (spentSince == 0) {
            spentSince = System.nanoTime();
        }
        return true;
    }

    /** When it was first seen to be spent. */
    long spentSince() {
        return spentSince;
    }

    /** How many were given and are not acknowledged. */
    long unacknowledged() {
        return given - acknowledged;
    }

    /**
     * Acknowledges: the prefix at once, in one go; what is finished behind it one round later, if the prefix has not come
     * that far by then.
     */
    void settle(Settlement settlement, boolean all) throws IOException {
        long last = through;
        long upTo = Math.max(last, settlement.through());
        waiting.headSet(upTo, true).clear();
        long top = upTo;
        while (top > last && single.contains(top)) {
            top--; // acknowledged already: the broker does not know this tag any more
        }
        if (top > last) {
            channel.basicAck(top, true);
        }
        acknowledged += upTo - last - single.headSet(upTo, true).size();
        single.headSet(upTo, true).clear();
        through = upTo;
        for (long tag : waiting) {
            acknowledge(tag);
        }
        waiting.clear();
        for (long tag : settlement.beyond()) {
            if (all) {
                acknowledge(tag);
            } else {
                waiting.add(tag);
            }
        }
    }

    private void acknowledge(long tag) throws IOException {
        channel.basicAck(tag, false);
        single.add(tag);
        acknowledged++;
    }

    /** Returns when the broker has worked through every acknowledgement before. */
    void awaitSettled() throws IOException {
        AMQP.Queue.DeclareOk unused = channel.queueDeclarePassive(queue);
    }

    /** Ends the ownership; what is not acknowledged goes back in its order. */
    void close() {
        closing = true;
        Connections.abandon(channel);
    }
}
