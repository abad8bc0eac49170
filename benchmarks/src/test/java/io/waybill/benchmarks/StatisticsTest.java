package io.waybill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.benchmarks.Statistics.Interval;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    private static final double[] SCATTERED = {12, 9, 15, 11, 30, 10, 13};

    @Test
    void theMedianOfAnOddNumberIsTheMiddleOne() {
        assertThat(Statistics.median(new double[] {5, 1, 100})).isEqualTo(5);
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheMiddleTwo() {
        assertThat(Statistics.median(new double[] {100, 1, 4, 6})).isEqualTo(5);
    }

    @Test
    void theMedianLeavesItsValuesInTheirOrder() {
        double[] values = {3, 1, 2};
        assertThat(Statistics.median(values)).isEqualTo(2);
        assertThat(values).containsExactly(3, 1, 2);
    }

    @Test
    void theIntervalLiesAroundTheMedianAndWithinTheValues() {
        Interval interval = Statistics.bootstrap(SCATTERED);
        assertThat(interval.median()).isEqualTo(12);
        assertThat(interval.low()).isLessThan(12).isGreaterThanOrEqualTo(9);
        assertThat(interval.high()).isGreaterThan(12).isLessThanOrEqualTo(30);
    }

    @Test
    void oneOutlierIsNoEndOfTheInterval() {
        double[] values = DoubleStream.concat(
                        DoubleStream.iterate(100, value -> value + 1).limit(14), DoubleStream.of(9_000))
                .toArray();
        assertThat(Statistics.bootstrap(values).high()).isLessThan(115);
    }

    @Test
    void moreValuesMakeTheIntervalNarrower() {
        double[] few = {1, 2, 3, 4, 5, 6, 7};
        double[] many =
                DoubleStream.iterate(1, value -> value + 0.01).limit(601).toArray();
        assertThat(width(Statistics.bootstrap(many))).isLessThan(width(Statistics.bootstrap(few)) / 2);
    }

    private static double width(Interval interval) {
        return interval.high() - interval.low();
    }

    @Test
    void theSameValuesHaveTheSameInterval() {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) { // of so many, other draws would give another end to one at least
            double[] values = random.doubles(60).toArray();
            assertThat(Statistics.bootstrap(values)).isEqualTo(Statistics.bootstrap(values.clone()));
        }
    }

    @Test
    void equalValuesHaveAnIntervalWithoutWidth() {
        assertThat(Statistics.bootstrap(new double[] {0.7, 0.7, 0.7})).isEqualTo(new Interval(0.7, 0.7, 0.7));
        assertThat(Statistics.bootstrap(new double[] {0.7})).isEqualTo(new Interval(0.7, 0.7, 0.7));
    }
}
