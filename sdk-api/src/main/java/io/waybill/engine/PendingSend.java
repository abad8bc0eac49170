package io.waybill.engine;

import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.spi.Outgoing;
import io.waybill.spi.WaybillHeader;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One send: at once the future that the caller holds, the node of the lane's lists and what the adapter sees, so that a
 * send costs one object. What the caller does to the future (cancel, complete) does not touch the send itself.
 */
final class PendingSend extends CompletableFuture<Receipt> implements Outgoing {
    private static final VarHandle STATE;
    /** The bit of the state that says that it has ended; the others say which lane interceptors saw it. */
    private static final int ENDED = 1 << 31;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(PendingSend.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Message message;
    private final SendLane lane;
    final int size;
    final long deadline;

    /** In the lane's stack, then in its list of those that wait; guarded by the lane. */
    @Nullable
    PendingSend next;

    /** What it went with; null before that, and when its caller has heard. */
    @Nullable
    Flight flight;

    /** Packed when somebody wants to keep it. */
    private byte @Nullable [] waybill;

    private volatile int state;

    PendingSend(Message message, SendLane lane, int size, long deadline) {
        this.message = message;
        this.lane = lane;
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
        byte[] packed = waybill;
        if (packed == null) {
            packed = WaybillHeader.encode(message);
            waybill = packed;
        }
        return packed;
    }

    @Override
    public byte[] waybill(byte[] reuse) {
        byte[] packed = waybill;
        return packed == null ? WaybillHeader.encode(message, reuse) : packed;
    }

    /**
     * Lane interceptor i, below 31, saw it; before anybody else can end it.
     *
     * @param header the one to send; null if that is the core's own
     */
    void seenBy(int i, byte @Nullable [] header) {
        waybill = header;
        STATE.set(this, (int) STATE.get(this) | 1 << i);
    }

    boolean wasSeenBy(int i) {
        return (state & 1 << i) != 0;
    }

    boolean hasEnded() {
        return state < 0;
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
        return ((int) STATE.getAndBitwiseOr(this, ENDED) & ENDED) == 0;
    }

    /** Dependents get plain futures. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
