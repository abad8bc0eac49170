package io.waybill.cli;

import io.waybill.conformance.Rule;
import java.time.Instant;
import java.util.List;

/**
 * What the suite found on all brokers that were asked for.
 *
 * @param date when it began
 * @param waybill the version of Waybill
 * @param rules what was to be shown, in their order
 * @param brokers what was found, in the order in which it was asked for
 */
record SuiteReport(Instant date, String waybill, List<Rule> rules, List<SuiteResult> brokers) {
    SuiteReport {
        rules = List.copyOf(rules);
        brokers = List.copyOf(brokers);
    }

    boolean failed() {
        return brokers.stream().anyMatch(SuiteResult::failed);
    }

    List<SuiteResult> tested() {
        return brokers.stream().filter(broker -> broker.notTested().isEmpty()).toList();
    }

    /** The rules that have a number. */
    List<Rule> numbered() {
        return rules.stream().filter(rule -> rule != Rule.INPUT).toList();
    }

    /** How many of them hold: on each broker that was tested and can do what they need, and on one at least. */
    long holding() {
        return numbered().stream().filter(this::holds).count();
    }

    private boolean holds(Rule rule) {
        List<Verdict> verdicts =
                tested().stream().map(broker -> broker.verdict(rule)).toList();
        return verdicts.stream().anyMatch(Verdict::holds)
                && verdicts.stream().allMatch(verdict -> verdict.holds() || verdict == Verdict.UNSUPPORTED);
    }
}
