package io.waybill.memory;

import io.waybill.message.Durability;
import io.waybill.message.Message;
import io.waybill.spi.Outgoing;
import io.waybill.spi.WaybillHeader;
import java.util.concurrent.atomic.AtomicInteger;

/** A message on its way, which remembers how it ended. */
final class TestOutgoing implements Outgoing {
    private final Message message;
    private final int partition;
    private final byte[] waybill;
    private final AtomicInteger completions = new AtomicInteger();
    private volatile String outcome = "open";
    private volatile long position = -1;
    private volatile Throwable failure;

    TestOutgoing(Message message, int partition) {
        this.message = message;
        this.partition = partition;
        this.waybill = WaybillHeader.encode(message);
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
        return waybill;
    }

    @Override
    public void stored(long at, Durability durability) {
        position = at;
        end("stored", null);
    }

    @Override
    public void refused(Throwable cause) {
        end("refused", cause);
    }

    @Override
    public void unknown(Throwable cause) {
        end("unknown", cause);
    }

    private void end(String how, Throwable cause) {
        if (completions.getAndIncrement() == 0) {
            failure = cause;
            outcome = how;
        }
    }

    String outcome() {
        return outcome;
    }

    long position() {
        return position;
    }

    Throwable failure() {
        return failure;
    }

    int completions() {
        return completions.get();
    }
}
