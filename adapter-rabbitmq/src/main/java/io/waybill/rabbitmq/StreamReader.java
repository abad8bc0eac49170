package io.waybill.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.waybill.spi.ControlLogs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads a stream queue over AMQP 0-9-1, on a channel of its own. */
final class StreamReader implements ControlLogs.LogReader {
    private static final int CREDIT = 500;

    /** A record, or the news that there will be none any more. */
    private static final class Arrival {
        private final byte[] body;
        private final long tag;
        private final long offset;
        private final @Nullable Throwable end;

        Arrival(byte[] body, long tag, long offset, @Nullable Throwable end) {
            this.body = body;
            this.tag = tag;
            this.offset = offset;
            this.end = end;
        }
    }

    private final Channel channel;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private long lastOffset = -1;

    /**
     * @param from {@code first}, {@code next} (behind the last record of this moment) or the number of an offset
     */
    StreamReader(Connection connection, String stream, Object from) throws IOException {
        this.channel = Connections.open(connection);
        try {
            channel.basicQos(CREDIT);
            String unused =
                    channel.basicConsume(stream, false, Map.of("x-stream-offset", from), new DefaultConsumer(channel) {
                        @Override
                        public void handleDelivery(
                                String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                            long offset = properties.getHeaders() != null
                                            && properties.getHeaders().get("x-stream-offset") instanceof Number number
                                    ? number.longValue()
                                    : -1;
                            arrivals.add(new Arrival(body, envelope.getDeliveryTag(), offset, null));
                        }

                        @Override
                        public void handleCancel(String tag) {
                            end(new IOException("Stream '" + stream + "' was deleted"));
                        }

                        @Override
                        public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
                            end(signal);
                        }
                    });
        } catch (IOException | RuntimeException e) {
            Connections.abandon(channel);
            throw e;
        }
    }

    private void end(Throwable cause) {
        arrivals.add(new Arrival(new byte[0], -1, -1, cause));
    }

    @Override
    public List<byte[]> read(Duration timeout) throws Exception {
        List<byte[]> records = new ArrayList<>();
        Arrival next = arrivals.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        long last = -1;
        while (next != null) {
            if (next.end != null) {
                throw new IOException("The stream cannot be read any more", next.end);
            }
            records.add(next.body);
            last = next.tag;
            lastOffset = next.offset;
            next = arrivals.poll();
        }
        if (last >= 0) {
            channel.basicAck(last, true);
        }
        return records;
    }

    /** The offset of the last record that was read; -1 if there was none. */
    long lastOffset() {
        return lastOffset;
    }

    @Override
    public void close() {
        Connections.abandon(channel);
    }
}
