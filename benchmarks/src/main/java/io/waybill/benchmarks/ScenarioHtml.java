package io.waybill.benchmarks;

import static io.waybill.benchmarks.Html.element;
import static io.waybill.benchmarks.Html.text;

import io.waybill.benchmarks.Results.Row;
import java.util.List;
import java.util.stream.Stream;

/** The part of the page that is about one scenario. */
final class ScenarioHtml {
    private final Results results;
    private final Scenario scenario;

    private ScenarioHtml(Results results) {
        this.results = results;
        this.scenario = results.scenario();
    }

    static String of(Results results) {
        return new ScenarioHtml(results).section();
    }

    private String section() {
        return "<section class=\"scenario\" id=\"" + text(scenario.id()) + "\">\n"
                + element("h3", text(scenario.id())) + "\n"
                + element("p", text(scenario.title())) + "\n"
                + element("p.soft", rounds()) + "\n"
                + element("div.plots", "\n" + bars() + compared()) + "\n" + figures() + "</section>\n";
    }

    private String rounds() {
        int samples =
                results.samples().values().stream().mapToInt(List::size).max().orElse(0);
        return "Medians of " + samples + (samples == 1 ? " sample" : " samples")
                + (results.rejected() == 0
                        ? "."
                        : "; repeated because the host took the processors: " + results.rejected() + ".");
    }

    private String bars() {
        StringBuilder plots = new StringBuilder();
        plotted().forEach(metric -> plots.append(BarPlot.of(results, metric)));
        return element("div", "\n" + plots) + "\n";
    }

    private List<Metric> plotted() {
        return switch (scenario.work()) {
            case LATENCY, DELIVERY -> List.of(Metric.P50, Metric.P99);
            case SEND, BLOCKING_SEND, CONSUME, START, KILL, CORE ->
                scenario.work().metrics.subList(0, 1);
        };
    }

    private String compared() {
        String content = ForestPlot.of(results) + others();
        return content.isEmpty() ? "" : element("div", "\n" + content) + "\n";
    }

    /** What is no ratio does not fit the axis of the ratios. */
    private String others() {
        List<Row> rows = results.rows().stream()
                .filter(row -> row.target() != null && !ForestPlot.isRatio(row))
                .toList();
        if (rows.isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder(
                "<tr><th scope=\"col\">Not a ratio</th><th scope=\"col\"></th><th scope=\"col\" class=\"number\">Measured</th>"
                        + "<th scope=\"col\">Target</th></tr>\n");
        for (Row row : rows) {
            table.append(element(
                            "tr",
                            element("td", text(ReportHtml.compared(row)))
                                    + element("td", ForestPlot.verdict(row))
                                    + element("td.number", ReportHtml.measured(row))
                                    + element("td", ReportHtml.target(row))))
                    .append('\n');
        }
        return Html.table(scenario.id() + ": differences and figures", table.toString());
    }

    private String figures() {
        List<Metric> metrics = Stream.of(Metric.values())
                .filter(metric ->
                        scenario.arms().stream().anyMatch(arm -> results.figures(arm.name(), metric).length > 0))
                .toList();
        StringBuilder table = new StringBuilder("<tr><th scope=\"col\">Arm</th>");
        for (Metric metric : metrics) {
            table.append("<th scope=\"col\" class=\"number\">")
                    .append(text(metric.id))
                    .append(element("span.unit", Html.unit(metric)))
                    .append("</th>");
        }
        table.append("</tr>\n");
        scenario.arms().forEach(arm -> table.append(row(arm, metrics)));
        return Html.table(scenario.id() + ": all figures", table.toString());
    }

    private String row(Scenario.Arm arm, List<Metric> metrics) {
        StringBuilder row = new StringBuilder("<th scope=\"row\">" + text(arm.name()) + "</th>");
        String failure = results.failures().get(arm.name());
        if (failure != null) {
            row.append("<td class=\"failure\" colspan=\"")
                    .append(Math.max(1, metrics.size()))
                    .append("\">FAILED: ")
                    .append(text(failure))
                    .append("</td>");
        } else {
            for (Metric metric : metrics) {
                double[] figures = results.figures(arm.name(), metric);
                row.append(element("td.number", figures.length == 0 ? "" : Report.number(Statistics.median(figures))));
            }
        }
        return element("tr", row.toString()) + "\n";
    }
}
