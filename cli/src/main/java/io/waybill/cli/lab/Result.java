package io.waybill.cli.lab;

import io.waybill.ledger.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a scenario on a broker.
 *
 * @param scenario its name
 * @param broker the broker's name
 * @param expected what was to be said of the injected numbers; null if nothing was
 * @param injected the numbers that something was done to, as {@code topic-partition:from-to}
 * @param reported those that the verification told of, in the same way
 * @param falseAlarms how many numbers were told that should not have been
 * @param outcome whether that is as it should be
 * @param note why not, or what is worth knowing; may be empty
 * @param seconds how long it took
 */
record Result(
        String scenario,
        String broker,
        @Nullable Verdict expected,
        List<String> injected,
        List<String> reported,
        long falseAlarms,
        Outcome outcome,
        String note,
        double seconds) {
    /**
     * Compares what was told with what was done: each number, whose it is, and as what it was told.
     *
     * @param expected what must be told of each injected number; null if nothing may be told
     */
    static Result judged(
            String scenario,
            String broker,
            @Nullable Verdict expected,
            List<Fact> injected,
            List<Fact> reported,
            String note,
            double seconds) {
        List<Fact> missed = new ArrayList<>(expected == null ? List.of() : injected);
        List<Fact> alarms = new ArrayList<>(reported);
        for (Fact fact : reported) {
            if (missed.remove(fact)) {
                alarms.remove(fact);
            }
        }
        Outcome outcome;
        String why = note;
        if (expected != null && injected.isEmpty()) {
            outcome = Outcome.FAILED;
            why = "nothing was injected";
        } else if (!alarms.isEmpty()) {
            outcome = Outcome.FALSE_ALARM;
            why = "told for nothing: " + alarms;
        } else if (!missed.isEmpty()) {
            outcome = Outcome.MISSED;
            why = "not told: " + missed;
        } else {
            outcome = expected == null ? Outcome.SILENT : Outcome.FOUND;
        }
        return new Result(
                scenario,
                broker,
                expected,
                Fact.intervals(injected),
                Fact.intervals(reported),
                alarms.size(),
                outcome,
                why,
                seconds);
    }

    /** It did not come to its end. */
    static Result failed(String scenario, String broker, @Nullable Verdict expected, String why, double seconds) {
        return new Result(scenario, broker, expected, List.of(), List.of(), 0, Outcome.FAILED, why, seconds);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", scenario);
        json.put("broker", broker);
        json.put("expected", expected == null ? "SILENCE" : expected.name());
        json.put("injected", injected);
        json.put("reported", reported);
        json.put("falseAlarms", falseAlarms);
        json.put("verdict", outcome.name());
        json.put("note", note);
        json.put("seconds", Math.round(seconds * 10) / 10.0);
        return json;
    }
}
