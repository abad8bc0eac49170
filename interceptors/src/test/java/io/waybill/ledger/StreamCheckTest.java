package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamCheckTest {
    private static final long EARLY = 1_000;
    private static final long LATER = 2_000;

    private final StreamCheck check = new StreamCheck(0);

    private static Manifest.Stream told(long assigned, NumberSet acknowledged, NumberSet unknown, NumberSet abandoned) {
        return new Manifest.Stream("orders", 0, assigned, acknowledged, unknown, abandoned);
    }

    private static Manifest.Stream allAcknowledged(long assigned) {
        return told(assigned, numbers(1, assigned), new NumberSet(), new NumberSet());
    }

    private static NumberSet numbers(long from, long to) {
        NumberSet set = new NumberSet();
        set.add(from, to);
        return set;
    }

    private void arrive(long... numbers) {
        LongStream.of(numbers).forEach(number -> check.arrived(number, false, EARLY));
    }

    @Test
    void whatComesInOrderIsDelivered() {
        for (long number = 1; number <= 1_000_000; number++) {
            assertThat(check.arrived(number, false, EARLY)).isEqualTo(Verdict.DELIVERED);
        }
        assertThat(check.isSuspicious()).isFalse();
        assertThat(check.account().seen.intervals())
                .as("a million numbers take the memory of one")
                .isEqualTo(1);
    }

    @Test
    void w3_aGapIsNoLossBeforeTheGraceIsOver() {
        arrive(1, 3);
        assertThat(check.check(allAcknowledged(3), EARLY - 1).isEmpty()).isTrue();
        assertThat(check.check(allAcknowledged(3), EARLY)).hasToString("[2]");
    }

    @Test
    void w3_aGapOfWhichNobodySaysAnythingStaysSuspected() {
        arrive(1, 3);
        assertThat(check.check(null, LATER).isEmpty()).isTrue();
        assertThat(check.isSuspicious()).isTrue();
        assertThat(check.check(told(3, numbers(1, 1), new NumberSet(), new NumberSet()), LATER)
                        .isEmpty())
                .as("its outcome is open")
                .isTrue();
        assertThat(check.check(allAcknowledged(3), LATER)).hasToString("[2]");
    }

    @Test
    void w2_whatIsAbandonedOrUnknownIsNotMissed() {
        arrive(1, 4);
        assertThat(check.check(told(4, numbers(1, 1), numbers(2, 2), numbers(3, 3)), LATER)
                        .isEmpty())
                .isTrue();
        assertThat(check.isSuspicious()).isFalse();
    }

    @Test
    void aLossIsToldOnce() {
        arrive(1, 3);
        assertThat(check.check(allAcknowledged(3), LATER)).hasToString("[2]");
        assertThat(check.check(allAcknowledged(3), LATER).isEmpty()).isTrue();
        assertThat(check.account().lost).hasToString("[2]");
    }

    @Test
    void theStampsOfLaterMessagesAreEnough() {
        arrive(1, 2, 5);
        check.confirmed(1, 4);
        assertThat(check.check(null, EARLY)).hasToString("[3-4]");
    }

    @Test
    void w4_theHeadIsMissedLikeAnyOther() {
        arrive(4);
        assertThat(check.check(allAcknowledged(4), EARLY)).hasToString("[1-3]");
    }

    @Test
    void w4_theTailIsLostWhenTheBrokerHasNothingLeft() {
        arrive(1, 2);
        assertThat(check.tailSince(allAcknowledged(2), EARLY)).isZero();
        assertThat(check.tailSince(allAcknowledged(4), EARLY)).isEqualTo(EARLY);
        assertThat(check.tailSince(allAcknowledged(4), LATER)).isEqualTo(EARLY);
        assertThat(check.tailSince(allAcknowledged(5), LATER)).as("more is due").isEqualTo(LATER);
        assertThat(check.checkTail(allAcknowledged(5))).hasToString("[3-5]");
        assertThat(check.tailSince(allAcknowledged(5), LATER)).isZero();
    }

    @Test
    void whatWasSentBeforeTheGroupLookedIsNotMissed() {
        StreamCheck joined = new StreamCheck(10);
        assertThat(joined.arrived(12, false, EARLY)).isEqualTo(Verdict.DELIVERED);
        assertThat(joined.arrived(9, false, EARLY)).isEqualTo(Verdict.JOINED_LATE);
        joined.confirmed(1, 11);
        assertThat(joined.check(allAcknowledged(12), LATER)).hasToString("[11]");
    }

    @Test
    void aLateOneIsNotLostAnyMore() {
        arrive(1, 3);
        assertThat(check.check(allAcknowledged(3), LATER)).hasToString("[2]");
        assertThat(check.arrived(2, false, LATER)).isEqualTo(Verdict.LATE);
        assertThat(check.account().lost.isEmpty()).isTrue();
        assertThat(check.account().late).isEqualTo(1);
    }

    @Test
    void aSecondCopyIsADuplicateAndARedeliveryIsNone() {
        arrive(1);
        assertThat(check.arrived(1, true, EARLY)).isEqualTo(Verdict.DELIVERED);
        assertThat(check.account().duplicates).isZero();
        assertThat(check.arrived(1, false, EARLY)).isEqualTo(Verdict.DUPLICATE);
        assertThat(check.account().duplicates).isEqualTo(1);
    }

    @Test
    void w5_itGoesOnWhereTheLastOwnerWas() throws IOException {
        arrive(1, 2, 4, 4);
        assertThat(check.check(null, LATER).isEmpty()).isTrue();
        arrive(6);
        assertThat(check.check(told(6, numbers(5, 5), new NumberSet(), new NumberSet()), LATER))
                .hasToString("[5]");

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        check.account().writeTo(new DataOutputStream(bytes));
        StreamCheck restored = StreamCheck.of(
                Account.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))), LATER);

        assertThat(restored.account().duplicates).isEqualTo(1);
        assertThat(restored.arrived(4, true, LATER)).isEqualTo(Verdict.DELIVERED);
        assertThat(restored.check(allAcknowledged(6), LATER - 1).isEmpty())
                .as("the grace begins anew")
                .isTrue();
        assertThat(restored.check(allAcknowledged(6), LATER))
                .as("5 is told already")
                .hasToString("[3]");
    }

    /** A producer, a broker with faults, and what each number must be called. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void namesExactlyWhatWasLost(long seed) throws IOException {
        Random random = new Random(seed);
        int assigned = 2_000;
        NumberSet acknowledged = new NumberSet();
        NumberSet unknown = new NumberSet();
        NumberSet abandoned = new NumberSet();
        NumberSet lost = new NumberSet();
        List<Long> stored = new ArrayList<>();
        for (long number = 1; number <= assigned; number++) {
            int fate = random.nextInt(100);
            if (fate < 2) {
                abandoned.add(number, number);
            } else if (fate < 4) {
                unknown.add(number, number);
                if (random.nextBoolean()) {
                    stored.add(number);
                }
            } else {
                acknowledged.add(number, number);
                if (fate < 7) {
                    lost.add(number, number);
                } else {
                    stored.add(number);
                }
            }
        }
        for (int i = 0; i + 1 < stored.size(); i += 1 + random.nextInt(50)) {
            Collections.swap(stored, i, i + 1);
        }
        Manifest.Stream told = told(assigned, acknowledged, unknown, abandoned);

        NumberSet reported = new NumberSet();
        StreamCheck now = check;
        for (long number : stored) {
            assertThat(now.arrived(number, false, EARLY)).isIn(Verdict.DELIVERED, Verdict.LATE);
            if (random.nextInt(100) == 0) {
                reported.addAll(now.check(told, EARLY - 1)); // nothing is old enough
            }
            if (random.nextInt(200) == 0) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                now.account().writeTo(new DataOutputStream(bytes));
                now = StreamCheck.of(
                        Account.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))), EARLY);
            }
        }
        assertThat(reported.isEmpty()).isTrue();
        reported.addAll(now.check(told, LATER));
        reported.addAll(now.checkTail(told));
        assertThat(reported).isEqualTo(lost);
    }
}
