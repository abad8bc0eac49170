package io.waybill.interceptors;

import org.jspecify.annotations.Nullable;

/** One of Resilience4j's objects around a call. Each type of them has its class here, which alone needs its jar. */
abstract class Guard {
    /** Null if the call may go on, or why not. May wait as long as the object's own settings say. */
    abstract @Nullable Refusal enter();

    /** The call that was let in is not made. */
    abstract void leave();

    /** The time that {@link #ended} gets back. */
    long start() {
        return 0;
    }

    /** The call that was let in has ended. */
    abstract void ended(long start, @Nullable Object result, @Nullable Throwable failure);

    /** Whether a failure of a call, which has been told, says more of what is called than of this call. */
    boolean isTrippedBy(Throwable failure) {
        return false;
    }
}
