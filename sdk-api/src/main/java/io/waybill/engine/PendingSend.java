package io.waybill.engine;

import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.spi.Outgoing;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One send: at once the future that the caller holds, the node of the lane's lists and what the adapter sees, so that a
 * send costs one object. What the caller does to the future (cancel, complete) does not touch the send itself.
 */
final class PendingSend extends CompletableFuture<Receipt> implements Outgoing {
    private static final VarHandle ENDED;

    static {
        try {
            ENDED = MethodHandles.lookup().findVarHandle(PendingSend.class, "ended", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Message message;
    private final SendLane lane;
    final int size;
    final long deadline;

    /** In the lane's stack, then in its list of those in flight; guarded by the lane. */
    @Nullable
    PendingSend next;

    /** The batch it went with, if the lane counts batches. */
    SendLane.@Nullable Batch batch;

    /** Bit i: lane interceptor i saw it. */
    int seenBy;

    private byte[] waybill;

    @SuppressWarnings("UnusedVariable") // through ENDED
    private volatile boolean ended;

    PendingSend(Message message, SendLane lane, byte[] waybill, int size, long deadline) {
        this.message = message;
        this.lane = lane;
        this.waybill = waybill;
        this.size = size;
        this.deadline = deadline;
    }

    @Override
    public Message message() {
        return message;
    }

    @Override
    public int partition() {
        return lane.partition();
    }

    @Override
    public byte[] waybill() {
        return waybill;
    }

    void waybill(byte[] header) {
        waybill = header;
    }

    boolean hasEnded() {
        return ended;
    }

    @Override
    public void stored(long position, Durability durability) {
        if (end()) {
            try {
                lane.ended(this, null);
            } finally {
                complete(new Receipt(message, lane.partition(), position, durability));
                lane.left(this);
            }
        }
    }

    @Override
    public void refused(Throwable failure) {
        if (end()) {
            fail(lane.failure(failure, null));
        }
    }

    @Override
    public void unknown(Throwable failure) {
        if (end()) {
            fail(lane.failure(failure, ErrorKind.OUTCOME_UNKNOWN));
        }
    }

    /** Ends it for a reason of the core's own. */
    void failed(MessagingException failure) {
        if (end()) {
            fail(failure);
        }
    }

    private void fail(MessagingException failure) {
        try {
            lane.ended(this, failure);
        } finally {
            completeExceptionally(failure);
            lane.left(this);
        }
    }

    private boolean end() {
        return ENDED.compareAndSet(this, false, true);
    }

    /** Dependents get plain futures. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
