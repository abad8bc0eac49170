package io.waybill.engine;

import io.waybill.message.Delivery;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A delivery in its lane. Touched by the polling thread until it is offered, then by who runs the lane. */
final class Entry {
    final long index;
    final int size;

    /** Null once it is finished: an idle lane keeps its last entry, but nothing of the message. */
    private @Nullable Delivery delivery;

    /** Behind it in the lane. */
    @Nullable
    Entry next;

    /** How often it failed in this process. */
    int failures;

    /** Why it is to be dead-lettered, once that is decided. */
    @Nullable
    Throwable deadBecause;

    Entry(Delivery delivery, long index, int size) {
        this.delivery = delivery;
        this.index = index;
        this.size = size;
    }

    Delivery delivery() {
        return Objects.requireNonNull(delivery, "finished");
    }

    void tryAgain() {
        delivery = delivery().nextAttempt();
    }

    void finish() {
        delivery = null;
        deadBecause = null;
    }
}
