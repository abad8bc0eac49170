package io.waybill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.message.State;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LifecycleTest {
    @Test
    void aListenerThatMovesItOnIsToldOfItAfterwards() {
        List<State> told = new ArrayList<>();
        AtomicReference<Lifecycle> self = new AtomicReference<>();
        Lifecycle lifecycle = new Lifecycle("it", (state, cause) -> {
            if (state == State.RECOVERING) {
                self.get().move(State.CLOSING, null);
            }
            told.add(state);
        });
        self.set(lifecycle);
        lifecycle.move(State.OPEN, null);
        lifecycle.move(State.RECOVERING, null);
        assertThat(told).containsExactly(State.OPEN, State.RECOVERING, State.CLOSING);
    }

    @Test
    void aListenerIsCalledWithoutALock() throws Exception {
        AtomicReference<Lifecycle> self = new AtomicReference<>();
        Lifecycle lifecycle = new Lifecycle("it", (state, cause) -> {
            if (state == State.RECOVERING) {
                Thread other = new Thread(() -> self.get().move(State.CLOSING, null));
                other.start();
                try {
                    other.join(5_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                assertThat(other.isAlive())
                        .as("the other thread waits for a lock")
                        .isFalse();
            }
        });
        self.set(lifecycle);
        lifecycle.move(State.RECOVERING, null);
        assertThat(lifecycle.state()).isEqualTo(State.CLOSING);
    }

    @Test
    void anErrorOfAListenerIsNotPassedOn() {
        Lifecycle lifecycle = new Lifecycle("it", (state, cause) -> {
            throw new AssertionError("on purpose");
        });
        lifecycle.move(State.OPEN, null);
        assertThat(lifecycle.state()).isEqualTo(State.OPEN);
    }

    @Test
    void nothingComesAfterClosingButClosed() {
        Lifecycle lifecycle = new Lifecycle("it", (state, cause) -> {});
        lifecycle.move(State.CLOSING, null);
        lifecycle.move(State.OPEN, null);
        assertThat(lifecycle.state()).isEqualTo(State.CLOSING);
        lifecycle.move(State.CLOSED, null);
        lifecycle.move(State.RECOVERING, null);
        assertThat(lifecycle.state()).isEqualTo(State.CLOSED);
    }
}
