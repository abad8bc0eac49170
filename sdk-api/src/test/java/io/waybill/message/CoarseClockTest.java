package io.waybill.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CoarseClockTest {
    /** What a machine that is busy may add to a millisecond. */
    private static final long LATE = 500;

    private static boolean ticks() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("waybill-clock"));
    }

    private static void assertNow(long millis) {
        assertThat(System.currentTimeMillis() - millis).isBetween(0L, LATE);
    }

    @Test
    void whileManyAskAThreadReadsForThem() {
        boolean ticked = false;
        long first = CoarseClock.millis();
        for (long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300); System.nanoTime() < end; ) {
            for (int i = 0; i < 1_000; i++) {
                assertNow(CoarseClock.millis());
            }
            ticked |= ticks();
        }
        assertThat(ticked).isTrue();
        assertThat(CoarseClock.millis()).isGreaterThan(first);

        await("it ends when nobody has asked for a second").until(() -> !ticks());
        assertNow(CoarseClock.millis());
        assertThat(ticks()).as("one who asks reads for himself").isFalse();
    }
}
