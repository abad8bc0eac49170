package io.waybill.cli;

import io.waybill.cli.print.Json;
import io.waybill.cli.print.Table;
import io.waybill.ledger.GroupLedger;
import io.waybill.ledger.Ledger;
import io.waybill.ledger.NumberRange;
import io.waybill.ledger.StreamLedger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A ledger for people and for programs. */
final class AuditText {
    private static final String NONE = "-";

    private AuditText() {}

    /** The figures of one row. */
    private static final class Row {
        final String producer;
        final int partition;
        final String group;
        long sent;
        long acknowledged;
        long unknown;
        long abandoned;
        long open;
        long before;
        long handled;
        long deadLettered;
        long filtered;
        long inFlight;
        long lost;
        long duplicates;
        long late;

        Row(String producer, int partition, String group) {
            this.producer = producer;
            this.partition = partition;
            this.group = group;
        }

        void add(StreamLedger stream) {
            sent += stream.totals().assigned();
            acknowledged += stream.totals().acknowledged();
            unknown += stream.totals().unknown();
            abandoned += stream.totals().abandoned();
            open += stream.totals().open();
        }

        void add(GroupLedger ledger) {
            before += ledger.before();
            handled += ledger.handled();
            deadLettered += ledger.deadLettered();
            filtered += ledger.filtered();
            inFlight += ledger.inFlight();
            lost += ledger.lostCount();
            duplicates += ledger.duplicates();
            late += ledger.late();
        }

        List<String> cells() {
            boolean nobody = group.equals(NONE);
            List<String> cells = new ArrayList<>(List.of(producer, Integer.toString(partition), group));
            for (long figure : new long[] {sent, acknowledged, unknown, abandoned, open}) {
                cells.add(number(figure));
            }
            for (long figure : new long[] {before, handled, deadLettered, filtered, inFlight, lost, duplicates, late}) {
                cells.add(nobody ? NONE : number(figure));
            }
            return cells;
        }
    }

    /** One row for each producer, partition and group, and then the names of what is lost. */
    static String table(Ledger ledger) {
        if (ledger.streams().isEmpty()) {
            return "Nobody has said anything of topic '" + ledger.topic()
                    + "': its producers have no Stamping, or have sent nothing for longer than the control log reaches back.\n"
                    + beside(ledger);
        }
        Table table = new Table(
                3,
                List.of(
                        "producer",
                        "partition",
                        "group",
                        "sent",
                        "acknow-\nledged",
                        "unknown",
                        "aban-\ndoned",
                        "open",
                        "sent\nbefore",
                        "handled",
                        "dead-\nlettered",
                        "filtered",
                        "in\nflight",
                        "lost",
                        "dupli-\ncates",
                        "late"));
        rows(ledger).forEach(row -> table.row(row.cells()));
        return table + beside(ledger) + lost(ledger);
    }

    private static List<Row> rows(Ledger ledger) {
        Map<List<Object>, Row> rows = new LinkedHashMap<>();
        for (StreamLedger stream : ledger.streams()) {
            if (stream.groups().isEmpty()) {
                row(rows, stream, NONE).add(stream);
            }
            for (GroupLedger group : stream.groups()) {
                Row row = row(rows, stream, group.group());
                row.add(stream);
                row.add(group);
            }
        }
        return List.copyOf(rows.values());
    }

    private static Row row(Map<List<Object>, Row> rows, StreamLedger stream, String group) {
        return rows.computeIfAbsent(
                List.of(stream.producer(), stream.partition(), group),
                key -> new Row(stream.producer(), stream.partition(), group));
    }

    private static String beside(Ledger ledger) {
        return ledger.receipts().stream()
                .filter(one -> one.foreign() + one.corrupted() + one.misrouted() > 0)
                .map(one -> "beside them, group '" + one.group() + "' got from partition " + one.partition() + ": "
                        + number(one.foreign()) + " foreign, " + number(one.corrupted()) + " corrupted, "
                        + number(one.misrouted()) + " misrouted\n")
                .collect(Collectors.joining());
    }

    private static String lost(Ledger ledger) {
        StringBuilder text = new StringBuilder();
        for (StreamLedger stream : ledger.streams()) {
            for (GroupLedger group : stream.groups()) {
                if (!group.lost().isEmpty()) {
                    text.append("LOST ")
                            .append(ranges(group.lost()))
                            .append(" of ")
                            .append(stream.producer())
                            .append('/')
                            .append(Long.toHexString(stream.epoch()))
                            .append(" in ")
                            .append(ledger.topic())
                            .append('-')
                            .append(stream.partition())
                            .append(" for group '")
                            .append(group.group())
                            .append("'\n");
                }
            }
        }
        return text.isEmpty() ? "nothing is lost\n" : text.toString();
    }

    static String ranges(List<NumberRange> ranges) {
        return ranges.stream().map(NumberRange::toString).collect(Collectors.joining(", "));
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String json(Ledger ledger) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("topic", ledger.topic());
        all.put("streams", ledger.streams().stream().map(AuditText::json).toList());
        all.put(
                "beside",
                ledger.receipts().stream()
                        .map(one -> {
                            Map<String, Object> beside = new LinkedHashMap<>();
                            beside.put("group", one.group());
                            beside.put("partition", one.partition());
                            beside.put("foreign", one.foreign());
                            beside.put("corrupted", one.corrupted());
                            beside.put("misrouted", one.misrouted());
                            return beside;
                        })
                        .toList());
        all.put("lost", ledger.lost());
        return Json.of(all);
    }

    private static Map<String, Object> json(StreamLedger stream) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("producer", stream.producer());
        one.put("epoch", Long.toHexString(stream.epoch()));
        one.put("partition", stream.partition());
        one.put("closed", stream.closed());
        one.put("sent", stream.totals().assigned());
        one.put("acknowledged", stream.totals().acknowledged());
        one.put("unknown", numbers(stream.unknown()));
        one.put("abandoned", numbers(stream.abandoned()));
        one.put("open", stream.totals().open());
        one.put("groups", stream.groups().stream().map(AuditText::json).toList());
        return one;
    }

    private static Map<String, Object> json(GroupLedger group) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("group", group.group());
        one.put("sentBefore", group.before());
        one.put("handled", group.handled());
        one.put("deadLettered", group.deadLettered());
        one.put("filtered", group.filtered());
        one.put("inFlight", group.inFlight());
        one.put("lost", numbers(group.lost()));
        one.put("duplicates", group.duplicates());
        one.put("late", group.late());
        return one;
    }

    private static List<List<Long>> numbers(List<NumberRange> ranges) {
        return ranges.stream().map(range -> List.of(range.from(), range.to())).toList();
    }
}
