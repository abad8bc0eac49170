package io.waybill.benchmarks;

import static io.waybill.benchmarks.Html.element;
import static io.waybill.benchmarks.Html.percent;
import static io.waybill.benchmarks.Html.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A bar for the median of each arm, and over it a dot for each sample. */
final class BarPlot {
    /** Samples that lie further out than so many times the greatest median do not make the bars small. */
    private static final double LONGEST = 2;

    private static final double TOP = 4;
    private static final double BOTTOM = 18;

    private final Results results;
    private final Metric metric;
    private final Axis axis;

    private BarPlot(Results results, Metric metric) {
        this.results = results;
        this.metric = metric;
        this.axis = Axis.fromZero(longest(results, metric));
    }

    static String of(Results results, Metric metric) {
        return new BarPlot(results, metric).figure();
    }

    private static double longest(Results results, Metric metric) {
        double median = 0;
        double sample = 0;
        for (Scenario.Arm arm : results.scenario().arms()) {
            double[] figures = results.figures(arm.name(), metric);
            if (figures.length > 0) {
                median = Math.max(median, Statistics.median(figures));
                sample = Math.max(sample, Arrays.stream(figures).max().orElse(0));
            }
        }
        return Math.min(sample, LONGEST * median);
    }

    private String figure() {
        StringBuilder rows = new StringBuilder(axis.grid());
        results.scenario().arms().forEach(arm -> rows.append(row(arm)));
        return element(
                        "figure.plot",
                        "\n"
                                + element(
                                        "figcaption", text(metric.id) + ", " + element("span.soft", Html.unit(metric)))
                                + "\n" + element("div.rows", "\n" + rows) + "\n" + axis.scale())
                + "\n";
    }

    private String row(Scenario.Arm arm) {
        String name = element("span", text(arm.name()));
        String failure = results.failures().get(arm.name());
        double[] figures = results.figures(arm.name(), metric);
        if (failure != null || figures.length == 0) {
            return element("div.row", element("p", name + element("span.missed", failed(failure)))) + "\n";
        }
        double median = Statistics.median(figures);
        return element(
                        "div.row." + kind(arm),
                        element("p", name + element("b", Report.number(median))) + strip(median, figures))
                + "\n";
    }

    private static String failed(@Nullable String why) {
        return why == null ? "nothing measured" : "FAILED: " + text(why);
    }

    private String kind(Scenario.Arm arm) {
        return results.scenario().work() == Scenario.Work.CORE || arm.client().equals("waybill") ? "ours" : "theirs";
    }

    private String strip(double median, double[] figures) {
        StringBuilder strip = new StringBuilder(
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"strip\" aria-hidden=\"true\">")
                .append("<rect class=\"bar\" x=\"0\" y=\"2\" width=\"%s\" height=\"18\" rx=\"2\"/>"
                        .formatted(axis.at(median)));
        for (int i = 0; i < figures.length; i++) {
            strip.append(dot(figures[i], TOP + (BOTTOM - TOP) * (i + 0.5) / figures.length, i + 1));
        }
        return strip.append("</svg>").toString();
    }

    private String dot(double value, double height, int number) {
        String y = percent(height / (TOP + BOTTOM) * 100);
        String title = "<title>sample %d: %s</title>".formatted(number, Html.figure(value, metric));
        return axis.holds(value)
                ? "<circle class=\"dot\" cx=\"%s\" cy=\"%s\" r=\"2.5\">%s</circle>".formatted(axis.at(value), y, title)
                : "<text class=\"beyond\" x=\"100%%\" y=\"%s\">&#187;%s</text>".formatted(y, title);
    }
}
