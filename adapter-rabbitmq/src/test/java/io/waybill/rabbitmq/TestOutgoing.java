package io.waybill.rabbitmq;

import io.waybill.message.Durability;
import io.waybill.message.Message;
import io.waybill.spi.Outgoing;
import io.waybill.spi.WaybillHeader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One message on its way, and how it ended. */
final class TestOutgoing implements Outgoing {
    enum End {
        STORED,
        REFUSED,
        UNKNOWN
    }

    record Outcome(End end, long position, Durability durability, Throwable failure) {}

    private final Message message;
    private final int partition;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    TestOutgoing(Message message, int partition) {
        this.message = message;
        this.partition = partition;
    }

    Outcome outcome() throws Exception {
        return outcome.get(20, TimeUnit.SECONDS);
    }

    boolean hasEnded() {
        return outcome.isDone();
    }

    @Override
    public Message message() {
        return message;
    }

    @Override
    public int partition() {
        return partition;
    }

    @Override
    public byte[] waybill() {
        return WaybillHeader.encode(message);
    }

    @Override
    public void stored(long position, Durability durability) {
        boolean unused = outcome.complete(new Outcome(End.STORED, position, durability, null));
    }

    @Override
    public void refused(Throwable failure) {
        boolean unused = outcome.complete(new Outcome(End.REFUSED, -1, null, failure));
    }

    @Override
    public void unknown(Throwable failure) {
        boolean unused = outcome.complete(new Outcome(End.UNKNOWN, -1, null, failure));
    }
}
