package io.waybill.testbrokers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** RabbitMQ's own client, as short as the tests need it. */
final class RabbitMqClients {
    private static final long CONFIRM_MILLIS = 10_000;

    private RabbitMqClients() {}

    static ConnectionFactory factory(RunningBroker broker) {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(URI.create(broker.uri()).getPort());
        factory.setAutomaticRecoveryEnabled(false);
        broker.credentials().ifPresent(user -> {
            factory.setUsername(user.user());
            factory.setPassword(user.password());
        });
        return factory;
    }

    /** A factory whose clients trust these certificates, and look whether they are for the right host. */
    static ConnectionFactory tlsFactory(RunningBroker broker, Path trustStore) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(trustStore)) {
            store.load(in, broker.tls().orElseThrow().password().toCharArray());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        ConnectionFactory factory = factory(broker);
        factory.useSslProtocol(context);
        return factory;
    }

    /** Declares a durable queue of this type; does nothing if it is there. */
    static void declare(RunningBroker broker, String queue, String type) throws Exception {
        try (Connection connection = factory(broker).newConnection();
                Channel channel = connection.createChannel()) {
            AMQP.Queue.DeclareOk unused = channel.queueDeclare(queue, true, false, false, Map.of("x-queue-type", type));
        }
    }

    /** Sends, and returns when all are confirmed. */
    static void send(RunningBroker broker, String queue, int from, int to) throws Exception {
        try (Connection connection = factory(broker).newConnection();
                Channel channel = connection.createChannel()) {
            AMQP.Confirm.SelectOk unused = channel.confirmSelect();
            for (int i = from; i < to; i++) {
                publish(channel, queue, "m" + i);
            }
            channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
        }
    }

    static void publish(Channel channel, String queue, String text) throws Exception {
        channel.basicPublish(
                "", queue, true, MessageProperties.PERSISTENT_BASIC, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes so many messages from a queue, and leaves them there. */
    static List<String> peek(RunningBroker broker, String queue, int count) throws Exception {
        List<String> texts = new ArrayList<>();
        try (Connection connection = factory(broker).newConnection();
                Channel channel = connection.createChannel()) {
            for (int i = 0; i < count; i++) {
                GetResponse response = channel.basicGet(queue, false);
                if (response == null) {
                    break;
                }
                texts.add(new String(response.getBody(), StandardCharsets.UTF_8));
            }
        }
        return texts;
    }

    /** Reads a stream from its start. */
    static List<String> readStream(RunningBroker broker, String stream, int count) throws Exception {
        BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
        List<String> texts = new ArrayList<>();
        try (Connection connection = factory(broker).newConnection();
                Channel channel = connection.createChannel()) {
            channel.basicQos(100);
            String tag = channel.basicConsume(
                    stream,
                    false,
                    Map.of("x-stream-offset", "first"),
                    (consumer, delivery) -> {
                        channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
                        arrived.add(new String(delivery.getBody(), StandardCharsets.UTF_8));
                    },
                    consumer -> {});
            while (texts.size() < count) {
                String text = arrived.poll(10, TimeUnit.SECONDS);
                if (text == null) {
                    break;
                }
                texts.add(text);
            }
            channel.basicCancel(tag);
        }
        return texts;
    }
}
