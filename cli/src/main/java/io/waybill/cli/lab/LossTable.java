package io.waybill.cli.lab;

import io.waybill.cli.print.Table;
import java.util.List;
import java.util.Locale;

/** Results as a table for people. */
final class LossTable {
    private static final int MOST_INTERVALS = 3;

    private LossTable() {}

    static String of(List<Result> results) {
        Table table = new Table(
                5, List.of("scenario", "broker", "injected", "reported", "verdict", "false\nalarms", "seconds"));
        for (Result result : results) {
            table.row(List.of(
                    result.scenario(),
                    result.broker(),
                    numbers(result.injected()),
                    numbers(result.reported()),
                    result.outcome().toString(),
                    Long.toString(result.falseAlarms()),
                    String.format(Locale.ROOT, "%.1f", result.seconds())));
        }
        return table.toString();
    }

    /** Without the topic, which is the scenario's. */
    private static String numbers(List<String> intervals) {
        if (intervals.isEmpty()) {
            return "none";
        }
        String few = String.join(
                ", ",
                intervals.stream()
                        .limit(MOST_INTERVALS)
                        .map(interval -> interval.substring(interval.lastIndexOf('-', interval.indexOf(':')) + 1))
                        .toList());
        return intervals.size() > MOST_INTERVALS ? few + " ..." : few;
    }
}
