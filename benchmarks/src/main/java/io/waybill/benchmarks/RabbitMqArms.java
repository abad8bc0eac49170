package io.waybill.benchmarks;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.waybill.Waybill;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * amqp-client on the queues that Waybill uses. It publishes mandatory and persistent on one channel, hears confirms by a
 * listener, and keeps what is unconfirmed in a ring; it consumes with a prefetch of 1,000, and acknowledges each hundredth
 * message with all before it.
 */
final class RabbitMqArms implements NativeArms {
    private static final int PREFETCH = 1_000;
    private static final int ACKNOWLEDGE_EACH = 100;

    private final ConnectionFactory factory = new ConnectionFactory();
    private final Connection connection;

    RabbitMqArms(String uri) throws IOException, TimeoutException {
        factory.setHost(URI.create(uri).getHost());
        factory.setPort(URI.create(uri).getPort());
        factory.setAutomaticRecoveryEnabled(false);
        this.connection = factory.newConnection();
    }

    @Override
    public int window(String arm) {
        return 1_000;
    }

    @Override
    public void prepare(Waybill waybill, String topic) throws Exception {
        NativeArms.super.prepare(waybill, topic);
        waybill.admin().createGroup(GROUP, topic);
    }

    private static String queue(String topic, int partition) {
        return topic + ":" + GROUP + ":" + partition;
    }

    @Override
    public Sending sending(String arm, String topic) throws IOException {
        return new ConfirmedSending(connection, topic);
    }

    @Override
    public AutoCloseable consuming(String arm, String topic, Consumption consumption) throws IOException {
        List<AcknowledgingConsumer> consumers = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            Channel channel = connection.createChannel();
            channel.basicQos(PREFETCH);
            AcknowledgingConsumer consumer = new AcknowledgingConsumer(channel, consumption);
            String unused = channel.basicConsume(queue(topic, partition), false, consumer);
            consumers.add(consumer);
        }
        return () -> {
            for (AcknowledgingConsumer consumer : consumers) {
                consumer.acknowledge();
                consumer.getChannel().close();
            }
        };
    }

    @Override
    public long held(String topic) throws IOException, TimeoutException {
        try (Channel channel = connection.createChannel()) {
            long sum = 0;
            for (int partition = 0; partition < PARTITIONS; partition++) {
                sum += channel.messageCount(queue(topic, partition));
            }
            return sum;
        }
    }

    @Override
    public long left(String topic) throws IOException, TimeoutException {
        return held(topic); // what was not acknowledged went back
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }

    /** One channel in confirm mode. */
    private static final class ConfirmedSending implements Sending, ConfirmListener {
        private static final int SLOTS = 1 << 16;

        private final Channel channel;
        private final String topic;
        private final AtomicReferenceArray<CompletableFuture<Object>> unconfirmed = new AtomicReferenceArray<>(SLOTS);
        private long next = 1;
        private long confirmed;

        ConfirmedSending(Connection connection, String topic) throws IOException {
            this.channel = connection.createChannel();
            this.topic = topic;
            AMQP.Confirm.SelectOk unused = channel.confirmSelect();
            channel.addConfirmListener(this);
            channel.addReturnListener(message -> System.err.println("Not routed: " + message.getRoutingKey()));
        }

        @Override
        public void send(int key, byte[] body, Outcomes outcomes) throws IOException {
            CompletableFuture<Object> sent = new CompletableFuture<>();
            outcomes.follow(sent);
            AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                    .deliveryMode(2)
                    .headers(Map.of("waybill", new byte[STAMP], "waybill.key", Sample.key(key)))
                    .build();
            if (!unconfirmed.compareAndSet((int) (next++ % SLOTS), null, sent)) {
                throw new IllegalStateException("A confirm is late by " + SLOTS + " messages");
            }
            channel.basicPublish(topic, Integer.toString(key % PARTITIONS), true, properties, body);
        }

        @Override
        public void handleAck(long number, boolean multiple) {
            for (long i = multiple ? confirmed + 1 : number; i <= number; i++) {
                CompletableFuture<Object> sent = unconfirmed.getAndSet((int) (i % SLOTS), null);
                if (sent != null) {
                    sent.complete(number);
                }
            }
            confirmed = multiple ? number : confirmed;
        }

        @Override
        public void handleNack(long number, boolean multiple) {
            throw new IllegalStateException("The broker refused message " + number);
        }

        @Override
        public void close() throws IOException {
            channel.abort();
        }
    }

    /** One queue's consumer. */
    private static final class AcknowledgingConsumer extends DefaultConsumer {
        private final Consumption consumption;
        private volatile long last;
        private volatile long acknowledged;

        AcknowledgingConsumer(Channel channel, Consumption consumption) {
            super(channel);
            this.consumption = consumption;
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
                throws IOException {
            consumption.handle(body);
            last = envelope.getDeliveryTag();
            if (last % ACKNOWLEDGE_EACH == 0) {
                acknowledge();
            }
        }

        void acknowledge() throws IOException {
            if (last > acknowledged) {
                acknowledged = last;
                getChannel().basicAck(last, true);
            }
        }
    }
}
