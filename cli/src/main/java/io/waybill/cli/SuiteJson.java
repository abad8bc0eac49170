package io.waybill.cli;

import io.waybill.cli.print.Json;
import io.waybill.conformance.Rule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the suite found as JSON; {@code docs/how-to/conformance.md} tells its shape. */
final class SuiteJson {
    private SuiteJson() {}

    static String of(SuiteReport report) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("date", report.date().toString());
        json.put("waybill", report.waybill());
        json.put(
                "brokers",
                report.brokers().stream().map(one -> broker(report, one)).toList());
        return Json.of(json);
    }

    private static Map<String, @Nullable Object> broker(SuiteReport report, SuiteResult broker) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", broker.name());
        json.put("version", broker.version());
        json.put("client", broker.client());
        json.put("notTested", orNull(broker.notTested()));
        json.put("faults", broker.faults());
        json.put(
                "rules", report.rules().stream().map(rule -> rule(broker, rule)).toList());
        return json;
    }

    private static Map<String, @Nullable Object> rule(SuiteResult broker, Rule rule) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", rule.id());
        json.put("title", rule.title());
        json.put("verdict", broker.verdict(rule).toString());
        List<Map<String, @Nullable Object>> cases =
                broker.cases(rule).stream().map(SuiteJson::test).toList();
        json.put("cases", cases);
        return json;
    }

    private static Map<String, @Nullable Object> test(SuiteCase test) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", test.name());
        json.put("status", test.status().toString());
        json.put("seconds", Math.round(test.seconds() * 1000) / 1000.0);
        json.put("seed", orNull(test.seed()));
        json.put("message", orNull(test.message()));
        return json;
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
