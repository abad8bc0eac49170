package io.waybill;

import io.waybill.message.State;
import org.jspecify.annotations.Nullable;

/**
 * Is told when a producer or consumer changes its state. Called in order, one call at a time, on a thread of Waybill's
 * that must not be blocked; what it throws is logged.
 */
@FunctionalInterface
public interface StateListener {
    /**
     * The state changed.
     *
     * @param state the new state
     * @param cause what it recovers from, or null
     */
    void changed(State state, @Nullable Throwable cause);
}
