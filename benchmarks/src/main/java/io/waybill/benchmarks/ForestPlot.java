package io.waybill.benchmarks;

import static io.waybill.benchmarks.Html.element;
import static io.waybill.benchmarks.Html.percent;
import static io.waybill.benchmarks.Html.text;

import io.waybill.benchmarks.Results.Row;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;

/** A point and its interval for each ratio of a scenario, on one logarithmic axis. */
final class ForestPlot {
    private final List<Row> rows;
    private final Axis axis;

    private ForestPlot(List<Row> rows) {
        this.rows = rows;
        this.axis = Axis.ofRatios(
                rows.stream().flatMapToDouble(ForestPlot::figures).min().orElse(1),
                rows.stream().flatMapToDouble(ForestPlot::figures).max().orElse(1));
    }

    /** Nothing if the scenario compares nothing by ratio. */
    static String of(Results results) {
        List<Row> rows = results.rows().stream().filter(ForestPlot::isRatio).toList();
        return rows.isEmpty() ? "" : new ForestPlot(rows).figure();
    }

    static boolean isRatio(Row row) {
        Target target = row.target();
        return target == null ? row.ratio() != null : target.comparison().isRatio();
    }

    private static DoubleStream figures(Row row) {
        Statistics.Interval ratio = row.ratio();
        Target target = row.target();
        return DoubleStream.concat(
                        ratio == null ? DoubleStream.empty() : DoubleStream.of(ratio.low(), ratio.high()),
                        target == null ? DoubleStream.empty() : DoubleStream.of(target.bound(), target.median()))
                .filter(figure -> figure > 0 && Double.isFinite(figure));
    }

    private String figure() {
        StringBuilder lines = new StringBuilder(axis.grid());
        rows.forEach(row -> lines.append(line(row)));
        return element(
                        "figure.plot.forest",
                        "\n" + element("figcaption", "ratios, " + element("span.soft", "logarithmic")) + "\n"
                                + element("div.rows", "\n" + lines) + "\n" + axis.scale())
                + "\n";
    }

    private String line(Row row) {
        Statistics.Interval ratio = row.ratio();
        String head = element(
                "p",
                element("span", text(Report.compared(row)))
                        + element(
                                "span",
                                element("b", ratio == null ? "" : Report.number(ratio.median())) + " " + verdict(row)));
        return element("div.row." + kind(row), head + (ratio == null ? "" : strip(row, ratio))) + "\n";
    }

    /** The word that a row ends with. */
    static String verdict(Row row) {
        return switch (kind(row)) {
            case "met" -> element("span.verdict.met", "met");
            case "missed" -> element("span.verdict.missed", "NOT met");
            default -> element("span.verdict.again", "A/A");
        };
    }

    private static String kind(Row row) {
        if (row.target() == null) {
            return "again";
        }
        return Boolean.TRUE.equals(row.met()) ? "met" : "missed";
    }

    private String strip(Row row, Statistics.Interval ratio) {
        StringBuilder strip =
                new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"strip\" aria-hidden=\"true\">");
        if (row.target() != null) {
            strip.append(noise(row)).append(goal(row.target()));
        }
        strip.append("<line class=\"interval\" x1=\"%s\" x2=\"%s\" y1=\"50%%\" y2=\"50%%\"/>"
                .formatted(axis.at(ratio.low()), axis.at(ratio.high())));
        for (double end : new double[] {ratio.low(), ratio.high()}) {
            strip.append(
                    "<line class=\"interval\" x1=\"%1$s\" x2=\"%1$s\" y1=\"7\" y2=\"15\"/>".formatted(axis.at(end)));
        }
        return strip.append("<circle class=\"median\" cx=\"%s\" cy=\"50%%\" r=\"4.5\"><title>%s</title></circle></svg>"
                        .formatted(axis.at(ratio.median()), Report.interval(ratio)))
                .toString();
    }

    /** How far the same client is from itself, in this metric. */
    private String noise(Row row) {
        return rows.stream()
                .filter(other -> other.target() == null && other.metric() == row.metric())
                .map(Row::ratio)
                .filter(Objects::nonNull)
                .findFirst()
                .map(ratio -> band("noise", axis.place(ratio.low()), axis.place(ratio.high())))
                .orElse("");
    }

    /** A tick at the bound, dashes at what the median must reach if that is more, a beam on the good side. */
    private String goal(Target target) {
        double bound = axis.place(target.bound());
        String beam = target.comparison().moreIsBetter ? band("good", bound, 100) : band("good", 0, bound);
        String tick =
                "<line class=\"tick\" x1=\"%1$s\" x2=\"%1$s\" y1=\"0\" y2=\"100%%\"><title>target %2$s</title></line>"
                        .formatted(axis.at(target.bound()), text(target.text()));
        String median = target.median() == target.bound()
                ? ""
                : "<line class=\"tick median-tick\" x1=\"%1$s\" x2=\"%1$s\" y1=\"0\" y2=\"100%%\"/>"
                        .formatted(axis.at(target.median()));
        return beam + tick + median;
    }

    private static String band(String kind, double from, double to) {
        return "<rect class=\"%s\" x=\"%s\" y=\"0\" width=\"%s\" height=\"100%%\"/>"
                .formatted(kind, percent(from), percent(to - from));
    }
}
