package io.waybill.benchmarks.clients;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Confluent's Parallel Consumer over a consumer with the tuning of {@link KafkaNative#tuned}; commits as it does by itself. It
 * sends nothing, so its sending is that of {@link KafkaNative#tuned}.
 */
final class ParallelConsumer implements Client {
    private final Workplace workplace;

    ParallelConsumer(Workplace workplace) {
        this.workplace = workplace;
    }

    @Override
    public Sending sending() throws Exception {
        return KafkaNative.tuned(workplace).sending();
    }

    @Override
    public AutoCloseable consuming(Handling handling) {
        ParallelStreamProcessor<byte[], byte[]> processor = ParallelStreamProcessor.createEosStreamProcessor(options());
        processor.subscribe(List.of(workplace.topic()));
        processor.poll(message -> handling.handle(message.value()));
        return processor::closeDrainFirst;
    }

    private ParallelConsumerOptions<byte[], byte[]> options() {
        return ParallelConsumerOptions.<byte[], byte[]>builder()
                .consumer(new KafkaConsumer<>(
                        KafkaNative.tunedConsumer(workplace), new ByteArrayDeserializer(), new ByteArrayDeserializer()))
                .ordering(order())
                .maxConcurrency(workplace.concurrency())
                .build();
    }

    private ProcessingOrder order() {
        return switch (workplace.ordering()) {
            case NONE -> ProcessingOrder.UNORDERED;
            case KEY -> ProcessingOrder.KEY;
            case PARTITION -> ProcessingOrder.PARTITION;
        };
    }

    @Override
    public void close() {}
}
