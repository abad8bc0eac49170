package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ParentDeathTest {
    private static final Duration START = Duration.ofSeconds(60);

    @Test
    void aBrokerDoesNotOutliveAParentThatEndsWithoutClosingIt() {
        try (ChildProcess parent = holder("exit")) {
            Held held = Held.by(parent);
            assertThat(parent.awaitExit(Duration.ofSeconds(20))).isZero();
            held.awaitGone();
        }
    }

    @Test
    void aBrokerDoesNotOutliveAKilledParent() {
        try (ChildProcess parent = holder("hold")) {
            Held held = Held.by(parent);
            assertThat(held.gone()).isFalse();
            parent.kill();
            held.awaitGone();
        }
    }

    @Test
    void aPausedBrokerDoesNotOutliveAKilledParent() {
        try (ChildProcess parent = holder("pause")) {
            Held held = Held.by(parent);
            assertThat(held.gone()).isFalse();
            parent.kill();
            held.awaitGone();
        }
    }

    private static ChildProcess holder(String what) {
        return ChildProcess.java(BrokerHolder.class.getName())
                .heap("64m")
                .arguments(what)
                .start();
    }

    private record Held(long pid, Path folder) {
        static Held by(ChildProcess parent) {
            String[] words =
                    parent.awaitLine(line -> line.startsWith("broker "), START).split(" ", -1);
            return new Held(Long.parseLong(words[1]), Path.of(words[2]));
        }

        void awaitGone() {
            await().atMost(Duration.ofSeconds(20)).until(this::gone);
        }

        boolean gone() {
            return ended() && !Files.exists(folder);
        }

        /** A process that has ended stays as a zombie where nobody collects it, in a bare container for example. */
        private boolean ended() {
            if (ProcessHandle.of(pid).map(ProcessHandle::isAlive).isEmpty()) {
                return true;
            }
            try {
                String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
                return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
            } catch (NoSuchFileException e) {
                return ProcessHandle.of(pid).isEmpty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
