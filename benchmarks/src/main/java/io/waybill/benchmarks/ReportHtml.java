package io.waybill.benchmarks;

import static io.waybill.benchmarks.Html.element;
import static io.waybill.benchmarks.Html.link;
import static io.waybill.benchmarks.Html.text;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.waybill.benchmarks.Results.Row;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** The report as one page that needs nothing else: no scripts, no fonts, no other files. It is XML, too. */
final class ReportHtml {
    private static final String STYLE = "report.css";
    private static final int COLUMNS = 6;

    private final Report report;
    private final List<Row> targets;
    private final StringBuilder page = new StringBuilder();

    private ReportHtml(Report report) {
        this.report = report;
        this.targets =
                report.rows().stream().filter(row -> row.target() != null).toList();
    }

    static String page(Report report) {
        return new ReportHtml(report).page();
    }

    private String page() {
        page.append("""
                        <!DOCTYPE html>
                        <html xmlns="http://www.w3.org/1999/xhtml" lang="en">
                        <head>
                        <meta charset="utf-8"/>
                        <meta name="viewport" content="width=device-width, initial-scale=1"/>
                        <title>Waybill bench</title>
                        <style>
                        """)
                .append(style())
                .append("</style>\n</head>\n<body>\n<header>\n<h1>Waybill beside the brokers' own clients</h1>\n");
        head();
        page.append("</header>\n<main>\n");
        summary();
        howToRead();
        brokers().forEach(this::broker);
        page.append("</main>\n</body>\n</html>\n");
        return page.toString();
    }

    private static String style() {
        try (InputStream in = Objects.requireNonNull(ReportHtml.class.getResourceAsStream(STYLE), STYLE)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- the head

    private void head() {
        long met =
                targets.stream().filter(row -> Boolean.TRUE.equals(row.met())).count();
        page.append(element("p.tally", element("b", met + " of " + targets.size()) + " targets are met."))
                .append('\n');
        List<Results> failed = report.results().stream()
                .filter(result -> !result.failures().isEmpty())
                .toList();
        if (!failed.isEmpty()) {
            page.append("<p class=\"failure\">Failed, and so without figures:</p>\n<ul class=\"failure\">\n");
            failed.forEach(this::failed);
            page.append("</ul>\n");
        }
        page.append("<dl class=\"environment\">\n");
        report.environment().forEach((name, value) -> {
            if (!value.isBlank()) {
                page.append(element("dt", text(name)))
                        .append(element("dd", text(value)))
                        .append('\n');
            }
        });
        page.append("</dl>\n");
    }

    private void failed(Results result) {
        String id = result.scenario().id();
        result.failures()
                .forEach((arm, why) -> page.append(element("li", link(id, text(id)) + ", " + text(arm + ": " + why)))
                        .append('\n'));
    }

    // --- the table of targets

    private void summary() {
        page.append("<h2>Targets</h2>\n");
        if (targets.isEmpty()) {
            page.append("<p>What was measured has none.</p>\n");
            return;
        }
        StringBuilder table =
                new StringBuilder("<thead><tr><th scope=\"col\">Scenario</th><th scope=\"col\">Verdict</th>"
                        + "<th scope=\"col\">Compared</th><th scope=\"col\" class=\"number\">Measured</th>"
                        + "<th scope=\"col\">95 % interval</th><th scope=\"col\">Target</th></tr></thead>\n");
        for (String broker : brokers()) {
            table.append("<tbody>\n<tr><th class=\"broker\" scope=\"rowgroup\" colspan=\"" + COLUMNS + "\">")
                    .append(text(broker))
                    .append("</th></tr>\n");
            targets.stream()
                    .filter(row -> row.scenario().broker().equals(broker))
                    .forEach(row -> table.append(line(row)));
            table.append("</tbody>\n");
        }
        page.append(Html.table("Targets", table.toString()));
    }

    private static String line(Row row) {
        Statistics.Interval ratio = row.ratio();
        String id = row.scenario().id();
        return element(
                        "tr",
                        element("td", link(id, text(id)))
                                + element("td", ForestPlot.verdict(row))
                                + element("td", text(compared(row)))
                                + element("td.number", measured(row))
                                + element("td", ratio == null ? "" : Report.ends(ratio))
                                + element("td", target(row)))
                + "\n";
    }

    /** What is compared with what. */
    static String compared(Row row) {
        boolean difference = row.target() != null && row.target().comparison() == Target.Comparison.MORE_AT_MOST;
        return row.metric().id + ": " + row.arm()
                + (row.baseline() == null ? "" : (difference ? " - " : " / ") + row.baseline());
    }

    /** The ratio without a unit; a difference and a figure with theirs. */
    static String measured(Row row) {
        Statistics.Interval ratio = row.ratio();
        if (ratio == null) {
            return "nothing";
        }
        return ForestPlot.isRatio(row)
                ? Report.number(ratio.median())
                : text(Html.figure(ratio.median(), row.metric()));
    }

    static String target(Row row) {
        String bound = Objects.requireNonNull(row.target()).text();
        return text(bound.replace(">=", "≥").replace("<=", "≤").replace(" x", " ×"));
    }

    // --- the rest

    private void howToRead() {
        page.append("""
                <section class="note">
                <h2>How to read this</h2>
                <ul>
                <li>Each round runs every arm once, in turn, each in a new JVM. A ratio is taken within a round; what is shown is
                the median of the rounds' ratios, with its 95 % bootstrap interval.</li>
                <li>A target is met when the bad end of the interval meets it: the lower end where more is better, the upper end
                where less is. Where a target names a median, that must be reached as well, or alone.</li>
                <li>A/A is the same client against itself. What lies within its interval, the grey band, says nothing.</li>
                <li>Bars are medians, dots are samples, the first round at the top; » is a sample beyond the axis. Waybill is blue.</li>
                <li>In the plot of ratios the coloured tick is the target, the tinted side is the good one, and the dashed tick is
                what the median must reach. The dark line is 1: no difference.</li>
                <li>A failed arm has no figures, and meets no target.</li>
                </ul>
                </section>
                """);
    }

    private List<String> brokers() {
        return report.results().stream()
                .map(result -> result.scenario().broker())
                .distinct()
                .toList();
    }

    private void broker(String broker) {
        String version = report.environment().getOrDefault(broker, "");
        page.append("<h2>").append(text(broker));
        if (!version.isEmpty()) {
            page.append(' ').append(element("span.soft", text(version)));
        }
        page.append("</h2>\n");
        report.results().stream()
                .filter(result -> result.scenario().broker().equals(broker))
                .forEach(result -> page.append(ScenarioHtml.of(result)));
    }
}
