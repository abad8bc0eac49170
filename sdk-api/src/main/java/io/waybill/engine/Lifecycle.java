package io.waybill.engine;

import io.waybill.message.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of a producer or consumer, and who is told of it. Listeners are called in order, one at a time, and without a
 * lock: a listener may close what it listens to.
 */
final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill");

    private record Change(State state, @Nullable Throwable cause) {}

    private final String who;
    private final BiConsumer<State, @Nullable Throwable> listener;
    private volatile State state = State.OPENING;
    private volatile @Nullable Throwable cause;

    // guarded by this
    private final Deque<Change> untold = new ArrayDeque<>();
    private boolean telling;

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

    /** Moves on, unless that would be a step back from closing; the listener is told of a change. */
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
            untold.add(new Change(next, why));
            if (telling) {
                return; // whoever tells now tells this too
            }
            telling = true;
        }
        for (Change change = next(); change != null; change = next()) {
            tell(change);
        }
    }

    private synchronized @Nullable Change next() {
        Change change = untold.poll();
        telling = change != null;
        return change;
    }

    private void tell(Change change) {
        if (change.state() == State.RECOVERING) {
            LOG.warn("{} is out of touch with the broker and tries again: {}", who, describe(change.cause()));
        } else {
            LOG.info("{} is {}", who, change.state());
        }
        try {
            listener.accept(change.state(), change.cause());
        } catch (Throwable e) {
            LOG.error("A state listener of {} failed", who, e);
        }
    }

    private static String describe(@Nullable Throwable why) {
        return why == null ? "the broker is silent" : Failures.text(why);
    }
}
