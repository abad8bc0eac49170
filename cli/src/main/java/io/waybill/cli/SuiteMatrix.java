package io.waybill.cli;

import io.waybill.conformance.Rule;
import java.util.List;
import java.util.stream.Collectors;

/** What the suite found as a page of Markdown, fit to be committed: rules and brokers, versions and date. */
final class SuiteMatrix {
    private SuiteMatrix() {}

    static String of(SuiteReport report) {
        StringBuilder text = new StringBuilder("# Conformance\n\n");
        text.append("What the [suite](how-to/conformance.md) found on ")
                .append(report.date().toString(), 0, "2026-01-01".length())
                .append(" with Waybill ")
                .append(report.waybill())
                .append(": ")
                .append(report.holding())
                .append(" of ")
                .append(report.numbered().size())
                .append(
                        " rules hold on every broker that was tested and can do what they need. Made by `./waybill conform`;")
                .append(" the sentences are in [rules](rules.md) at length.\n\n");
        text.append("| Broker | Version | Client | Tests | Failed | Skipped | Faults done |\n");
        text.append("|---|---|---|---|---|---|---|\n");
        report.brokers().forEach(broker -> text.append(row(broker)));
        text.append("\n| Rule | Promise |");
        report.brokers()
                .forEach(broker -> text.append(' ').append(cell(broker.name())).append(" |"));
        text.append("\n|---|---|")
                .append("---|".repeat(report.brokers().size()))
                .append('\n');
        for (Rule rule : report.rules()) {
            text.append("| ")
                    .append(rule.id())
                    .append(" | ")
                    .append(cell(rule.title()))
                    .append(" |");
            report.brokers()
                    .forEach(broker ->
                            text.append(' ').append(broker.verdict(rule)).append(" |"));
            text.append('\n');
        }
        text.append(
                        "\nPASS: a case passed and none failed. EMULATED: the same, by means of Waybill's where the broker has none")
                .append(
                        " of its own. UNSUPPORTED: the broker cannot do it, and that it is refused is tested. NOT TESTED: no case")
                .append(" of the suite shows it there.\n");
        String planned = List.of(Rule.values()).stream()
                .filter(Rule::planned)
                .map(Rule::id)
                .collect(Collectors.joining(", "));
        return text.append("Planned, and not in the table: ")
                .append(planned)
                .append(".\n")
                .toString();
    }

    private static String row(SuiteResult broker) {
        if (!broker.notTested().isEmpty()) {
            return "| " + cell(broker.name()) + " | NOT TESTED: " + cell(broker.notTested()) + " | | | | | |\n";
        }
        long skipped = broker.count(SuiteCase.Status.SKIPPED) + broker.count(SuiteCase.Status.UNSUPPORTED);
        return "| "
                + String.join(
                        " | ",
                        cell(broker.name()),
                        cell(broker.version()),
                        cell(broker.client()),
                        Integer.toString(broker.cases().size()),
                        Long.toString(broker.count(SuiteCase.Status.FAIL)),
                        Long.toString(skipped),
                        cell(broker.faultsInWords()))
                + " |\n";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replaceAll("\\s+", " ");
    }
}
