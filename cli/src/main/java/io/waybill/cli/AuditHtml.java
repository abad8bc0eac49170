package io.waybill.cli;

import io.waybill.ledger.GroupLedger;
import io.waybill.ledger.Ledger;
import io.waybill.ledger.NumberRange;
import io.waybill.ledger.StreamLedger;
import java.util.Comparator;
import java.util.List;

/** A ledger as one page that needs nothing else: the figures, and a timeline of each stream. */
final class AuditHtml {
    private static final int MOST_TIMELINES = 100;

    private final Ledger ledger;
    private final StringBuilder page = new StringBuilder();

    private AuditHtml(Ledger ledger) {
        this.ledger = ledger;
    }

    static String of(Ledger ledger) {
        return new AuditHtml(ledger).page();
    }

    private String page() {
        String title = "Waybill audit of " + Html.escape(ledger.topic());
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
                .append(title)
                .append("</title>\n<style>\n")
                .append(Resources.text("matrix.css"))
                .append(Resources.text("audit.css"))
                .append("</style>\n</head>\n<body>\n<header>\n<h1>")
                .append(title)
                .append("</h1>\n<p class=\"")
                .append(ledger.lost() > 0 ? "bad" : "good")
                .append("\">")
                .append(ledger.lost() > 0 ? AuditText.number(ledger.lost()) + " lost" : "Nothing is lost.")
                .append("</p>\n</header>\n<main>\n<h2>Figures</h2>\n<pre class=\"figures\">")
                .append(Html.escape(AuditText.table(ledger)))
                .append(
                        "</pre>\n<h2>Timelines</h2>\n<p class=\"soft\">Each is one life of a producer in one partition. To the right")
                .append(
                        " goes time, upwards go the numbers of its messages: the grey line is what it had sent by then, the blue")
                .append(
                        " ones what each group had finished. A red band is what was lost: its height says which numbers, its place")
                .append(" when they were sent.</p>\n");
        List<StreamLedger> shown = ledger.streams().stream()
                .sorted(Comparator.comparing(AuditHtml::lost).reversed())
                .limit(MOST_TIMELINES)
                .toList();
        shown.forEach(this::stream);
        if (shown.size() < ledger.streams().size()) {
            page.append("<p class=\"soft\">")
                    .append(ledger.streams().size() - shown.size())
                    .append(" more are not drawn; they lost no more than these.</p>\n");
        }
        page.append("</main>\n</body>\n</html>\n");
        return page.toString();
    }

    private static long lost(StreamLedger stream) {
        return stream.groups().stream().mapToLong(GroupLedger::lostCount).sum();
    }

    private void stream(StreamLedger stream) {
        page.append("<section>\n<h3>")
                .append(Html.escape(stream.producer()))
                .append("<span class=\"soft\">/")
                .append(Long.toHexString(stream.epoch()))
                .append("</span> in partition ")
                .append(stream.partition())
                .append(" <span class=\"soft\">")
                .append(stream.closed() ? "closed" : "open, or killed")
                .append("</span></h3>\n");
        for (GroupLedger group : stream.groups()) {
            if (!group.lost().isEmpty()) {
                page.append("<p class=\"bad\">lost for group ")
                        .append(Html.escape(group.group()))
                        .append(": ")
                        .append(ranges(group.lost()))
                        .append("</p>\n");
            }
        }
        page.append(Timeline.of(stream)).append("</section>\n");
    }

    private static String ranges(List<NumberRange> ranges) {
        int most = 20;
        String text = AuditText.ranges(ranges.subList(0, Math.min(most, ranges.size())));
        return ranges.size() > most ? text + " and " + (ranges.size() - most) + " ranges more" : text;
    }
}
