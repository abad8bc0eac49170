package io.waybill.benchmarks.clients;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.apache.rocketmq.spring.core.RocketMQPushConsumerLifecycleListener;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.apache.rocketmq.spring.support.DefaultRocketMQListenerContainer;
import org.apache.rocketmq.spring.support.RocketMQMessageConverter;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.messaging.support.MessageBuilder;

/** rocketmq-spring without Spring Boot: its template, and its listener container as the annotation has it, which keeps no order. */
final class RocketMqSpring implements Client {
    private static final String STAMP_TEXT = "s".repeat(Workplace.STAMP);
    private static final String CONTAINER = "container";

    private final Workplace workplace;

    RocketMqSpring(Workplace workplace) {
        this.workplace = workplace;
    }

    @Override
    public Sending sending() throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("bench-producer");
        producer.setNamesrvAddr(workplace.authority());
        producer.setInstanceName(UUID.randomUUID().toString());
        RocketMQTemplate template = new RocketMQTemplate();
        template.setProducer(producer);
        template.setMessageConverter(new RocketMQMessageConverter().getMessageConverter());
        template.afterPropertiesSet();
        return new TemplateSending(template, workplace.topic());
    }

    /** In a context, because each delivery asks it for the container by name. */
    @Override
    public AutoCloseable consuming(Handling handling) {
        GenericApplicationContext context = new GenericApplicationContext();
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("bench", Map.of("rocketmq.name-server", workplace.authority())));
        context.registerBean(CONTAINER, DefaultRocketMQListenerContainer.class, () -> container(handling));
        context.refresh();
        return () -> {
            RocketMqNative.acknowledge(context.getBean(CONTAINER, DefaultRocketMQListenerContainer.class)
                    .getConsumer());
            context.close();
        };
    }

    private DefaultRocketMQListenerContainer container(Handling handling) {
        DefaultRocketMQListenerContainer container = new DefaultRocketMQListenerContainer();
        container.setName(CONTAINER);
        container.setRocketMQMessageListener(HandlingListener.class.getAnnotation(RocketMQMessageListener.class));
        container.setNameServer(workplace.authority());
        container.setConsumerGroup(Workplace.GROUP);
        container.setTopic(workplace.topic());
        container.setRocketMQListener(new HandlingListener(handling));
        return container;
    }

    @Override
    public void close() {}

    /** Gets messages as the client has them: a listener for bytes would get them by way of a string. */
    @RocketMQMessageListener(consumerGroup = Workplace.GROUP, topic = "set where it is known")
    private record HandlingListener(Handling handling)
            implements RocketMQListener<MessageExt>, RocketMQPushConsumerLifecycleListener {
        @Override
        public void onMessage(MessageExt message) {
            handling.handle(message.getBody());
        }

        @Override
        public void prepareStart(DefaultMQPushConsumer consumer) {
            consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        }
    }

    private record TemplateSending(RocketMQTemplate template, String topic) implements Sending {
        @Override
        public CompletableFuture<?> send(int key, byte[] body) {
            CompletableFuture<Object> sent = new CompletableFuture<>();
            template.asyncSendOrderly(
                    topic,
                    MessageBuilder.withPayload(body)
                            .setHeader("waybill", STAMP_TEXT)
                            .setHeader("key", Workplace.keyText(key))
                            .build(),
                    Workplace.keyText(key),
                    RocketMqNative.completing(sent));
            return sent;
        }

        @Override
        public void close() {
            template.destroy();
        }
    }
}
