package io.waybill.engine;

import io.waybill.message.State;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of a producer or consumer, and who is told of it. Listeners are called in order, one at a time. */
final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill");

    private final String who;
    private final BiConsumer<State, @Nullable Throwable> listener;
    private volatile State state = State.OPENING;
    private volatile @Nullable Throwable cause;

    Lifecycle(String who, BiConsumer<State, @Nullable Throwable> listener) {
        this.who = who;
        this.listener = listener;
    }

    State state() {
        return state;
    }

    /** Why it is not open, if it is not. */
    @Nullable
    Throwable cause() {
        return cause;
    }

    /** Moves on, unless that would be a step back from closing; tells listeners of a change. */
    void move(State next, @Nullable Throwable why) {
        if (state == next) {
            return;
        }
        synchronized (this) {
            boolean back = state == State.CLOSED || (state == State.CLOSING && next != State.CLOSED);
            if (state == next || back) {
                return;
            }
            state = next;
            cause = why;
            if (next == State.RECOVERING) {
                LOG.warn("{} is out of touch with the broker and tries again: {}", who, describe(why));
            } else {
                LOG.info("{} is {}", who, next);
            }
            try {
                listener.accept(next, why);
            } catch (RuntimeException e) {
                LOG.error("A state listener of {} failed", who, e);
            }
        }
    }

    private static String describe(@Nullable Throwable why) {
        return why == null ? "the broker is silent" : Failures.text(why);
    }
}
