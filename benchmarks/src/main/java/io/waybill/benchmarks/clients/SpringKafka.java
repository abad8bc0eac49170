package io.waybill.benchmarks.clients;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.MessageListener;

/** Spring for Apache Kafka with the tuning of {@link KafkaNative#tuned}: a template, and a listener of single records. */
final class SpringKafka implements Client {
    private final Workplace workplace;

    SpringKafka(Workplace workplace) {
        this.workplace = workplace;
    }

    @Override
    public Sending sending() {
        DefaultKafkaProducerFactory<byte[], byte[]> factory = new DefaultKafkaProducerFactory<>(
                KafkaNative.tunedProducer(workplace), new ByteArraySerializer(), new ByteArraySerializer());
        return new SpringSending(factory, new KafkaTemplate<>(factory), workplace.topic());
    }

    /** Commits as a container does by itself: what a poll brought, once the listener was called for all of it. */
    @Override
    public AutoCloseable consuming(Handling handling) {
        ContainerProperties properties = new ContainerProperties(workplace.topic());
        MessageListener<byte[], byte[]> listener = message -> handling.handle(message.value());
        properties.setMessageListener(listener);
        ConcurrentMessageListenerContainer<byte[], byte[]> container = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<>(
                        KafkaNative.tunedConsumer(workplace), new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                properties);
        container.setConcurrency(1);
        container.start();
        return container::stop;
    }

    @Override
    public void close() {}

    private record SpringSending(
            DefaultKafkaProducerFactory<byte[], byte[]> factory, KafkaTemplate<byte[], byte[]> template, String topic)
            implements Sending {
        @Override
        public CompletableFuture<?> send(int key, byte[] body) {
            return template.send(KafkaNative.message(topic, key, body));
        }

        @Override
        public void close() {
            factory.destroy();
        }
    }
}
