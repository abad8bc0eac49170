package io.waybill.cli;

import io.waybill.cli.SuiteCase.Status;
import io.waybill.conformance.Rule;
import io.waybill.message.Support;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the suite found on one broker.
 *
 * @param name what was asked for: a name, or a URI without its secrets
 * @param version the version of the broker; empty if it was not tested
 * @param client the client and its version; empty if there is none
 * @param notTested why it was not tested; empty if it was
 * @param cases the tests, in the order in which they ended
 * @param capabilities what the adapter says of its capabilities, by their names
 * @param faults what was done to the broker and to consumers, and how often
 * @param seconds how long all of it took
 */
record SuiteResult(
        String name,
        String version,
        String client,
        String notTested,
        List<SuiteCase> cases,
        Map<String, String> capabilities,
        Map<String, Integer> faults,
        double seconds) {
    SuiteResult {
        cases = List.copyOf(cases);
        capabilities = Map.copyOf(capabilities);
        faults = Collections.unmodifiableMap(new TreeMap<>(faults));
    }

    /** A broker that could not be had. */
    static SuiteResult notTested(String name, String client, String reason) {
        return new SuiteResult(name, "", client, reason, List.of(), Map.of(), Map.of(), 0);
    }

    /** Those that cite the rule; what cites none belongs to {@link Rule#INPUT}, so that it is not lost. */
    List<SuiteCase> cases(Rule rule) {
        return cases.stream()
                .filter(one -> {
                    List<Rule> cited = Rule.cited(one.name());
                    return cited.isEmpty() ? rule == Rule.INPUT : cited.contains(rule);
                })
                .toList();
    }

    Verdict verdict(Rule rule) {
        List<Status> ends = cases(rule).stream().map(SuiteCase::status).toList();
        if (ends.contains(Status.FAIL)) {
            return Verdict.FAIL;
        }
        List<String> support = rule.capabilities().stream()
                .map(needed -> capabilities.getOrDefault(needed.toString(), ""))
                .toList();
        boolean cannot = all(support, Support.UNSUPPORTED.toString()); // then what passed is that it is refused
        if (ends.contains(Status.PASS) && !cannot) {
            return support.contains(Support.EMULATED.toString()) ? Verdict.EMULATED : Verdict.PASS;
        }
        boolean unsupported = (cannot && !ends.isEmpty()) || all(ends, Status.UNSUPPORTED);
        return unsupported ? Verdict.UNSUPPORTED : Verdict.NOT_TESTED;
    }

    private static <T> boolean all(List<T> these, T same) {
        return !these.isEmpty() && these.stream().allMatch(same::equals);
    }

    long count(Status status) {
        return cases.stream().filter(one -> one.status() == status).count();
    }

    /** {@code broker killed (3)} for example; {@code none}. */
    String faultsInWords() {
        return faults.isEmpty()
                ? "none"
                : faults.entrySet().stream()
                        .map(fault -> fault.getKey() + " (" + fault.getValue() + ")")
                        .collect(Collectors.joining(", "));
    }

    boolean failed() {
        return count(Status.FAIL) > 0;
    }
}
