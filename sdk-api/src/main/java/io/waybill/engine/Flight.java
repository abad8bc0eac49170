package io.waybill.engine;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends that were handed over together or one after the other, and how many of them have ended: so a lane lets go of many at
 * once, and need not look at each, which another processor has just written to. Everything but the count is guarded by the
 * lane's lists.
 */
final class Flight extends AtomicInteger {
    private static final long serialVersionUID = 1L;

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
        sends[size++] = send;
    }

    /** One of them has ended, and its caller has heard; whether all of a full flight have. */
    boolean ended() {
        return incrementAndGet() == sends.length;
    }

    /** Whether all that were added have ended. */
    boolean isOver() {
        return get() == size;
    }

    /** Lets go of what has ended, and adds what is over its time to a list. */
    void sweep(ProducerCore core, List<PendingSend> late) {
        for (int i = 0; i < size; i++) {
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
