package io.waybill.cli.lab;

import io.waybill.ledger.Finding;
import io.waybill.ledger.NumberRange;
import io.waybill.ledger.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What is true, or what was told, of one number.
 *
 * @param verdict what
 * @param producer whose number it is
 * @param topic where it was sent to
 * @param partition where it was sent to
 * @param number which
 */
record Fact(Verdict verdict, String producer, String topic, int partition, long number) {
    static List<Fact> of(Finding finding) {
        List<Fact> facts = new ArrayList<>();
        for (NumberRange range : finding.numbers()) {
            for (long number = range.from(); number <= range.to(); number++) {
                facts.add(
                        new Fact(finding.verdict(), finding.producer(), finding.topic(), finding.partition(), number));
            }
        }
        return facts;
    }

    /** As {@code topic-partition:from-to}, in order; whoever the producers are. */
    static List<String> intervals(Collection<Fact> facts) {
        Map<String, TreeSet<Long>> numbers = new LinkedHashMap<>();
        for (Fact fact : facts) {
            numbers.computeIfAbsent(fact.topic() + "-" + fact.partition(), place -> new TreeSet<>())
                    .add(fact.number());
        }
        List<String> intervals = new ArrayList<>();
        numbers.forEach((place, sorted) -> {
            long from = -1;
            long to = -1;
            for (long number : sorted) {
                if (number != to + 1 || from < 0) {
                    add(intervals, place, from, to);
                    from = number;
                }
                to = number;
            }
            add(intervals, place, from, to);
        });
        return intervals;
    }

    private static void add(List<String> intervals, String place, long from, long to) {
        if (from >= 0) {
            intervals.add(place + ":" + new NumberRange(from, to));
        }
    }
}
