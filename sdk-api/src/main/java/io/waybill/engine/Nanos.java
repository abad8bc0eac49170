package io.waybill.engine;

import java.time.Duration;

/** Durations as nanoseconds, for {@link System#nanoTime}. */
public final class Nanos {
    /** Half of what fits, so that a deadline does not run over. */
    private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE / 2);

    private Nanos() {}

    /**
     * Counts nanoseconds.
     *
     * @param duration a span of time
     * @return its nanoseconds; what is longer than 146 years is 146 years
     */
    public static long of(Duration duration) {
        return duration.compareTo(FOR_EVER) >= 0 ? FOR_EVER.toNanos() : duration.toNanos();
    }

    /**
     * What is left until a deadline.
     *
     * @param deadline a value of {@link System#nanoTime}
     * @return the time until then, or zero
     */
    public static Duration until(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}
