package io.waybill.benchmarks.clients;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * amqp-client on the exchange and the queues that Waybill uses. It publishes mandatory and persistent on one channel in
 * confirm mode; it consumes with a prefetch of 1,000 from each queue.
 */
final class RabbitMqNative implements Client {
    private static final int PREFETCH = 1_000;

    /** How unconfirmed messages are kept. */
    private enum Confirms {
        /** In a ring, by their numbers. */
        RING,
        /** In a sorted map, as the client's tutorial has it. */
        MAP
    }

    private final Workplace workplace;
    private final Connection connection;
    private final Confirms confirms;
    private final int acknowledgeEach;

    private RabbitMqNative(Workplace workplace, Confirms confirms, int acknowledgeEach)
            throws IOException, TimeoutException {
        this.workplace = workplace;
        this.confirms = confirms;
        this.acknowledgeEach = acknowledgeEach;
        this.connection = connect(workplace);
    }

    private static Connection connect(Workplace workplace) throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(workplace.host());
        factory.setPort(workplace.port());
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }

    /** Confirms in a ring; acknowledges each hundredth message with all before it. */
    static Client tuned(Workplace workplace) throws IOException, TimeoutException {
        return new RabbitMqNative(workplace, Confirms.RING, 100);
    }

    /** Confirms in a sorted map. */
    static Client tutorial(Workplace workplace) throws IOException, TimeoutException {
        return new RabbitMqNative(workplace, Confirms.MAP, 100);
    }

    /** Acknowledges each message; a blocking send waits for its own confirm. */
    static Client each(Workplace workplace) throws IOException, TimeoutException {
        return new RabbitMqNative(workplace, Confirms.RING, 1);
    }

    /** Tuned, and looks at the topic before it sends, on a connection that no publisher blocks, as Waybill does. */
    static Client checked(Workplace workplace) throws IOException, TimeoutException {
        try (Connection looking = connect(workplace);
                Channel channel = looking.createChannel()) {
            AMQP.Exchange.DeclareOk unused = channel.exchangeDeclarePassive(workplace.topic());
        }
        return tuned(workplace);
    }

    @Override
    public Sending sending() throws IOException {
        Channel channel = connection.createChannel();
        AMQP.Confirm.SelectOk unused = channel.confirmSelect();
        channel.addReturnListener(message -> System.err.println("Not routed: " + message.getRoutingKey()));
        return confirms == Confirms.RING
                ? new RingSending(channel, workplace.topic())
                : new MapSending(channel, workplace.topic());
    }

    @Override
    public AutoCloseable consuming(Handling handling) throws IOException {
        List<AcknowledgingConsumer> consumers = new ArrayList<>();
        for (int partition = 0; partition < Workplace.PARTITIONS; partition++) {
            Channel channel = connection.createChannel();
            channel.basicQos(PREFETCH);
            AcknowledgingConsumer consumer = new AcknowledgingConsumer(channel, acknowledgeEach, handling);
            String unused =
                    channel.basicConsume(workplace.topic() + ":" + Workplace.GROUP + ":" + partition, false, consumer);
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
    public void close() throws IOException {
        connection.close();
    }

    /** With the time, as Waybill sends it: it costs the broker's classic queues 8 us a message. */
    @SuppressWarnings("JavaUtilDate") // the type of the client's timestamps
    private static void publish(Channel channel, String topic, int key, byte[] body) throws IOException {
        AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
                .deliveryMode(2)
                .timestamp(new Date())
                .headers(Map.of("waybill", new byte[Workplace.STAMP], "waybill.key", Workplace.key(key)))
                .build();
        channel.basicPublish(topic, Integer.toString(key % Workplace.PARTITIONS), true, properties, body);
    }

    /** One channel in confirm mode, and what it still owes. */
    private abstract static class ConfirmedSending implements Sending {
        final Channel channel;
        private final String topic;

        ConfirmedSending(Channel channel, String topic) {
            this.channel = channel;
            this.topic = topic;
            var unused = channel.addConfirmListener(this::confirmed, (number, multiple) -> {
                throw new IllegalStateException("The broker refused message " + number);
            });
        }

        /** Keeps a message, which is published next. */
        abstract void keep(CompletableFuture<Object> sent);

        /** Completes what the broker has confirmed. */
        abstract void confirmed(long number, boolean multiple);

        @Override
        public synchronized CompletableFuture<?> send(int key, byte[] body) throws IOException {
            CompletableFuture<Object> sent = new CompletableFuture<>();
            keep(sent);
            publish(channel, topic, key, body);
            return sent;
        }

        @Override
        public void close() throws IOException {
            channel.abort();
        }
    }

    /** Keeps unconfirmed messages in a ring. */
    private static final class RingSending extends ConfirmedSending {
        private static final int SLOTS = 1 << 16;

        private final AtomicReferenceArray<CompletableFuture<Object>> unconfirmed = new AtomicReferenceArray<>(SLOTS);
        private long next = 1;
        private long confirmed;

        RingSending(Channel channel, String topic) {
            super(channel, topic);
        }

        @Override
        void keep(CompletableFuture<Object> sent) {
            if (!unconfirmed.compareAndSet((int) (next++ % SLOTS), null, sent)) {
                throw new IllegalStateException("A confirm is late by " + SLOTS + " messages");
            }
        }

        @Override
        void confirmed(long number, boolean multiple) {
            for (long i = multiple ? confirmed + 1 : number; i <= number; i++) {
                CompletableFuture<Object> sent = unconfirmed.getAndSet((int) (i % SLOTS), null);
                if (sent != null) {
                    sent.complete(number);
                }
            }
            confirmed = multiple ? number : confirmed;
        }
    }

    /** Keeps unconfirmed messages in a sorted map. */
    private static final class MapSending extends ConfirmedSending {
        private final ConcurrentNavigableMap<Long, CompletableFuture<Object>> unconfirmed =
                new ConcurrentSkipListMap<>();

        MapSending(Channel channel, String topic) {
            super(channel, topic);
        }

        @Override
        void keep(CompletableFuture<Object> sent) {
            unconfirmed.put(channel.getNextPublishSeqNo(), sent);
        }

        @Override
        void confirmed(long number, boolean multiple) {
            if (multiple) {
                ConcurrentNavigableMap<Long, CompletableFuture<Object>> done = unconfirmed.headMap(number, true);
                done.values().forEach(sent -> sent.complete(number));
                done.clear();
            } else {
                CompletableFuture<Object> sent = unconfirmed.remove(number);
                if (sent != null) {
                    sent.complete(number);
                }
            }
        }
    }

    /** One queue's consumer, on the client's own threads. */
    private static final class AcknowledgingConsumer extends DefaultConsumer {
        private final int each;
        private final Handling handling;
        private volatile long last;
        private volatile long acknowledged;

        AcknowledgingConsumer(Channel channel, int each, Handling handling) {
            super(channel);
            this.each = each;
            this.handling = handling;
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body)
                throws IOException {
            handling.handle(body);
            last = envelope.getDeliveryTag();
            if (last % each == 0) {
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
