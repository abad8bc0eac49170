package io.waybill.cli;

import io.waybill.cli.SuiteCase.Status;
import io.waybill.conformance.Rule;
import io.waybill.conformance.Rule.Section;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What the suite found as one page that needs nothing else: rules and brokers, and behind each verdict its cases. Without
 * scripts all cases are shown.
 */
final class SuiteHtml {
    private static final int LONGEST_MESSAGE = 4_000;

    private final SuiteReport report;
    private final StringBuilder page = new StringBuilder();

    private SuiteHtml(SuiteReport report) {
        this.report = report;
    }

    static String of(SuiteReport report) {
        return new SuiteHtml(report).page();
    }

    private String page() {
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<title>Waybill conformance</title>\n<style>\n")
                .append(Resources.text("matrix.css"))
                .append("</style>\n</head>\n<body>\n<header>\n<h1>Waybill conformance</h1>\n<p>")
                .append(summary())
                .append("</p>\n<p class=\"soft\">")
                .append(Html.escape(report.date() + ", Waybill " + report.waybill()))
                .append("</p>\n</header>\n<main>\n<h2>Brokers</h2>\n<ul class=\"brokers\">\n");
        report.brokers().forEach(this::broker);
        page.append("</ul>\n<h2>Rules</h2>\n");
        legend();
        table();
        page.append("</main>\n<script>\n").append(Resources.text("matrix.js")).append("</script>\n</body>\n</html>\n");
        return page.toString();
    }

    private String summary() {
        String failed = report.brokers().stream()
                .filter(SuiteResult::failed)
                .map(SuiteResult::name)
                .collect(Collectors.joining(", "));
        return report.holding() + " of " + report.numbered().size()
                + " rules hold on every broker that was tested and can do what they need. "
                + (failed.isEmpty() ? "Nothing failed." : "Tests failed on " + Html.escape(failed) + ".");
    }

    private void broker(SuiteResult broker) {
        page.append("<li><h3>").append(Html.escape(broker.name())).append("</h3>");
        if (!broker.notTested().isEmpty()) {
            page.append("<p>NOT TESTED: ")
                    .append(Html.escape(broker.notTested()))
                    .append("</p></li>\n");
            return;
        }
        String client = broker.client().isEmpty() ? "no client" : broker.client();
        page.append("<p>version ")
                .append(Html.escape(broker.version() + ", " + client))
                .append("</p><p>");
        page.append(broker.count(Status.PASS)).append(" passed, ");
        page.append(broker.count(Status.FAIL)).append(" failed, ");
        page.append(broker.count(Status.SKIPPED) + broker.count(Status.UNSUPPORTED))
                .append(" skipped, ");
        page.append(seconds(broker.seconds())).append("</p><p class=\"soft\">faults: ");
        page.append(Html.escape(broker.faultsInWords())).append("</p></li>\n");
    }

    private void legend() {
        page.append("<dl class=\"legend\">\n");
        legend(Verdict.PASS, "a case passed and none failed");
        legend(Verdict.EMULATED, "the same, by means of Waybill's where the broker has none of its own");
        legend(Verdict.FAIL, "a case failed");
        legend(Verdict.UNSUPPORTED, "the broker cannot do it, and that it is refused is tested");
        legend(Verdict.NOT_TESTED, "no case shows it there: none is in the suite, or the target lacks what it needs");
        page.append("</dl>\n");
    }

    private void legend(Verdict verdict, String meaning) {
        page.append("<dt><span class=\"verdict ")
                .append(verdict.name())
                .append("\">")
                .append(verdict);
        page.append("</span></dt><dd>").append(meaning).append("</dd>\n");
    }

    /** The roles are told again, since the narrow form of the page takes them from the elements. */
    private void table() {
        page.append("<table role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\">")
                .append("<th scope=\"col\" role=\"columnheader\">Rule</th>");
        report.brokers()
                .forEach(broker -> page.append("<th scope=\"col\" role=\"columnheader\">")
                        .append(Html.escape(broker.name()))
                        .append("</th>"));
        page.append("</tr></thead>\n");
        for (Section section : Section.values()) {
            List<Rule> rules = report.rules().stream()
                    .filter(rule -> rule.section() == section)
                    .toList();
            if (!rules.isEmpty()) {
                page.append("<tbody role=\"rowgroup\">\n<tr role=\"row\"><th class=\"section\" scope=\"rowgroup\"")
                        .append(" role=\"rowheader\" colspan=\"")
                        .append(columns())
                        .append("\">")
                        .append(section.title())
                        .append("</th></tr>\n");
                rules.forEach(this::rule);
                page.append("</tbody>\n");
            }
        }
        page.append("</table>\n");
    }

    private int columns() {
        return 1 + report.brokers().size();
    }

    private void rule(Rule rule) {
        page.append("<tr class=\"rule\" role=\"row\"><th class=\"promise\" scope=\"row\" role=\"rowheader\"><b>")
                .append(rule.id())
                .append(" </b>")
                .append(Html.escape(rule.title()))
                .append("</th>");
        for (int i = 0; i < report.brokers().size(); i++) {
            SuiteResult broker = report.brokers().get(i);
            Verdict verdict = broker.verdict(rule);
            List<SuiteCase> cases = broker.cases(rule);
            page.append("<td role=\"cell\"><button type=\"button\" class=\"verdict ")
                    .append(verdict.name())
                    .append("\" aria-controls=\"")
                    .append(id(rule, i))
                    .append("\"><span class=\"on\">")
                    .append(Html.escape(broker.name()))
                    .append(" </span>")
                    .append(verdict);
            if (!cases.isEmpty()) {
                page.append(" <i>")
                        .append(passed(cases))
                        .append(" of ")
                        .append(cases.size())
                        .append("</i>");
            }
            page.append("</button></td>");
        }
        page.append("</tr>\n");
        for (int i = 0; i < report.brokers().size(); i++) {
            cases(rule, i);
        }
    }

    private static String id(Rule rule, int broker) {
        return rule.id() + "-" + broker;
    }

    private static long passed(List<SuiteCase> cases) {
        return cases.stream().filter(one -> one.status() == Status.PASS).count();
    }

    private void cases(Rule rule, int place) {
        SuiteResult broker = report.brokers().get(place);
        List<SuiteCase> cases = broker.cases(rule);
        page.append("<tr class=\"cases\" role=\"row\" id=\"")
                .append(id(rule, place))
                .append("\"><td role=\"cell\" colspan=\"")
                .append(columns())
                .append("\"><div class=\"case\"><h3>")
                .append(rule.id())
                .append(" on ")
                .append(Html.escape(broker.name()))
                .append("</h3>");
        if (cases.isEmpty()) {
            String why = broker.notTested().isEmpty()
                    ? "No test of the suite that was run cites this rule."
                    : broker.notTested();
            page.append("<p>").append(Html.escape(why)).append("</p>");
        } else {
            page.append("<ul>\n");
            cases.forEach(this::test);
            page.append("</ul>");
        }
        page.append("</div></td></tr>\n");
    }

    private void test(SuiteCase test) {
        page.append("<li><span class=\"verdict ")
                .append(test.status())
                .append("\">")
                .append(test.status())
                .append("</span><div>")
                .append(Html.escape(test.name()))
                .append(" <span class=\"soft\">")
                .append(seconds(test.seconds()))
                .append(test.seed().isEmpty() ? "" : ", seed " + Html.escape(test.seed()))
                .append("</span>");
        if (!test.message().isEmpty()) {
            page.append("<pre>").append(Html.escape(shortened(test.message()))).append("</pre>");
        }
        page.append("</div></li>\n");
    }

    private static String shortened(String message) {
        int more = message.length() - LONGEST_MESSAGE;
        return more <= 0 ? message : message.substring(0, LONGEST_MESSAGE) + "... (" + more + " characters more)";
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.0f s", seconds);
    }
}
