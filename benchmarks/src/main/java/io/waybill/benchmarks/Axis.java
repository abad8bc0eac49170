package io.waybill.benchmarks;

import static io.waybill.benchmarks.Html.percent;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Where figures lie in a drawing.
 *
 * @param low the figure at its left end
 * @param high the figure at its right end
 * @param logarithmic whether equal ratios are equally far
 * @param ticks the figures that are written under it
 */
record Axis(double low, double high, boolean logarithmic, List<Double> ticks) {
    private static final double[] STEPS = {1, 2, 5, 10};
    private static final double[] TENS = {1};
    private static final double[] THIRDS = {1, 2, 5};
    private static final double[] MANY = {1, 1.5, 2, 3, 4, 6, 8};
    private static final double LEAST_RATIO = 1.1;
    private static final double MARGIN = 0.05;
    private static final double WIDE = 4;
    private static final int MOST_TICKS = 9;
    private static final double SLACK = 1e-9;

    /** From zero to a figure, or a little more. */
    static Axis fromZero(double most) {
        double high = most > 0 ? most * (1 + MARGIN / 2) : 1;
        return new Axis(0, high, false, multiples(0, high, nice(high / 5)));
    }

    /** For ratios between these two; 1 is always in it. */
    static Axis ofRatios(double least, double most) {
        double low = Math.min(least, 1 / LEAST_RATIO);
        double high = Math.max(most, LEAST_RATIO);
        double margin = Math.pow(high / low, MARGIN);
        low /= margin;
        high *= margin;
        return new Axis(
                low, high, true, high / low < WIDE ? multiples(low, high, nice((high - low) / 6)) : powers(low, high));
    }

    private static List<Double> multiples(double low, double high, double step) {
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - SLACK); i * step <= high; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** As many as can be read: tens, or some of their multiples between them. */
    private static List<Double> powers(double low, double high) {
        List<Double> ticks = List.of();
        for (double[] digits : List.of(TENS, THIRDS, MANY)) {
            List<Double> more = powers(low, high, digits);
            if (ticks.isEmpty() || more.size() <= MOST_TICKS) {
                ticks = more;
            }
        }
        return ticks;
    }

    private static List<Double> powers(double low, double high, double[] digits) {
        List<Double> ticks = new ArrayList<>();
        for (int power = (int) Math.floor(Math.log10(low)); Math.pow(10, power) <= high; power++) {
            for (double digit : digits) {
                double tick = digit * Math.pow(10, power);
                if (tick >= low && tick <= high) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    /** The least step that is at least so large. */
    private static double nice(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double step : STEPS) {
            if (step * power >= least * (1 - SLACK)) {
                return step * power;
            }
        }
        return 10 * power;
    }

    boolean holds(double figure) {
        return figure >= low && figure <= high;
    }

    /** How far from the left end, in per cent; at an end what lies beyond it. */
    double place(double figure) {
        double share = logarithmic ? Math.log(figure / low) / Math.log(high / low) : (figure - low) / (high - low);
        return 100 * Math.min(1, Math.max(0, share));
    }

    String at(double figure) {
        return percent(place(figure));
    }

    /** The lines behind the rows of a plot. */
    String grid() {
        StringBuilder lines =
                new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"grid\" aria-hidden=\"true\">");
        ticks.forEach(
                tick -> lines.append("<line x1=\"%1$s\" x2=\"%1$s\" y1=\"0\" y2=\"100%%\"/>".formatted(at(tick))));
        if (logarithmic) {
            lines.append("<line class=\"one\" x1=\"%1$s\" x2=\"%1$s\" y1=\"0\" y2=\"100%%\"/>".formatted(at(1)));
        }
        return lines.append("</svg>\n").toString();
    }

    /** The figures under the rows of a plot. */
    String scale() {
        StringBuilder names =
                new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"scale\" aria-hidden=\"true\">");
        ticks.forEach(tick -> names.append("<text x=\"%s\" y=\"12\">%s</text>".formatted(at(tick), name(tick))));
        return names.append("</svg>\n").toString();
    }

    private static String name(double tick) {
        if (tick >= 1e6) {
            return plain(tick / 1e6) + "M";
        }
        return tick >= 1e4 ? plain(tick / 1e3) + "k" : plain(tick);
    }

    private static String plain(double number) {
        return new BigDecimal(number)
                .round(new MathContext(4))
                .stripTrailingZeros()
                .toPlainString();
    }
}
