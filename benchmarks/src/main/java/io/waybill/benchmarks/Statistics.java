package io.waybill.benchmarks;

import java.util.Arrays;
import java.util.Random;

/** Medians, and how sure they are. */
final class Statistics {
    private static final int RESAMPLES = 10_000;
    private static final double TAIL = 0.025;
    private static final long SEED = 42;

    /**
     * A median with its interval of 95 %.
     *
     * @param median the median
     * @param low the lower end
     * @param high the upper end
     */
    record Interval(double median, double low, double high) {}

    private Statistics() {}

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The median, and the 2.5 % and 97.5 % points of the medians of 10,000 samples drawn from these with replacement. */
    static Interval bootstrap(double[] values) {
        Random random = new Random(SEED);
        double[] medians = new double[RESAMPLES];
        double[] drawn = new double[values.length];
        for (int i = 0; i < RESAMPLES; i++) {
            for (int j = 0; j < drawn.length; j++) {
                drawn[j] = values[random.nextInt(values.length)];
            }
            medians[i] = median(drawn);
        }
        Arrays.sort(medians);
        int tail = (int) (RESAMPLES * TAIL);
        return new Interval(median(values), medians[tail], medians[RESAMPLES - 1 - tail]);
    }
}
