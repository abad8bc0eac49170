package io.waybill.cli.lab;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.ledger.Verdict;
import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.Ordering;
import io.waybill.message.Receipt;
import io.waybill.spi.WaybillHeader;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.LoggerFactory;

/**
 * Messages that a broker acknowledged are copied to a topic of the same name on another, stamps and all, by somebody who waits for
 * no confirm; in the middle the network swallows what is sent. The target knows no manifest of the producer: that the numbers were
 * acknowledged is told by the stamps of those that came.
 */
final class LossyBridge {
    /** A message takes more, whatever the protocol: so long is its stamp alone. */
    private static final int LEAST_BYTES = 48;

    private static final Duration A_WHILE = Duration.ofSeconds(2);
    private static final String FIRST_PARTITION = "0";

    private LossyBridge() {}

    /** Opens a client that waits for nothing, through a way that can be broken. */
    interface Opener {
        Copier open(String uri) throws Exception;
    }

    /** Sends a message on, and does not wait for anything. */
    interface Copier extends AutoCloseable {
        void copy(Delivery delivery) throws Exception;

        /** Returns when all was written to the network. */
        default void flush() {}

        @Override
        void close();
    }

    static Scenario scenario(String name, Opener opener) {
        return Scenario.loses(name, stage -> run(stage, opener));
    }

    private static void run(Stage stage, Opener opener) throws Exception {
        stage.createTopic(1);
        Consumer unused = stage.consumer();
        Waybill source = stage.connect("memory:lab-source-" + UUID.randomUUID());
        source.admin().createTopic(stage.topic(), 1);
        LabBroker.Network network = stage.closing(stage.broker().network(stage));
        Copier copier = stage.closing(opener.open(network.uri()));
        AtomicInteger copied = new AtomicInteger();
        Consumer bridge = stage.closing(
                source.consumer("bridge").ordering(Ordering.PARTITION).subscribe(stage.topic(), delivery -> {
                    copyAndForget(copier, delivery);
                    copied.incrementAndGet();
                }));
        Producer producer = stage.producer(source);
        sendOneByOne(stage, producer, stage.some(20, 50));
        stage.awaitHandled();
        if (!network.loseRequests()) {
            throw new IllegalStateException("This network loses nothing");
        }
        int before = stage.sent();
        sendOneByOne(stage, producer, stage.some(5, 20));
        int last = stage.sent();
        Patience.until("the bridge has sent all on", () -> copied.get() == last);
        copier.flush();
        long swallowed = (long) (last - before) * LEAST_BYTES;
        Patience.until("the network has swallowed it", () -> network.lostBytes() >= swallowed);
        network.heal();
        Patience.until("the bridge reaches the target again", () -> {
            sendOneByOne(stage, producer, 1);
            String text = Integer.toString(stage.sent());
            return Patience.within(A_WHILE, () -> stage.books().wasHandled(text));
        });
        sendOneByOne(stage, producer, stage.some(5, 20));
        String text = Integer.toString(stage.sent());
        Patience.until("the last is handled", () -> stage.books().wasHandled(text));
        stage.note(
                "swallowed were " + (before + 1) + " to " + last + ", and what was sent until the bridge had noticed");
        stage.books()
                .missing()
                .forEach(missing -> stage.inject(Verdict.LOST, Stage.PRODUCER, 0, Long.parseLong(missing)));
        bridge.close();
    }

    private static void sendOneByOne(Stage stage, Producer producer, int count) {
        for (int i = 0; i < count; i++) {
            Message message = stage.next();
            Receipt unused = producer.send(message);
            stage.books().acknowledged(message.text());
        }
    }

    private static void copyAndForget(Copier copier, Delivery delivery) {
        try {
            copier.copy(delivery);
        } catch (Exception e) {
            LoggerFactory.getLogger(LossyBridge.class).warn("A message was not sent on; nobody looks", e);
        }
    }

    static Copier kafka(String uri) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", URI.create(uri).getAuthority());
        properties.put("acks", "0");
        properties.put("enable.idempotence", false);
        properties.put("retries", 0);
        properties.put("linger.ms", 0);
        properties.put("key.serializer", ByteArraySerializer.class);
        properties.put("value.serializer", ByteArraySerializer.class);
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties);
        return new Copier() {
            @Override
            public void copy(Delivery delivery) {
                ProducerRecord<byte[], byte[]> copy = new ProducerRecord<>(
                        delivery.topic(),
                        delivery.partition(),
                        delivery.message().key(),
                        delivery.message().body());
                copy.headers().add(WaybillHeader.NAME, delivery.waybill());
                var unused = producer.send(copy);
            }

            @Override
            public void flush() {
                producer.flush();
            }

            @Override
            public void close() {
                producer.close(Duration.ofSeconds(1));
            }
        };
    }

    static Copier rabbitmq(String uri) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(URI.create(uri).getHost());
        factory.setPort(URI.create(uri).getPort());
        factory.setNetworkRecoveryInterval(200);
        factory.setRequestedHeartbeat(60);
        Connection connection = factory.newConnection();
        Channel channel = connection.createChannel();
        return new Copier() {
            @Override
            public void copy(Delivery delivery) throws Exception {
                Map<String, Object> headers = new HashMap<>();
                headers.put(WaybillHeader.NAME, delivery.waybill());
                headers.put("waybill.key", delivery.message().key());
                channel.basicPublish(
                        delivery.topic(),
                        FIRST_PARTITION,
                        new AMQP.BasicProperties.Builder()
                                .headers(headers)
                                .deliveryMode(2)
                                .build(),
                        delivery.message().body());
            }

            @Override
            public void close() {
                connection.abort(1_000);
            }
        };
    }
}
