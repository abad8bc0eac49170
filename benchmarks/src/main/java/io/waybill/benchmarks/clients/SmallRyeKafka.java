package io.waybill.benchmarks.clients;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.eclipse.microprofile.config.spi.ConfigProviderResolver;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.weld.environment.se.Weld;

/**
 * SmallRye Reactive Messaging in Weld, with the tuning of {@link KafkaNative#tuned}; commits as it does by itself. Its settings
 * are the class loader's: there is one client in a JVM.
 */
final class SmallRyeKafka implements Client {
    private static final String IN = "bench-in";
    private static final String OUT = "bench-out";

    SmallRyeKafka(Workplace workplace) {
        System.setProperty("org.jboss.logging.provider", "slf4j");
        Map<String, String> settings = new HashMap<>();
        Map<String, Object> consumer = KafkaNative.tunedConsumer(workplace);
        consumer.put("key.deserializer", ByteArrayDeserializer.class.getName());
        consumer.put("value.deserializer", ByteArrayDeserializer.class.getName());
        add(settings, "mp.messaging.incoming." + IN + ".", workplace.topic(), consumer);
        Map<String, Object> producer = KafkaNative.tunedProducer(workplace);
        producer.put("key.serializer", ByteArraySerializer.class.getName());
        producer.put("value.serializer", ByteArraySerializer.class.getName());
        add(settings, "mp.messaging.outgoing." + OUT + ".", workplace.topic(), producer);
        ConfigProviderResolver.instance()
                .registerConfig(
                        new SmallRyeConfigBuilder()
                                .addDefaultInterceptors()
                                .withSources(new PropertiesConfigSource(settings, "bench", 100))
                                .build(),
                        SmallRyeKafka.class.getClassLoader());
    }

    private static void add(Map<String, String> settings, String channel, String topic, Map<String, Object> client) {
        settings.put(channel + "connector", "smallrye-kafka");
        settings.put(channel + "topic", topic);
        client.forEach((name, value) -> settings.put(channel + name, value.toString()));
    }

    @Override
    public Sending sending() {
        SeContainer container = new Weld(OUT).addBeanClass(Outlet.class).initialize();
        return new SmallRyeSending(container, container.select(Outlet.class).get().emitter);
    }

    @Override
    public AutoCloseable consuming(Handling handling) {
        return new Weld(IN)
                .addBeanClass(Inlet.class)
                .addExtension(new HandlingExtension(handling))
                .initialize();
    }

    @Override
    public void close() {}

    /** Where messages go out. Unbounded: the scenario's window bounds it. */
    @Singleton
    static final class Outlet {
        private final Emitter<byte[]> emitter;

        @Inject
        Outlet(@Channel(OUT) @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER) Emitter<byte[]> emitter) {
            this.emitter = emitter;
        }
    }

    /** Where messages come in. */
    @Singleton
    static final class Inlet {
        private final Handling handling;

        @Inject
        Inlet(Handling handling) {
            this.handling = handling;
        }

        @Incoming(IN)
        void receive(byte[] body) {
            handling.handle(body);
        }
    }

    /** Makes the handling a bean. */
    private record HandlingExtension(Handling handling) implements Extension {
        @SuppressWarnings("UnusedMethod") // Weld calls it
        void add(@Observes AfterBeanDiscovery event) {
            event.addBean().types(Handling.class).scope(Singleton.class).createWith(context -> handling);
        }
    }

    private record SmallRyeSending(SeContainer container, Emitter<byte[]> emitter) implements Sending {
        @Override
        public CompletableFuture<?> send(int key, byte[] body) {
            CompletableFuture<Object> sent = new CompletableFuture<>();
            emitter.send(Message.of(
                    body,
                    Metadata.of(OutgoingKafkaRecordMetadata.<byte[]>builder()
                            .withKey(Workplace.key(key))
                            .withHeaders(new RecordHeaders().add("waybill", new byte[Workplace.STAMP]))
                            .build()),
                    () -> {
                        sent.complete(body);
                        return CompletableFuture.completedFuture(null);
                    },
                    failure -> {
                        sent.completeExceptionally(failure);
                        return CompletableFuture.completedFuture(null);
                    }));
            return sent;
        }

        @Override
        public void close() {
            container.close();
        }
    }
}
