package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumberSetTest {
    private static final int UNIVERSE = 60;

    @Test
    void whatComesInOrderIsOneInterval() {
        NumberSet set = new NumberSet();
        LongStream.rangeClosed(1, 100_000)
                .forEach(number -> assertThat(set.add(number)).isTrue());

        assertThat(set.ranges()).containsExactly(new NumberRange(1, 100_000));
        assertThat(set.add(100_000)).isFalse();
        assertThat(set.count()).isEqualTo(100_000);
        assertThat(set.intervals()).isEqualTo(1);
    }

    @Test
    void aGapIsNamedAndFilled() {
        NumberSet set = new NumberSet();
        set.add(1, 9);
        set.add(11, 20);

        assertThat(set.missing(1, 25)).hasToString("[10, 21-25]");
        assertThat(set.add(10)).isTrue();
        assertThat(set.ranges()).containsExactly(new NumberRange(1, 20));
    }

    /** Each operation against a sorted set of numbers. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithASetOfNumbers(long seed) throws IOException {
        Random random = new Random(seed);
        NumberSet set = new NumberSet();
        NavigableSet<Long> model = new TreeSet<>();
        for (int i = 0; i < 3_000; i++) {
            long from = 1L + random.nextInt(UNIVERSE);
            long to = Math.min(UNIVERSE, from + random.nextInt(9));
            switch (random.nextInt(4)) {
                case 0 -> assertThat(set.add(from)).isEqualTo(model.add(from));
                case 1 -> assertThat(set.remove(from)).isEqualTo(model.remove(from));
                case 2 -> {
                    set.add(from, to);
                    LongStream.rangeClosed(from, to).forEach(model::add);
                }
                default -> {
                    set.remove(from, to);
                    LongStream.rangeClosed(from, to).forEach(model::remove);
                }
            }
            assertAgreed(set, model, from, to);
        }
        assertThat(restored(set)).isEqualTo(set).hasSameHashCodeAs(set);
    }

    private static void assertAgreed(NumberSet set, NavigableSet<Long> model, long from, long to) {
        assertThat(set.count()).isEqualTo(model.size());
        assertThat(set.isEmpty()).isEqualTo(model.isEmpty());
        assertThat(set.first()).isEqualTo(model.isEmpty() ? 0 : model.first());
        assertThat(set.last()).isEqualTo(model.isEmpty() ? 0 : model.last());
        NumberSet missing = set.missing(1, UNIVERSE);
        for (long number = 1; number <= UNIVERSE; number++) {
            assertThat(set.contains(number)).isEqualTo(model.contains(number));
            assertThat(missing.contains(number)).isEqualTo(!model.contains(number));
        }
        long end = from - 1;
        while (model.contains(end + 1)) {
            end++;
        }
        assertThat(set.endOfRun(from)).isEqualTo(end);
        long start = to + 1;
        while (model.contains(start - 1)) {
            start--;
        }
        assertThat(set.startOfRun(to)).isEqualTo(start);
        for (int i = 1; i < set.intervals(); i++) {
            assertThat(set.ranges().get(i).from())
                    .isGreaterThan(set.ranges().get(i - 1).to() + 1);
        }
    }

    @Test
    void setsAreAddedAndTakenOut() {
        NumberSet set = new NumberSet();
        set.add(1, 10);
        NumberSet other = new NumberSet();
        other.add(3, 4);
        other.add(9, 12);

        NumberSet less = new NumberSet(set);
        less.removeAll(other);
        assertThat(less).hasToString("[1-2, 5-8]");
        assertThat(set).as("the copy is its own").hasToString("[1-10]");

        set.addAll(other);
        assertThat(set).hasToString("[1-12]");
    }

    @Test
    void aMillionNumbersInABillionTakeFewBytes() throws IOException {
        NumberSet set = new NumberSet();
        set.add(1, 500_000_000);
        set.add(500_000_002, 1_000_000_000);
        assertThat(written(set)).hasSizeLessThan(20);
        assertThat(restored(set)).isEqualTo(set);
    }

    @Test
    void refusesWhatItDidNotWrite() {
        for (byte[] bytes : new byte[][] {
            {1}, {2, 1, 0, 1, 0}, {1, 0, 0}, {-1, -1, -1, -1, 0}, {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}
        }) {
            assertThatThrownBy(() -> NumberSet.readFrom(new DataInputStream(new ByteArrayInputStream(bytes))))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void refusesNumbersBelowOne() {
        assertThatThrownBy(() -> new NumberSet().add(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new NumberSet().add(5, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] written(NumberSet set) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        set.writeTo(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static NumberSet restored(NumberSet set) throws IOException {
        return NumberSet.readFrom(new DataInputStream(new ByteArrayInputStream(written(set))));
    }
}
