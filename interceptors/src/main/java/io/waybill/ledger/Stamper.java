package io.waybill.ledger;

import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.spi.Outgoing;
import io.waybill.spi.SendLaneInterceptor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Numbers the messages of one producer, in the partition's lane: taking a number and handing over are one step (rule W1),
 * and a number is never used for another message (rule W2).
 */
final class Stamper implements SendLaneInterceptor {
    private final long producer;
    private final byte @Nullable [] secret;
    private volatile Epoch current;
    /** Epochs that take no more numbers, while some of theirs may still be under way. */
    private final Map<Long, Epoch> past = new ConcurrentHashMap<>();

    /** The streams of one life of a producer. */
    static final class Epoch {
        private final long number;
        private final ByPartition<StreamBook> books = new ByPartition<>();

        private Epoch(long number) {
            this.number = number;
        }

        long number() {
            return number;
        }

        Stream<StreamBook> books() {
            return books.values();
        }
    }

    Stamper(String producer, byte @Nullable [] secret, long epoch) {
        this.producer = Contents.hash(producer);
        this.secret = secret;
        this.current = new Epoch(epoch);
    }

    @Override
    public byte[] handOver(Outgoing outgoing, byte[] waybill) {
        Message message = outgoing.message();
        Epoch epoch = current;
        int partition = outgoing.partition();
        StreamBook book = epoch.books.get(message.topic(), partition);
        if (book == null) {
            book = epoch.books.computeIfAbsent(
                    message.topic(),
                    partition,
                    () -> new StreamBook(producer, epoch.number, message.topic(), partition, secret));
        }
        return book.stamp(message, waybill);
    }

    @Override
    public void completed(Outgoing outgoing, @Nullable MessagingException failure) {
        byte[] stamp = outgoing.waybill();
        long number = Stamp.epoch(stamp);
        Epoch now = current;
        Epoch epoch = now.number == number ? now : past.get(number);
        StreamBook book =
                epoch == null ? null : epoch.books.get(outgoing.message().topic(), outgoing.partition());
        if (book != null) {
            book.ended(stamp, outgoing.message(), failure);
        }
    }

    /** Begins another epoch: the numbers of each stream begin at 1 again. */
    synchronized void renew(long epoch) {
        past.put(current.number, current);
        current = new Epoch(epoch);
    }

    Epoch current() {
        return current;
    }

    /** Epochs that were renewed. */
    Collection<Epoch> past() {
        return List.copyOf(past.values());
    }

    /** An epoch has been told of for the last time. */
    void forget(Epoch epoch) {
        past.remove(epoch.number, epoch);
    }
}
