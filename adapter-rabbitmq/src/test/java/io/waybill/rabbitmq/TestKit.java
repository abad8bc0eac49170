package io.waybill.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.spi.ClaimingReceiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import io.waybill.testbrokers.RabbitMqBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What these tests share. */
final class TestKit {
    static final Map<String, Object> QUORUM = Map.of("x-queue-type", "quorum");
    private static final AtomicInteger NAMES = new AtomicInteger();

    private TestKit() {}

    static String name(String what) {
        return what + "-" + NAMES.incrementAndGet();
    }

    static Connection nativeConnection(RabbitMqBroker broker) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(broker.port());
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection("native");
    }

    /** Bodies of all messages in a queue that nobody publishes to, which is empty then. */
    static List<String> drain(Connection connection, String queue) throws Exception {
        List<String> texts = new CopyOnWriteArrayList<>();
        try (Channel channel = connection.createChannel()) {
            int expected = channel.queueDeclarePassive(queue).getMessageCount();
            String unused = channel.basicConsume( // basic.get is refused where there is a single active consumer
                    queue,
                    true,
                    (tag, message) -> texts.add(new String(message.getBody(), StandardCharsets.UTF_8)),
                    tag -> {});
            await().until(() -> texts.size() >= expected);
        }
        return texts;
    }

    static SenderOptions senderOptions(Duration sendTimeout, Duration maxBlock) {
        return new SenderOptions("test", sendTimeout, maxBlock, 32 << 20, 1_000_000);
    }

    static ClaimingReceiver receiver(RabbitMqAdapter adapter, String group, String topic) throws Exception {
        return (ClaimingReceiver) adapter.openReceiver(new ReceiverOptions(
                group, Set.of(topic), name("member"), 500, 64 << 20, Duration.ofSeconds(10), Duration.ofSeconds(5)));
    }

    /** Hands messages over at once. */
    static List<TestOutgoing> send(Sender sender, String topic, int partition, Message... messages) throws Exception {
        List<TestOutgoing> batch = new ArrayList<>();
        for (Message message : messages) {
            batch.add(new TestOutgoing(message, partition));
        }
        sender.openLane(sender.describe(topic), partition).send(batch);
        return batch;
    }

    static Throwable assertKind(ErrorKind kind, ThrowingCallable call) {
        Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(call);
        Throwable failure = thrown instanceof CompletionException wrapped ? wrapped.getCause() : thrown;
        assertThat(failure).isInstanceOf(MessagingException.class);
        assertThat(((MessagingException) failure).kind()).as("%s", failure).isEqualTo(kind);
        return failure;
    }
}
