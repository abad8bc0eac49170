package io.waybill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AxisTest {
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.004, 1, 7, 1_234_567})
    void aLinearAxisBeginsAtZeroAndHoldsItsGreatestFigure(double most) {
        Axis axis = Axis.fromZero(most);
        assertThat(axis.place(0)).isZero();
        assertThat(axis.holds(most)).isTrue();
        assertThat(axis.ticks()).hasSizeBetween(3, 9).startsWith(0.0).isSorted().allMatch(axis::holds);
    }

    @ParameterizedTest
    @CsvSource({"0.98, 1.01", "0.05, 90", "0.9, 3.5", "0.5, 6", "1.4, 1.5", "0.0001, 10000"})
    void anAxisOfRatiosHoldsThemAndHasATickAtOne(double least, double most) {
        Axis axis = Axis.ofRatios(least, most);
        assertThat(axis.holds(least) && axis.holds(most)).isTrue();
        assertThat(axis.ticks()).hasSizeBetween(3, 12).isSorted().allMatch(axis::holds);
        assertThat(axis.ticks()).anySatisfy(tick -> assertThat(tick).isCloseTo(1, within(1e-9)));
    }

    @Test
    void equalRatiosAreEquallyFar() {
        Axis axis = Axis.ofRatios(0.1, 10);
        assertThat(axis.place(1)).isCloseTo(50, within(1e-9));
        assertThat(axis.place(2) - axis.place(1)).isCloseTo(axis.place(4) - axis.place(2), within(1e-9));
    }

    @Test
    void whatLiesBeyondIsAtTheEnd() {
        Axis axis = Axis.fromZero(10);
        assertThat(axis.holds(11)).isFalse();
        assertThat(axis.place(11)).isEqualTo(100);
        assertThat(axis.place(-1)).isZero();
    }

    @Test
    void largeFiguresAreWrittenShort() {
        assertThat(Axis.fromZero(600_000).scale()).contains(">200k<", ">0<").doesNotContain("000<");
        assertThat(Axis.fromZero(9_000_000).scale()).contains(">2M<");
    }
}
