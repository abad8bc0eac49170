package io.waybill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.benchmarks.Statistics.Interval;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TargetTest {
    private static final Target RATIO_AT_LEAST = Target.ratioAtLeast(Metric.RATE, "ours", "theirs", 10);
    private static final Target RATIO_AT_MOST = Target.ratioAtMost(Metric.CPU, "ours", "theirs", 10);
    private static final Target MORE_AT_MOST = Target.moreAtMost(Metric.BYTES, "ours", "theirs", 10);
    private static final Target AT_LEAST = Target.atLeast(Metric.RATE, "ours", 10);
    private static final Target AT_MOST = Target.atMost(Metric.TIME, "ours", 10);

    static List<Target> whereMoreIsBetter() {
        return List.of(RATIO_AT_LEAST, AT_LEAST);
    }

    static List<Target> whereLessIsBetter() {
        return List.of(RATIO_AT_MOST, MORE_AT_MOST, AT_MOST);
    }

    @ParameterizedTest
    @MethodSource("whereMoreIsBetter")
    void whereMoreIsBetterTheLowerEndDecides(Target target) {
        assertThat(target.isMetBy(new Interval(12, 10, 14))).isTrue();
        assertThat(target.isMetBy(new Interval(12, 9.99, 14))).isFalse();
    }

    @ParameterizedTest
    @MethodSource("whereLessIsBetter")
    void whereLessIsBetterTheUpperEndDecides(Target target) {
        assertThat(target.isMetBy(new Interval(8, 6, 10))).isTrue();
        assertThat(target.isMetBy(new Interval(8, 6, 10.01))).isFalse();
    }

    @Test
    void whereMoreIsAskedOfTheMedianBothMustBeReached() {
        Target atLeast = RATIO_AT_LEAST.withMedian(12);
        assertThat(atLeast.isMetBy(new Interval(12, 10, 14))).isTrue();
        assertThat(atLeast.isMetBy(new Interval(11.9, 10, 14))).isFalse();
        assertThat(atLeast.isMetBy(new Interval(12, 9.9, 14))).isFalse();

        Target atMost = RATIO_AT_MOST.withMedian(8);
        assertThat(atMost.isMetBy(new Interval(8, 6, 10))).isTrue();
        assertThat(atMost.isMetBy(new Interval(8.1, 6, 10))).isFalse();
    }

    @Test
    void whereTheMedianAloneCountsTheEndsDoNot() {
        assertThat(RATIO_AT_LEAST.ofMedian().isMetBy(new Interval(10, 1, 14))).isTrue();
        assertThat(RATIO_AT_LEAST.ofMedian().isMetBy(new Interval(9.9, 9, 14))).isFalse();
        assertThat(RATIO_AT_MOST.ofMedian().isMetBy(new Interval(10, 6, 99))).isTrue();
        assertThat(RATIO_AT_MOST.ofMedian().isMetBy(new Interval(10.1, 6, 11))).isFalse();
    }

    @Test
    void onlyRatiosAreRatios() {
        assertThat(List.of(RATIO_AT_LEAST, RATIO_AT_MOST))
                .allMatch(target -> target.comparison().isRatio());
        assertThat(List.of(MORE_AT_MOST, AT_LEAST, AT_MOST))
                .noneMatch(target -> target.comparison().isRatio());
    }

    @Test
    void theTextSaysHowItIsComparedAndWithWhat() {
        assertThat(RATIO_AT_LEAST.text()).isEqualTo(">= 10 x");
        assertThat(RATIO_AT_MOST.text()).isEqualTo("<= 10 x");
        assertThat(MORE_AT_MOST.text()).isEqualTo("<= +10");
        assertThat(AT_LEAST.text()).isEqualTo(">= 10");
        assertThat(AT_MOST.text()).isEqualTo("<= 10");
        assertThat(RATIO_AT_MOST.ofMedian().text()).isEqualTo("<= 10 x (median)");
        assertThat(Target.ratioAtLeast(Metric.RATE, "ours", "theirs", 0.93)
                        .withMedian(0.98)
                        .text())
                .isEqualTo(">= 0.93 x (median 0.98)");
    }
}
