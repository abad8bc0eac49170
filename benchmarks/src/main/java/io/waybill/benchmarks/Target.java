package io.waybill.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * What one arm is to reach. It counts as met when the bad end of the interval meets it, and the median, where more is asked of
 * that; some ask for the median alone.
 *
 * @param metric of what
 * @param arm by whom
 * @param baseline compared with whom; null for the figure itself
 * @param comparison how
 * @param bound what the interval's bad end must meet
 * @param median what the median must meet; the same as the bound where nothing more is asked
 * @param medianAlone whether the interval's ends do not count
 */
record Target(
        Metric metric,
        String arm,
        @Nullable String baseline,
        Comparison comparison,
        double bound,
        double median,
        boolean medianAlone) {

    /** How a figure is held against its bound. */
    enum Comparison {
        /** The ratio to the baseline is at least the bound. */
        RATIO_AT_LEAST(">= %s x", true),
        /** The ratio to the baseline is at most the bound. */
        RATIO_AT_MOST("<= %s x", false),
        /** The difference from the baseline is at most the bound. */
        MORE_AT_MOST("<= +%s", false),
        /** The figure itself is at least the bound. */
        AT_LEAST(">= %s", true),
        /** The figure itself is at most the bound. */
        AT_MOST("<= %s", false);

        private final String format;
        final boolean moreIsBetter;

        Comparison(String format, boolean moreIsBetter) {
            this.format = format;
            this.moreIsBetter = moreIsBetter;
        }

        boolean isRatio() {
            return this == RATIO_AT_LEAST || this == RATIO_AT_MOST;
        }
    }

    static Target ratioAtLeast(Metric metric, String arm, String baseline, double bound) {
        return new Target(metric, arm, baseline, Comparison.RATIO_AT_LEAST, bound, bound, false);
    }

    static Target ratioAtMost(Metric metric, String arm, String baseline, double bound) {
        return new Target(metric, arm, baseline, Comparison.RATIO_AT_MOST, bound, bound, false);
    }

    static Target moreAtMost(Metric metric, String arm, String baseline, double bound) {
        return new Target(metric, arm, baseline, Comparison.MORE_AT_MOST, bound, bound, false);
    }

    static Target atLeast(Metric metric, String arm, double bound) {
        return new Target(metric, arm, null, Comparison.AT_LEAST, bound, bound, false);
    }

    static Target atMost(Metric metric, String arm, double bound) {
        return new Target(metric, arm, null, Comparison.AT_MOST, bound, bound, false);
    }

    /** The same, and the median must meet this. */
    Target withMedian(double needed) {
        return new Target(metric, arm, baseline, comparison, bound, needed, false);
    }

    /** The same, and only the median must meet it. */
    Target ofMedian() {
        return new Target(metric, arm, baseline, comparison, bound, bound, true);
    }

    /** Whether the interval meets it. */
    boolean isMetBy(Statistics.Interval interval) {
        return comparison.moreIsBetter
                ? (medianAlone || interval.low() >= bound) && interval.median() >= median
                : (medianAlone || interval.high() <= bound) && interval.median() <= median;
    }

    /** The bound, for people. */
    String text() {
        String text = comparison.format.formatted(plain(bound));
        if (medianAlone) {
            return text + " (median)";
        }
        return median == bound ? text : text + " (median " + plain(median) + ")";
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
