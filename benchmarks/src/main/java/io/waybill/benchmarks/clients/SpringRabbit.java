package io.waybill.benchmarks.clients;

import java.util.Date;
import java.util.concurrent.CompletableFuture;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.connection.CorrelationData.Confirm;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;

/**
 * spring-rabbit on the exchange and the queues that Waybill uses: a template with correlated confirms and returns, and the
 * simple listener container as it comes, which acknowledges each message and prefetches 250.
 *
 * <p>The factory takes a channel back when its confirm has come, so as many channels are open as messages are in flight; and
 * messages that went by different channels have no order.
 */
final class SpringRabbit implements Client {
    /** So many as are in flight at most; the broker allows 2,047. A smaller cache closes and opens channels all the time. */
    private static final int CHANNELS = 1_000;

    private final Workplace workplace;
    private final CachingConnectionFactory connections;

    SpringRabbit(Workplace workplace) {
        this.workplace = workplace;
        this.connections = new CachingConnectionFactory(workplace.host(), workplace.port());
        connections.setChannelCacheSize(CHANNELS);
        connections.setPublisherConfirmType(CachingConnectionFactory.ConfirmType.CORRELATED);
        connections.setPublisherReturns(true);
    }

    @Override
    public Sending sending() {
        RabbitTemplate template = new RabbitTemplate(connections);
        template.setMandatory(true);
        return new TemplateSending(template, workplace.topic());
    }

    @Override
    public AutoCloseable consuming(Handling handling) {
        SimpleMessageListenerContainer container = new SimpleMessageListenerContainer(connections);
        String[] queues = new String[Workplace.PARTITIONS];
        for (int partition = 0; partition < queues.length; partition++) {
            queues[partition] = workplace.topic() + ":" + Workplace.GROUP + ":" + partition;
        }
        container.setQueueNames(queues);
        container.setMessageListener(message -> handling.handle(message.getBody()));
        container.afterPropertiesSet();
        container.start();
        return container::destroy;
    }

    @Override
    public void close() {
        connections.destroy();
    }

    private record TemplateSending(RabbitTemplate template, String topic) implements Sending {
        @Override
        @SuppressWarnings("JavaUtilDate") // the type of the library's timestamps
        public CompletableFuture<?> send(int key, byte[] body) {
            MessageProperties properties = new MessageProperties();
            properties.setTimestamp(new Date());
            properties.setHeader("waybill", new byte[Workplace.STAMP]);
            properties.setHeader("waybill.key", Workplace.key(key));
            CorrelationData correlation = new CorrelationData();
            template.send(
                    topic, Integer.toString(key % Workplace.PARTITIONS), new Message(body, properties), correlation);
            return correlation.getFuture().thenApply(confirm -> stored(confirm, correlation));
        }

        /** A message that no queue took is confirmed, but returned before. */
        private static Confirm stored(Confirm confirm, CorrelationData correlation) {
            if (!confirm.ack()) {
                throw new IllegalStateException("The broker refused a message: " + confirm.reason());
            }
            if (correlation.getReturned() != null) {
                throw new IllegalStateException("Not routed: " + correlation.getReturned());
            }
            return confirm;
        }

        @Override
        public void close() {
            template.destroy();
        }
    }
}
