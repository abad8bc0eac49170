package io.waybill.message;

import java.time.Duration;

/**
 * How often a failing delivery is tried, and how long its key waits in between (rule C7). The waiting holds no thread.
 *
 * <p>Only failures count, and those of one ownership: what a broker gave back unhandled, or another instance tried, has all
 * attempts again.
 *
 * <p>The wait doubles from {@code first} up to {@code longest}, and is shortened by up to a fifth at random so that
 * instances do not march in step.
 *
 * @param attempts how often a delivery is handled at most, the first time included; {@link #FOREVER} for no limit
 * @param first the wait after the first failure
 * @param longest the longest wait
 */
public record RetryPolicy(int attempts, Duration first, Duration longest) {
    /** No limit of attempts: a failing message holds its key until it succeeds or is refused. */
    public static final int FOREVER = Integer.MAX_VALUE;

    /** Five attempts, 100 ms to 10 s. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(10));

    /**
     * Checks the values.
     *
     * @param attempts how often a delivery is handled at most, the first time included; {@link #FOREVER} for no limit
     * @param first the wait after the first failure
     * @param longest the longest wait
     */
    public RetryPolicy {
        if (attempts < 1) {
            throw new MessagingException(
                    ErrorKind.INVALID, "A retry policy was given " + attempts + " attempts; use 1 or more");
        }
        if (first.isNegative() || longest.compareTo(first) < 0) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "A retry policy was given waits of " + first + " to " + longest
                            + "; use waits of 0 or more, the longest not below the first");
        }
    }

    /**
     * A policy with the default waits.
     *
     * @param attempts how often at most, the first time included
     * @return the policy
     */
    public static RetryPolicy attempts(int attempts) {
        return new RetryPolicy(attempts, DEFAULT.first(), DEFAULT.longest());
    }

    /**
     * A copy with other waits.
     *
     * @param firstWait the wait after the first failure
     * @param longestWait the longest wait
     * @return the policy
     */
    public RetryPolicy backoff(Duration firstWait, Duration longestWait) {
        return new RetryPolicy(attempts, firstWait, longestWait);
    }

    /**
     * The wait after a failure.
     *
     * @param failures how many there were, at least 1
     * @param random from 0 to below 1
     * @return nanoseconds
     */
    public long waitNanos(int failures, double random) {
        double doubled = nanos(first) * Math.pow(2, Math.min(62, failures - 1));
        double capped = Math.min(doubled, nanos(longest));
        return (long) (capped * (1 - 0.2 * random));
    }

    /** Of any duration, however long. */
    private static double nanos(Duration duration) {
        return duration.getSeconds() * 1e9 + duration.getNano();
    }
}
