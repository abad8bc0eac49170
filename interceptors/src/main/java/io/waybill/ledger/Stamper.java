package io.waybill.ledger;

import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.spi.Outgoing;
import io.waybill.spi.SendLaneInterceptor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the messages of one producer, in the partition's lane: taking a number and handing over are one step (rule W1),
 * and a number is never used for another message (rule W2).
 */
final class Stamper implements SendLaneInterceptor {
    private final long producer;
    private final byte @Nullable [] secret;
    private final long epoch;
    private final ByPartition<StreamBook> books = new ByPartition<>();

    Stamper(String producer, byte @Nullable [] secret, long epoch) {
        this.producer = Contents.hash(producer);
        this.secret = secret;
        this.epoch = epoch;
    }

    @Override
    public byte[] handOver(Outgoing outgoing, byte[] waybill) {
        Message message = outgoing.message();
        int partition = outgoing.partition();
        StreamBook book = books.get(message.topic(), partition);
        if (book == null) {
            book = books.computeIfAbsent(
                    message.topic(),
                    partition,
                    () -> new StreamBook(producer, epoch, message.topic(), partition, secret));
        }
        return book.stamp(message, waybill);
    }

    @Override
    public void completed(Outgoing outgoing, @Nullable MessagingException failure) {
        StreamBook book = books.get(outgoing.message().topic(), outgoing.partition());
        if (book != null) {
            book.ended(outgoing.waybill(), outgoing.message(), failure);
        }
    }

    /** The life that its stamps name. */
    long epoch() {
        return epoch;
    }

    /** The books of all its streams. */
    Stream<StreamBook> books() {
        return books.values();
    }
}
