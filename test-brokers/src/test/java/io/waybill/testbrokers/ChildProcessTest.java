package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChildProcessTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void keepsTheLastLinesAndFindsTheFirstThatFits() {
        try (ChildProcess child = talker("count").start()) {
            assertThat(child.awaitExit(SOON)).isZero();
            assertThat(child.awaitLine("line 19999"::equals, SOON)).isEqualTo("line 19999");
            assertThat(child.awaitLine(line -> line.startsWith("line 15"), SOON))
                    .isEqualTo("line 15000");
            assertThat(child.lines()).hasSize(10_000).startsWith("line 10000");
            assertThatThrownBy(() -> child.awaitLine("never"::equals, SOON))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ended without the line")
                    .hasMessageContaining("line 19999");
        }
    }

    @Test
    void aFailingMainEndsTheProcessAndLeavesItsStackInTheTail() {
        try (ChildProcess child = talker("fail")
                .systemProperty("word", "here")
                .environment("WORD", "there")
                .start()) {
            assertThat(child.awaitExit(SOON)).isEqualTo(1);
            assertThatThrownBy(() -> child.awaitLine("never"::equals, SOON)).isInstanceOf(IllegalStateException.class);
            await().until(() -> child.tail().contains("told to fail: here there"));
            assertThatThrownBy(child::pause)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has ended");
        }
    }

    @Test
    void stopLetsTheProcessEndInOrderEvenIfItWasPaused() {
        try (ChildProcess child = talker("wait").start()) {
            assertThat(child.awaitLine("waiting"::equals, SOON)).isEqualTo("waiting");
            child.pause();
            assertThat(child.alive()).isTrue();
            child.stop(SOON);
            assertThat(child.alive()).isFalse();
            assertThat(child.awaitLine("in order \u2713"::equals, SOON)).isNotEmpty();
            assertThat(child.awaitExit(SOON)).isEqualTo(128 + 15);
        }
    }

    @Test
    void killEndsAPausedProcessAndOneThatIgnoresTheTerminal() {
        try (ChildProcess child = talker("wait").start()) {
            assertThat(child.awaitLine("waiting"::equals, SOON)).isEqualTo("waiting");
            Shell.signal(child.handle().pid(), "INT");
            assertThatThrownBy(() -> child.awaitLine("never"::equals, Duration.ofMillis(300)))
                    .hasMessageContaining("within PT0.3S");
            assertThat(child.alive()).isTrue();
            child.pause();
            child.kill();
            child.kill();
            assertThat(child.alive()).isFalse();
            assertThat(child.awaitExit(SOON)).isEqualTo(128 + 9);
            assertThat(child.lines()).doesNotContain("in order \u2713");
        }
    }

    @Test
    void aHeapThatIsNoneIsRefused() {
        assertThatThrownBy(() -> talker("count").heap("lots")).isInstanceOf(IllegalArgumentException.class);
    }

    private static ChildProcess.Builder talker(String what) {
        return ChildProcess.java(Talker.class.getName()).heap("32m").arguments(what);
    }
}
