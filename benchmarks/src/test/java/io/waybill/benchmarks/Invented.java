package io.waybill.benchmarks;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Scenarios and results that nobody measured. */
final class Invented {
    static final String OURS = "waybill";
    static final String THEIRS = "native";

    private Invented() {}

    /** Sends by these arms. */
    static Scenario scenario(List<Target> targets, String... arms) {
        return scenario("kafka-made-up", "made up", targets, arms);
    }

    static Scenario scenario(String id, String title, List<Target> targets, String... arms) {
        return new Scenario(
                id,
                "kafka",
                title,
                Scenario.Work.SEND,
                100,
                Scenario.Layout.WAYBILL,
                4,
                0,
                Stream.of(arms)
                        .map(name -> new Scenario.Arm(name, name.replace(" again", ""), 1_000, 10))
                        .toList(),
                targets);
    }

    /** A round in which each arm has this rate; arm and rate in turn. */
    static Map<String, Map<Metric, Double>> rates(Object... armsAndRates) {
        Map<String, Map<Metric, Double>> round = new LinkedHashMap<>();
        for (int i = 0; i < armsAndRates.length; i += 2) {
            round.put((String) armsAndRates[i], Map.of(Metric.RATE, ((Number) armsAndRates[i + 1]).doubleValue()));
        }
        return round;
    }

    /** All scenarios that there are, with figures that scatter. */
    static Report everything() {
        Report report = new Report();
        report.environment().put("kafka", "4.2.0");
        Random random = new Random(7);
        for (Scenario scenario : Scenarios.all()) {
            Results results = new Results(scenario);
            for (int round = 0; round < 7; round++) {
                Map<String, Map<Metric, Double>> samples = new HashMap<>();
                scenario.arms().forEach(arm -> samples.put(arm.name(), figures(scenario, arm, random)));
                results.add(samples);
            }
            report.add(results);
        }
        return report;
    }

    private static Map<Metric, Double> figures(Scenario scenario, Scenario.Arm arm, Random random) {
        Map<Metric, Double> figures = new HashMap<>();
        double slow = arm.client().equals(THEIRS) || arm.client().equals(OURS) ? 1 : 8;
        for (Metric metric : Metric.values()) {
            if (scenario.work().metrics.contains(metric) || metric == Metric.STEAL) {
                double middle = metric == Metric.RATE ? 400_000 / slow : 900 * slow * (1 + metric.id.length() % 3);
                figures.put(metric, middle * Math.exp(0.05 * random.nextGaussian()));
            }
        }
        return figures;
    }
}
