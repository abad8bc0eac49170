package io.waybill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HoldTest {
    private final Hold hold = new Hold();

    @Test
    void oneAtATimeAndEachEndsItsOwn() {
        long first = hold.begin("a");
        assertThat(first).isPositive();
        assertThat(hold.begin("b")).isZero();
        assertThat(hold.isOn()).isTrue();
        assertThat(hold.reason()).isEqualTo("b");
        assertThat(hold.end(first)).isTrue();
        assertThat(hold.isOn()).isFalse();
        long second = hold.begin("c");
        assertThat(hold.end(first)).isFalse();
        assertThat(hold.isOn()).isTrue();
        assertThat(hold.end(second)).isTrue();
    }

    @Test
    void whatGetsThroughEndsIt() {
        assertThat(hold.passed()).isFalse();
        long first = hold.begin("a");
        assertThat(hold.passed()).isTrue();
        assertThat(hold.isOn()).isFalse();
        assertThat(hold.end(first)).isFalse();
    }

    @Test
    void aRowLastsUntilSomethingGetsThrough() {
        assertThat(hold.lasts()).isFalse();
        assertThat(hold.end(hold.begin("a"))).isTrue();
        await().pollInterval(Duration.ofMillis(20)).until(() -> hold.end(hold.begin("a")) && hold.lasts());
        assertThat(hold.passed()).isFalse();
        assertThat(hold.lasts()).isFalse();
    }

    @Test
    void aRowIsOverWhenNobodyAsksAnyMore() {
        long first = hold.begin("a");
        await().until(hold::lasts);
        hold.end(first);
        assertThat(hold.lasts()).isTrue();
        await().atMost(Duration.ofSeconds(3)).until(() -> !hold.lasts());
    }

    @Test
    void aPoolHandsOutNothingMeanwhileAndGoesOnAfterwards() {
        WorkerPool pool = new WorkerPool("test", 4);
        AtomicInteger done = new AtomicInteger();
        long number = pool.hold().begin("a");
        for (int i = 0; i < 100; i++) {
            pool.execute(done::incrementAndGet);
        }
        await().during(Duration.ofMillis(200)).until(() -> done.get() == 0);
        pool.pause();
        pool.endHold(number);
        await().during(Duration.ofMillis(200)).until(() -> done.get() == 0);
        assertThat(pool.hold().begin("b")).isPositive();
        pool.resume();
        await().during(Duration.ofMillis(200)).until(() -> done.get() == 0);
        pool.passed();
        await().until(() -> done.get() == 100);
        assertThat(pool.hold().begin("c")).isPositive();
        assertThat(pool.close(System.nanoTime() + 1_000_000_000)).isZero();
    }
}
