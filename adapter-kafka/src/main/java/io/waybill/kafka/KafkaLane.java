package io.waybill.kafka;

import io.waybill.message.Headers;
import io.waybill.message.Message;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Sender;
import io.waybill.spi.WaybillHeader;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** The way into one partition. */
final class KafkaLane implements Sender.Lane {
    /** What Kafka puts around a record that is alone in its batch, at most, without headers. */
    private static final int RECORD_OVERHEAD = 100;
    /** What Kafka puts around a header, at most. */
    private static final int HEADER_OVERHEAD = 10;

    private final KafkaSender.Incarnation incarnation;
    private final KafkaTopic topic;
    private final Integer partition;
    private final boolean compresses;
    private final byte[] reused = new byte[WaybillHeader.LENGTH];
    private final KafkaHeaders.Alone alone = new KafkaHeaders.Alone();
    /** The thread inside {@link #send}. Read by other threads too, which only ever see a thread that is not theirs. */
    private @Nullable Thread sending;
    /** Why the rest of the batch is not even tried: each try would block anew. Only used by the thread that sends. */
    private @Nullable Throwable stuck;
    /** A client that knows no node any more forgets its topics, and blocks each send anew: the next lane asks first. */
    private volatile boolean blocked;

    KafkaLane(KafkaSender.Incarnation incarnation, KafkaTopic topic, int partition, boolean compresses) {
        this.incarnation = incarnation;
        this.topic = topic;
        this.partition = partition;
        this.compresses = compresses;
    }

    @Override
    public void send(List<? extends Outgoing> batch) {
        stuck = incarnation.failure();
        sending = Thread.currentThread();
        try {
            for (int i = 0; i < batch.size(); i++) {
                send(batch.get(i));
            }
        } finally {
            sending = null;
        }
    }

    @Override
    public boolean open() {
        return incarnation.failure() == null && !blocked;
    }

    private void send(Outgoing outgoing) {
        if (stuck != null) {
            outgoing.refused(stuck);
            return;
        }
        Message message = outgoing.message();
        byte[] waybill = outgoing.waybill(reused);
        if (!compresses && tooLarge(message, waybill)) {
            outgoing.refused(new RecordTooLargeException("A message of " + message.body().length
                    + " bytes and its headers are more than topic '" + topic.name() + "' takes (max.message.bytes="
                    + topic.maxMessageBytes() + ")"));
            return;
        }
        try {
            Future<RecordMetadata> unused =
                    incarnation.producer().send(record(message, waybill), new Completion(outgoing));
        } catch (InterruptException e) {
            refused(outgoing, e);
        } catch (RuntimeException e) {
            // A producer in its fatal state throws after the append, a closed one before: nobody can tell.
            incarnation.fail(e);
            stuck = e;
            outgoing.unknown(e);
        }
    }

    /** The producer writes a record's headers before {@code send} returns, and looks at them no more. */
    private ProducerRecord<byte[], byte[]> record(Message message, byte[] waybill) {
        Iterable<Header> headers =
                message.headers().size() == 0 ? alone.with(waybill) : KafkaHeaders.of(message.headers(), waybill);
        return new ProducerRecord<>(topic.name(), partition, message.key(), message.body(), headers);
    }

    private void refused(Outgoing outgoing, Throwable failure) {
        if (failure instanceof RetriableException || failure instanceof InterruptException) {
            stuck = failure;
            blocked = true;
        }
        outgoing.refused(failure);
    }

    private boolean tooLarge(Message message, byte[] waybill) {
        long most = topic.maxMessageBytes();
        byte[] key = message.key();
        Headers headers = message.headers();
        long bytes = RECORD_OVERHEAD
                + (long) message.body().length
                + (key == null ? 0 : key.length)
                + waybill.length
                + (headers.size() + 1L) * HEADER_OVERHEAD;
        return bytes > most || (headers.size() > 0 && bytes + headers.encodedBytes() > most);
    }

    /** Ends one message, on the producer's own thread or, if it was refused before the append, on the sending one. */
    final class Completion implements Callback {
        private final Outgoing outgoing;

        Completion(Outgoing outgoing) {
            this.outgoing = outgoing;
        }

        @Override
        public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
            if (failure == null && metadata != null) {
                outgoing.stored(metadata.hasOffset() ? metadata.offset() : -1, topic.durability());
                return;
            }
            Exception why =
                    failure == null ? new IllegalStateException("Kafka gave neither result nor failure") : failure;
            if (KafkaErrors.fatalForProducer(why)) {
                incarnation.fail(why);
            }
            if (sending == Thread.currentThread() && KafkaErrors.beforeAppend(why)) {
                refused(outgoing, why);
            } else {
                outgoing.unknown(why);
            }
        }
    }
}
