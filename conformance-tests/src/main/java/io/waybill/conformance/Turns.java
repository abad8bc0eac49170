package io.waybill.conformance;

import io.waybill.message.Message;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Sender;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands over to an adapter's lane what several threads give, in the order in which it was added: one thread at a time does it for
 * all, and nobody waits.
 */
final class Turns {
    private final Sender.Lane lane;
    private final int mostMessages;
    private final int mostBytes;
    private final Queue<List<Outgoing>> batches = new ConcurrentLinkedQueue<>();
    private final AtomicInteger signals = new AtomicInteger();

    /** @param sender whose lane it is, and whose bounds hold */
    Turns(Sender.Lane lane, Sender sender) {
        this.lane = lane;
        this.mostMessages = sender.maxBatchMessages();
        this.mostBytes = sender.maxBatchBytes();
    }

    /** Adds what {@link #run} is to hand over. */
    void add(List<? extends Outgoing> added) {
        List<Outgoing> batch = new ArrayList<>();
        int bytes = 0;
        for (Outgoing outgoing : added) {
            int size = size(outgoing.message());
            if (!batch.isEmpty() && (batch.size() == mostMessages || bytes + size > mostBytes)) {
                batches.add(batch);
                batch = new ArrayList<>();
                bytes = 0;
            }
            batch.add(outgoing);
            bytes += size;
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
    }

    private static int size(Message message) {
        byte[] key = message.key();
        return message.body().length
                + (key == null ? 0 : key.length)
                + message.headers().encodedBytes();
    }

    /** Hands over what was added, unless another thread does: then that one does this, too. */
    void run() {
        int seen = signals.getAndIncrement() == 0 ? 1 : 0;
        while (seen != 0) {
            for (List<Outgoing> batch = batches.poll(); batch != null; batch = batches.poll()) {
                handOver(batch);
            }
            seen = signals.addAndGet(-seen);
        }
    }

    private void handOver(List<Outgoing> batch) {
        try {
            lane.send(batch);
        } catch (Throwable failure) { // as the core takes it
            batch.forEach(outgoing -> outgoing.unknown(failure));
        }
    }

    boolean open() {
        return lane.open();
    }
}
