package io.waybill.cli;

import io.waybill.cli.print.Table;
import io.waybill.examples.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The demo's runs as a table for people. */
final class DemoTable {
    private DemoTable() {}

    static String of(List<DemoRun> runs) {
        List<String> groups = runs.stream()
                .flatMap(run -> run.report() == null ? Stream.<String>of() : run.report().handled().keySet().stream())
                .distinct()
                .toList();
        List<String> headings = new ArrayList<>(List.of("broker", "version", "sent", "acknow-\nledged"));
        groups.forEach(group -> headings.add((headings.size() == 4 ? "handled:\n" : "") + group));
        headings.addAll(List.of("rede-\nlivered", "dead-\nlettered", "out of\norder", "lost", "msg/s", "seconds"));
        Table table = new Table(2, headings);
        runs.forEach(run -> add(table, run));
        return table.toString();
    }

    private static void add(Table table, DemoRun run) {
        Report report = run.report();
        if (report == null) {
            table.row(run.broker(), (run.available() ? "FAILED: " : "NOT AVAILABLE: ") + run.reason());
            return;
        }
        List<String> cells = new ArrayList<>(
                List.of(run.broker(), run.version(), number(report.sent()), number(report.acknowledged())));
        report.handled().values().forEach(count -> cells.add(number(count)));
        cells.addAll(List.of(
                number(report.redelivered()),
                number(report.deadLettered()),
                number(report.outOfOrder()),
                number(report.lost()),
                number(Math.round(report.messagesPerSecond())),
                String.format(Locale.ROOT, "%.2f", report.seconds())));
        table.row(cells);
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
