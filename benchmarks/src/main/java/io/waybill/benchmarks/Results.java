package io.waybill.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was measured of one scenario. */
final class Results {
    /**
     * A line of the table, and of the JSON.
     *
     * @param scenario which scenario
     * @param arm which arm
     * @param baseline compared with which arm; null if with none
     * @param metric what
     * @param value the median of the arm's samples; NaN if it has none
     * @param ratio the median of the rounds' ratios (or differences, where the target is one) with its interval; null without
     *     baseline
     * @param target what is to be reached; null if nothing is
     * @param met whether it is; null without target
     */
    record Row(
            Scenario scenario,
            String arm,
            @Nullable String baseline,
            Metric metric,
            double value,
            Statistics.@Nullable Interval ratio,
            @Nullable Target target,
            @Nullable Boolean met) {}

    private final Scenario scenario;
    /** Of each arm, its samples in the order of the rounds; one that it has not got is empty. */
    private final Map<String, List<Map<Metric, Double>>> samples = new LinkedHashMap<>();

    private final Map<String, String> failures = new LinkedHashMap<>();
    private int rejected;
    private int disturbed;

    Results(Scenario scenario) {
        this.scenario = scenario;
        scenario.arms().forEach(arm -> samples.put(arm.name(), new ArrayList<>()));
    }

    Scenario scenario() {
        return scenario;
    }

    /** A round that counts. */
    void add(Map<String, Map<Metric, Double>> round) {
        samples.forEach((arm, figures) -> figures.add(round.getOrDefault(arm, Map.of())));
    }

    /** A round that does not count, by the rule that was set before. */
    void reject() {
        rejected++;
    }

    int rejected() {
        return rejected;
    }

    /** A round that counts though it was disturbed: repeating did not help. */
    void disturbed() {
        disturbed++;
    }

    int disturbedRounds() {
        return disturbed;
    }

    /** An arm's sample failed: its figures count for nothing. */
    void failed(String arm, String why) {
        String unused = failures.putIfAbsent(arm, why);
    }

    /** The arms that failed, and why. */
    Map<String, String> failures() {
        return failures;
    }

    /** The samples of each arm. */
    Map<String, List<Map<Metric, Double>>> samples() {
        return samples;
    }

    /** The figures of an arm, of the rounds that have it; none of one that failed. */
    double[] figures(String arm, Metric metric) {
        if (failures.containsKey(arm)) {
            return new double[0];
        }
        return samples.getOrDefault(arm, List.of()).stream()
                .filter(figures -> figures.containsKey(metric))
                .mapToDouble(figures -> figures.getOrDefault(metric, Double.NaN))
                .toArray();
    }

    /** All lines: first the figures of every arm, then what is to be reached, then what is compared besides. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Scenario.Arm arm : scenario.arms()) {
            for (Metric metric : Metric.values()) {
                if (figures(arm.name(), metric).length > 0) {
                    rows.add(new Row(scenario, arm.name(), null, metric, value(arm.name(), metric), null, null, null));
                }
            }
        }
        scenario.targets().forEach(target -> rows.add(row(target)));
        repetitions().forEach(rows::add);
        return rows;
    }

    private double value(String arm, Metric metric) {
        double[] figures = figures(arm, metric);
        return figures.length == 0 ? Double.NaN : Statistics.median(figures);
    }

    private Row row(Target target) {
        double value = value(target.arm(), target.metric());
        double[] compared = target.baseline() == null
                ? figures(target.arm(), target.metric())
                : compared(
                        target.arm(),
                        target.baseline(),
                        target.metric(),
                        target.comparison().isRatio());
        if (compared.length == 0) {
            return new Row(scenario, target.arm(), target.baseline(), target.metric(), value, null, target, false);
        }
        Statistics.Interval interval = Statistics.bootstrap(compared);
        return new Row(
                scenario,
                target.arm(),
                target.baseline(),
                target.metric(),
                value,
                interval,
                target,
                target.isMetBy(interval));
    }

    /** The same client against itself: what lies within this interval says nothing. */
    private List<Row> repetitions() {
        List<Row> rows = new ArrayList<>();
        for (Scenario.Arm arm : scenario.arms()) {
            String again = arm.again().name();
            if (samples.containsKey(again)) {
                for (Metric metric : scenario.work().metrics) {
                    double[] compared = compared(again, arm.name(), metric, true);
                    if (compared.length > 0) {
                        rows.add(new Row(
                                scenario,
                                again,
                                arm.name(),
                                metric,
                                value(again, metric),
                                Statistics.bootstrap(compared),
                                null,
                                null));
                    }
                }
            }
        }
        return rows;
    }

    /** Round by round; none of an arm that failed. */
    private double[] compared(String arm, String baseline, Metric metric, boolean ratio) {
        if (failures.containsKey(arm) || failures.containsKey(baseline)) {
            return new double[0];
        }
        List<Map<Metric, Double>> ours = samples.getOrDefault(arm, List.of());
        List<Map<Metric, Double>> theirs = samples.getOrDefault(baseline, List.of());
        List<Double> compared = new ArrayList<>();
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            Double our = ours.get(i).get(metric);
            Double their = theirs.get(i).get(metric);
            if (our != null && their != null) {
                compared.add(ratio ? our / their : our - their);
            }
        }
        return compared.stream()
                .mapToDouble(Double::doubleValue)
                .filter(figure -> !Double.isNaN(figure)) // 0 / 0 compares nothing
                .toArray();
    }
}
