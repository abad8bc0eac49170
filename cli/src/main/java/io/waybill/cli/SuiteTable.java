package io.waybill.cli;

import io.waybill.cli.print.Table;
import io.waybill.conformance.Rule;
import java.util.ArrayList;
import java.util.List;

/** What the suite found as a table for people: rules and brokers. */
final class SuiteTable {
    private SuiteTable() {}

    static String of(SuiteReport report) {
        List<String> headings = new ArrayList<>(List.of("rule"));
        report.brokers().forEach(broker -> headings.add(broker.name()));
        headings.add("promise");
        Table table = new Table(headings.size(), headings);
        for (Rule rule : report.rules()) {
            List<String> row = new ArrayList<>(List.of(rule.id()));
            report.brokers().forEach(broker -> row.add(broker.verdict(rule).toString()));
            row.add(rule.title());
            table.row(row);
        }
        return table.toString();
    }
}
