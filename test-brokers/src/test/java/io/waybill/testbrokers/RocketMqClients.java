package io.waybill.testbrokers;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.acl.common.AclClientRPCHook;
import org.apache.rocketmq.acl.common.SessionCredentials;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.MQAdmin;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.RPCHook;
import org.apache.rocketmq.remoting.netty.TlsSystemConfig;

/** RocketMQ's own clients, as short as the tests need them. */
final class RocketMqClients {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private RocketMqClients() {}

    static DefaultMQProducer producer(RunningBroker broker) throws Exception {
        return producer(broker, broker.credentials(), broker.tls().map(TlsFiles::certificate));
    }

    static DefaultMQProducer producer(RunningBroker broker, Optional<Credentials> user, Optional<Path> trusted)
            throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("senders", hook(user));
        configure(producer, broker, trusted);
        producer.setSendMsgTimeout(3_000);
        producer.setRetryTimesWhenSendFailed(0);
        producer.start();
        return producer;
    }

    /** Creates the topic on every broker, with one queue on each; returns when the name server, too, knows of all. */
    static void createTopic(RunningBroker broker, String topic) throws Exception {
        DefaultMQProducer producer = producer(broker);
        try {
            MQAdmin admin = producer;
            admin.createTopic(RocketMqFiles.CLUSTER, topic, 1, 0, Map.of());
            long masters = broker instanceof RocketMqBroker process
                    ? process.brokers().stream()
                            .filter(node -> !node.name().endsWith("-slave"))
                            .count()
                    : 1;
            await("brokers tell the name server when they have the time")
                    .ignoreExceptions()
                    .until(() -> producer.fetchPublishMessageQueues(topic).size() == masters);
        } finally {
            producer.shutdown();
        }
    }

    static void send(RunningBroker broker, String topic, int from, int to) throws Exception {
        DefaultMQProducer producer = producer(broker);
        try {
            for (int i = from; i < to; i++) {
                SendResult result = producer.send(message(topic, "m" + i));
                if (result.getSendStatus() != SendStatus.SEND_OK) {
                    throw new AssertionError(result);
                }
            }
        } finally {
            producer.shutdown();
        }
    }

    static Message message(String topic, String text) {
        return new Message(topic, text.getBytes(StandardCharsets.UTF_8));
    }

    /** All that the topic holds, from its beginning, until {@code count} messages are there. */
    static List<String> receive(RunningBroker broker, String topic, int count) throws Exception {
        List<String> values = new ArrayList<>();
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer("receivers", hook(broker.credentials()));
        configure(consumer, broker, broker.tls().map(TlsFiles::certificate));
        consumer.setAutoCommit(false);
        consumer.start();
        try {
            Collection<MessageQueue> queues = consumer.fetchMessageQueues(topic);
            consumer.assign(queues);
            for (MessageQueue queue : queues) {
                consumer.seekToBegin(queue);
            }
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (MessageExt message : consumer.poll(200)) {
                    values.add(new String(message.getBody(), StandardCharsets.UTF_8));
                }
            }
        } finally {
            consumer.shutdown();
        }
        return values;
    }

    private static RPCHook hook(Optional<Credentials> user) {
        return user.map(each -> new AclClientRPCHook(new SessionCredentials(each.user(), each.password())))
                .orElse(null);
    }

    private static void configure(ClientConfig config, RunningBroker broker, Optional<Path> trusted) {
        config.setNamesrvAddr(URI.create(broker.uri()).getAuthority());
        config.setInstanceName("test-" + NUMBER.incrementAndGet());
        config.setVipChannelEnabled(false);
        config.setUseTLS(trusted.isPresent());
        // read when a client starts; in its test mode, the default, it trusts every certificate
        TlsSystemConfig.tlsTestModeEnable = false;
        TlsSystemConfig.tlsClientAuthServer = true;
        TlsSystemConfig.tlsClientTrustCertPath = trusted.map(Path::toString).orElse(null);
    }
}
