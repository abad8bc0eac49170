package io.waybill.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends that were handed over together or one after the other, and how many of them have ended: so a lane lets go of many at
 * once, and need not look at each, which another processor has just written to.
 *
 * <p>Whoever holds the lane's baton adds, without a lock; who sweeps sees what was added before. The links are guarded by the
 * lane's lists, ended sends are counted by any thread.
 */
final class Flight extends AtomicInteger {
    private static final long serialVersionUID = 1L;
    private static final VarHandle SIZE;

    static {
        try {
            SIZE = MethodHandles.lookup().findVarHandle(Flight.class, "size", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final transient @Nullable PendingSend[] sends;
    private int size;

    /** Behind it in the lane. */
    transient @Nullable Flight next;

    Flight(int capacity) {
        sends = new PendingSend[capacity];
    }

    /**
     * Leaves the lane's list; returns what was behind it. A link that stayed would lead a collector from a dead flight that is old to
     * all those after it, and it would copy them as if they lived.
     */
    @Nullable
    Flight unlink() {
        Flight behind = next;
        next = null;
        return behind;
    }

    boolean hasRoom() {
        return size < sends.length;
    }

    void add(PendingSend send) {
        send.flight = this;
        sends[size] = send;
        SIZE.setRelease(this, size + 1);
    }

    /** One of them has ended, and its caller has heard; whether all of a full flight have. */
    boolean ended() {
        return incrementAndGet() == sends.length;
    }

    /** Whether it is full, and all have ended. */
    boolean isOver() {
        return get() == sends.length;
    }

    /** Lets go of what has ended, and adds what is over its time to a list. */
    void sweep(ProducerCore core, List<PendingSend> late) {
        int added = (int) SIZE.getAcquire(this);
        for (int i = 0; i < added; i++) {
            PendingSend send = sends[i];
            if (send != null) {
                if (send.hasEnded()) {
                    sends[i] = null;
                } else if (core.isOver(send.deadline)) {
                    late.add(send);
                }
            }
        }
    }
}
