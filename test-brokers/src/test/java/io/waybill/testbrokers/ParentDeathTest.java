package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ParentDeathTest {
    @Test
    void aBrokerDoesNotOutliveAParentThatEndsWithoutClosingIt() {
        try (ChildProcess parent = holder("exit")) {
            HeldBroker held = HeldBroker.by(parent);
            assertThat(parent.awaitExit(Duration.ofSeconds(20))).isZero();
            held.awaitGone();
        }
    }

    @Test
    void aBrokerDoesNotOutliveAKilledParent() {
        try (ChildProcess parent = holder("hold")) {
            HeldBroker held = HeldBroker.by(parent);
            assertThat(held.gone()).isFalse();
            parent.kill();
            held.awaitGone();
        }
    }

    @Test
    void aPausedBrokerDoesNotOutliveAKilledParent() {
        try (ChildProcess parent = holder("pause")) {
            HeldBroker held = HeldBroker.by(parent);
            assertThat(held.gone()).isFalse();
            parent.kill();
            held.awaitGone();
        }
    }

    private static ChildProcess holder(String what) {
        return HeldBroker.holder(what, "kafka");
    }
}
