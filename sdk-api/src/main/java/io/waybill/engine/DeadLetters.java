package io.waybill.engine;

import io.waybill.message.DeadLetter;
import io.waybill.message.Delivery;
import io.waybill.message.Headers;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes dead letters and waits for the confirm (rule C7). The producer is opened with the first one. */
final class DeadLetters {
    private final ConsumerOptions options;
    private final Supplier<ProducerCore> open;
    private @Nullable ProducerCore producer;
    private boolean closed;

    DeadLetters(ConsumerOptions options, Supplier<ProducerCore> open) {
        this.options = options;
        this.open = open;
    }

    /** Returns when the broker holds it. */
    void write(Delivery delivery, Throwable reason) {
        Message original = delivery.message();
        String topic = options.deadLetterTopics().get(original.topic());
        if (topic == null) {
            throw new IllegalStateException("No dead-letter topic for " + original.topic());
        }
        Headers headers = DeadLetter.describe(delivery, options.group(), reason);
        Message dead =
                Message.restored(topic, original.key(), headers, original.body(), original.idHigh(), original.idLow());
        try {
            producer().sendSystem(dead).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof MessagingException known) {
                throw known;
            }
            throw e;
        }
    }

    private synchronized ProducerCore producer() {
        if (closed) {
            throw new IllegalStateException("The consumer is closed");
        }
        if (producer == null) {
            producer = open.get();
        }
        return producer;
    }

    synchronized void close() {
        closed = true;
        if (producer != null) {
            var unused = producer.close(Duration.ZERO);
        }
    }
}
