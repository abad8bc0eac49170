package io.waybill.benchmarks;

import static io.waybill.benchmarks.Invented.OURS;
import static io.waybill.benchmarks.Invented.THEIRS;
import static io.waybill.benchmarks.Invented.rates;
import static io.waybill.benchmarks.Invented.scenario;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.waybill.benchmarks.Results.Row;
import io.waybill.benchmarks.Statistics.Interval;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static final String AGAIN = THEIRS + " again";
    private static final Target TARGET = Target.ratioAtLeast(Metric.RATE, OURS, THEIRS, 0.9);

    private static Row target(Results results) {
        return results.rows().stream()
                .filter(row -> row.target() != null)
                .reduce((one, other) -> {
                    throw new AssertionError("two targets");
                })
                .orElseThrow();
    }

    private static List<Row> repetitions(Results results) {
        return results.rows().stream()
                .filter(row -> row.target() == null && row.baseline() != null)
                .toList();
    }

    @Test
    void aRatioIsTakenWithinARound() {
        Results results = new Results(scenario(List.of(TARGET), THEIRS, OURS));
        results.add(rates(THEIRS, 100, OURS, 200));
        results.add(rates(OURS, 2_000, THEIRS, 1_000));
        results.add(rates(THEIRS, 10, OURS, 20));
        assertThat(target(results).ratio()).isEqualTo(new Interval(2, 2, 2));
        assertThat(target(results).met()).isTrue();
        assertThat(target(results).value()).isEqualTo(200);
    }

    @Test
    void aRoundThatLacksAnArmGivesNoRatioAndShiftsNone() {
        Results results = new Results(scenario(List.of(TARGET), THEIRS, OURS));
        results.add(rates(OURS, 500));
        results.add(rates(THEIRS, 100, OURS, 200));
        results.add(rates(THEIRS, 1_000, OURS, 2_000));
        assertThat(target(results).ratio()).isEqualTo(new Interval(2, 2, 2));
    }

    @Test
    void aDifferenceIsOne() {
        Target more = Target.moreAtMost(Metric.RATE, OURS, THEIRS, 64);
        Results results = new Results(scenario(List.of(more), THEIRS, OURS));
        results.add(rates(THEIRS, 100, OURS, 150));
        assertThat(target(results).ratio()).isEqualTo(new Interval(50, 50, 50));
        assertThat(target(results).met()).isTrue();
    }

    @Test
    void aFigureWithoutBaselineIsHeldAgainstTheBoundItself() {
        Results results = new Results(scenario(List.of(Target.atLeast(Metric.RATE, OURS, 151)), THEIRS, OURS));
        results.add(rates(THEIRS, 900, OURS, 150));
        assertThat(target(results).ratio()).isEqualTo(new Interval(150, 150, 150));
        assertThat(target(results).met()).isFalse();
    }

    @Test
    void aFailedArmMeetsNoTargetAndYieldsNoRatioAndNoFigure() {
        for (String failed : List.of(OURS, THEIRS)) {
            Results results = new Results(scenario(List.of(TARGET), THEIRS, OURS));
            results.add(rates(THEIRS, 100, OURS, 200));
            results.failed(failed, "the first reason");
            results.failed(failed, "the second reason");
            assertThat(target(results).ratio()).as(failed).isNull();
            assertThat(target(results).met()).as(failed).isFalse();
            assertThat(results.figures(failed, Metric.RATE)).as(failed).isEmpty();
            assertThat(results.failures()).as(failed).containsExactly(Map.entry(failed, "the first reason"));
        }
    }

    @Test
    void aTargetOfWhichNothingWasMeasuredIsNotMet() {
        Results results = new Results(scenario(List.of(TARGET), THEIRS, OURS));
        assertThat(target(results).ratio()).isNull();
        assertThat(target(results).met()).isFalse();
        assertThat(target(results).value()).isNaN();
    }

    @Test
    void zeroByZeroIsNoRatio() {
        Results results = new Results(scenario(List.of(TARGET), THEIRS, OURS));
        results.add(rates(THEIRS, 0, OURS, 0));
        assertThat(target(results).ratio()).isNull();
        results.add(rates(THEIRS, 100, OURS, 95));
        assertThat(target(results).ratio()).isEqualTo(new Interval(0.95, 0.95, 0.95));
    }

    @Test
    void anArmThatRunsAgainIsComparedWithItselfInEachMetricThatItHas() {
        Results results = new Results(scenario(List.of(), THEIRS, AGAIN, OURS));
        results.add(Map.of(
                THEIRS, Map.of(Metric.RATE, 100.0, Metric.CPU, 10.0),
                AGAIN, Map.of(Metric.RATE, 110.0, Metric.CPU, 5.0),
                OURS, Map.of(Metric.RATE, 1.0, Metric.CPU, 1.0)));
        assertThat(repetitions(results)).hasSize(2).allSatisfy(row -> {
            assertThat(row.arm()).isEqualTo(AGAIN);
            assertThat(row.baseline()).isEqualTo(THEIRS);
            assertThat(row.met()).isNull();
        });
        assertThat(repetitions(results))
                .extracting(Row::metric, Row::ratio)
                .containsExactly(
                        tuple(Metric.RATE, new Interval(1.1, 1.1, 1.1)),
                        tuple(Metric.CPU, new Interval(0.5, 0.5, 0.5)));
    }

    @Test
    void anArmThatFailedIsNotComparedWithItself() {
        Results results = new Results(scenario(List.of(), THEIRS, AGAIN));
        results.add(rates(THEIRS, 100, AGAIN, 110));
        assertThat(repetitions(results)).hasSize(1);
        results.failed(AGAIN, "why");
        assertThat(repetitions(results)).isEmpty();
    }

    @Test
    void aRejectedRoundIsCountedButChangesNoFigure() {
        Results results = new Results(scenario(List.of(TARGET), THEIRS, OURS));
        results.add(rates(THEIRS, 100, OURS, 200));
        List<Row> before = results.rows();
        results.reject();
        assertThat(results.rejected()).isEqualTo(1);
        assertThat(results.rows()).isEqualTo(before);
        assertThat(results.samples().get(OURS)).hasSize(1);
    }

    @Test
    void theFiguresOfTheArmsComeFirst() {
        Results results = new Results(scenario(List.of(TARGET), THEIRS, AGAIN, OURS));
        results.add(rates(THEIRS, 100, AGAIN, 100, OURS, 200));
        results.add(rates(THEIRS, 300, AGAIN, 300, OURS, 400));
        assertThat(results.rows()).extracting(Row::arm).containsExactly(THEIRS, AGAIN, OURS, OURS, AGAIN);
        assertThat(results.rows().subList(0, 3)).extracting(Row::value).containsExactly(200.0, 200.0, 300.0);
        assertThat(results.rows().subList(0, 3)).extracting(Row::ratio).containsOnlyNulls();
    }
}
