package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.spi.ReceiveLaneInterceptor.Ending;
import io.waybill.spi.WaybillHeader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PartitionCheckTest {
    private static final long EPOCH = 0xe1L;
    private static final long NOW = 1_000;
    private static final long MARK = 4711;
    private static final byte[] SECRET = {1, 2, 3};

    private final Told told = new Told("billing");
    private final List<Finding> findings = new ArrayList<>();
    private final PartitionCheck log = check(true, null);
    private final PartitionCheck queue = check(false, null);

    private PartitionCheck check(boolean isLog, byte @Nullable [] secret) {
        return new PartitionCheck("billing", "orders", 3, isLog, secret, told, MARK, findings::add);
    }

    private static Message message(String text) {
        return Message.to("orders").key("k").text(text).build();
    }

    private static byte[] stamp(Message message, int partition, long number, byte @Nullable [] secret) {
        byte[] stamp =
                Stamp.on(WaybillHeader.encode(message), Contents.hash("shop"), EPOCH, number, 0, 0, secret != null);
        new Contents(message.topic(), partition, secret).vouch(stamp, message);
        return stamp;
    }

    private static Delivery delivery(long number, long position, int attempt) {
        Message message = message("order " + number);
        return new Delivery(message, 3, position, 0, attempt, stamp(message, 3, number, null));
    }

    private void tell(Manifest.Kind kind, long acknowledged) {
        NumberSet numbers = new NumberSet();
        numbers.add(1, acknowledged);
        told.read(new Manifest(
                        "shop",
                        EPOCH,
                        kind,
                        0,
                        List.of(new Manifest.Stream(
                                "orders", 3, acknowledged, numbers, new NumberSet(), new NumberSet())))
                .encode(1 << 20)
                .get(0));
    }

    private static Account account(PartitionCheck check) {
        return Objects.requireNonNull(check.books().streams.get(new StreamId(Contents.hash("shop"), EPOCH)));
    }

    private void mark() {
        told.read(new Mark("billing", "orders", 3, MARK).encode());
    }

    @Test
    void aLossIsNamedWithAllThatOneNeedsToFindIt() {
        tell(Manifest.Kind.PERIODIC, 9);
        for (long number : new long[] {1, 3, 7}) {
            assertThat(log.arrived(delivery(number, number, 1), NOW)).isEqualTo(Verdict.DELIVERED);
        }
        log.check(NOW - 1, NOW);
        assertThat(findings).isEmpty();
        log.check(NOW, NOW);
        assertThat(findings)
                .containsExactly(new Finding(
                        Verdict.LOST,
                        "billing",
                        "shop",
                        EPOCH,
                        "orders",
                        3,
                        List.of(new NumberRange(2, 2), new NumberRange(4, 6)),
                        findings.get(0).at()));
        assertThat(findings.get(0)).hasToString("LOST 2, 4-6 of shop/e1 in orders-3, noticed by group 'billing'");
        assertThat(findings.get(0).count()).isEqualTo(4);
    }

    @Test
    void onALogTheSamePlaceAgainIsARedeliveryAndAnotherADuplicate() {
        log.arrived(delivery(1, 10, 1), NOW);
        assertThat(log.arrived(delivery(1, 10, 1), NOW)).isEqualTo(Verdict.DELIVERED);
        assertThat(findings).isEmpty();
        assertThat(log.arrived(delivery(1, 11, 1), NOW)).isEqualTo(Verdict.DUPLICATE);
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.DUPLICATE);
            assertThat(finding.numbers()).containsExactly(new NumberRange(1, 1));
        });
    }

    @Test
    void onAQueueTheBrokersCountSaysIt() {
        queue.arrived(delivery(1, 10, 1), NOW);
        assertThat(queue.arrived(delivery(1, 1, 2), NOW)).isEqualTo(Verdict.DELIVERED);
        assertThat(findings).isEmpty();
        assertThat(queue.arrived(delivery(1, 2, 1), NOW)).isEqualTo(Verdict.DUPLICATE);
    }

    @Test
    void whatHasNoNumberIsForeign() {
        Message message = message("x");
        assertThat(log.arrived(new Delivery(message, 3, 1, 0, 1, null), NOW)).isEqualTo(Verdict.FOREIGN);
        assertThat(log.arrived(new Delivery(message, 3, 2, 0, 1, WaybillHeader.encode(message)), NOW))
                .isEqualTo(Verdict.FOREIGN);
        assertThat(log.arrived(new Delivery(message, 3, 2, 0, 1, null), NOW))
                .as("again")
                .isEqualTo(Verdict.FOREIGN);
        assertThat(log.books().foreign).isEqualTo(2);
        assertThat(findings).isEmpty();
    }

    @Test
    void whatIsForAnotherPartitionIsMisroutedAndNoNumberOfThisOne() {
        Message message = message("x");
        Delivery astray = new Delivery(message, 3, 1, 0, 1, stamp(message, 2, 1, null));
        assertThat(log.arrived(astray, NOW)).isEqualTo(Verdict.MISROUTED);
        assertThat(log.books().streams).isEmpty();
        assertThat(findings)
                .singleElement()
                .hasToString("MISROUTED 1 of " + Long.toHexString(Contents.hash("shop"))
                        + "/e1 in orders-3, noticed by group" + " 'billing'");
    }

    @Test
    void whatHasChangedIsCorruptedAndNotMissed() {
        Message sent = message("x");
        Message changed = sent.toBuilder().text("y").build();
        tell(Manifest.Kind.PERIODIC, 2);
        assertThat(log.arrived(new Delivery(changed, 3, 1, 0, 1, stamp(sent, 3, 1, null)), NOW))
                .isEqualTo(Verdict.CORRUPTED);
        log.arrived(delivery(2, 2, 1), NOW);
        log.check(NOW, NOW);
        assertThat(findings)
                .singleElement()
                .satisfies(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.CORRUPTED));
    }

    @Test
    void w7_aStampWithoutTheRightSealIsNotBelieved() {
        PartitionCheck guarded = check(true, SECRET);
        Message message = message("x");
        assertThat(guarded.arrived(new Delivery(message, 3, 1, 0, 1, stamp(message, 3, 1, SECRET)), NOW))
                .isEqualTo(Verdict.DELIVERED);
        assertThat(guarded.arrived(new Delivery(message, 3, 2, 0, 1, stamp(message, 3, 900, null)), NOW))
                .isEqualTo(Verdict.CORRUPTED);
        assertThat(account(guarded).seen).as("a stranger takes no number").hasToString("[1]");
    }

    @Test
    void livesOfOneProducerDoNotMix() {
        Message message = message("x");
        byte[] other = Stamp.on(WaybillHeader.encode(message), Contents.hash("shop"), EPOCH + 1, 1, 0, 0, false);
        new Contents("orders", 3, null).vouch(other, message);
        log.arrived(delivery(1, 1, 1), NOW);
        assertThat(log.arrived(new Delivery(message, 3, 2, 0, 1, other), NOW)).isEqualTo(Verdict.DELIVERED);
        assertThat(log.books().streams).hasSize(2);
        assertThat(findings).isEmpty();
    }

    @Test
    void w4_whoOpenedAfterTheGroupBeganMustArriveFromItsFirstNumberOn() {
        mark();
        tell(Manifest.Kind.OPENED, 4);
        log.arrived(delivery(4, 1, 1), NOW);
        log.check(NOW - 1, NOW);
        assertThat(findings).as("within the grace").isEmpty();
        log.check(NOW, NOW);
        assertThat(findings)
                .singleElement()
                .satisfies(finding -> assertThat(finding.numbers()).containsExactly(new NumberRange(1, 3)));
    }

    @Test
    void w3_whoOpenedBeforeMayHaveSentBefore() {
        tell(Manifest.Kind.OPENED, 4);
        mark();
        log.arrived(delivery(4, 1, 1), NOW);
        log.check(NOW, NOW);
        assertThat(findings).isEmpty();
        assertThat(log.books().streams.values())
                .singleElement()
                .satisfies(stream -> assertThat(stream.before).isEqualTo(3));
    }

    @Test
    void whatTheLogHasNotToldYetIsDecidedWhenItHas() {
        log.arrived(delivery(4, 1, 1), NOW);
        log.check(NOW, NOW);
        mark();
        log.check(NOW, NOW);
        tell(Manifest.Kind.OPENED, 4);
        log.check(NOW, NOW);
        assertThat(findings)
                .singleElement()
                .satisfies(finding -> assertThat(finding.numbers()).containsExactly(new NumberRange(1, 3)));
    }

    @Test
    void w4_aStreamOfWhichNothingComesIsMissed() {
        mark();
        tell(Manifest.Kind.OPENED, 2);
        log.check(NOW, NOW);
        assertThat(log.tailSince(NOW)).isEqualTo(NOW);
        log.checkTails(NOW, NOW);
        assertThat(findings).as("asked when it was noticed, not later").isEmpty();
        log.checkTails(NOW + 1, NOW + 1);
        assertThat(findings)
                .singleElement()
                .satisfies(finding -> assertThat(finding.numbers()).containsExactly(new NumberRange(1, 2)));
    }

    @Test
    void w5_stateGoesWithThePartition() throws IOException {
        tell(Manifest.Kind.PERIODIC, 5);
        log.arrived(delivery(1, 7, 1), NOW);
        log.arrived(delivery(5, 8, 1), NOW);
        log.arrived(new Delivery(message("x"), 3, 9, 0, 1, null), NOW);
        byte[] state = written(log);

        PartitionCheck next = check(true, null);
        next.readFrom(new DataInputStream(new ByteArrayInputStream(state)), NOW);
        assertThat(next.books().foreign).isEqualTo(1);
        assertThat(next.arrived(delivery(5, 8, 1), NOW)).as("again").isEqualTo(Verdict.DELIVERED);
        assertThat(next.arrived(delivery(6, 10, 1), NOW)).isEqualTo(Verdict.DELIVERED);
        assertThat(findings).isEmpty();
        next.check(NOW, NOW);
        assertThat(findings)
                .singleElement()
                .satisfies(finding -> assertThat(finding.numbers()).containsExactly(new NumberRange(2, 4)));
    }

    @Test
    void w6_eachNumberThatCameIsInOneState() {
        for (long number = 1; number <= 6; number++) {
            log.arrived(delivery(number, 10 + number, 1), NOW);
        }
        log.ended(delivery(2, 12, 1), Ending.DEAD_LETTERED);
        log.ended(delivery(3, 13, 1), Ending.FILTERED);
        assertThat(log.finished(14)).isTrue();
        assertThat(log.finished(14)).as("nothing new").isFalse();
        assertThat(log.totals())
                .as("handled 1 and 4, in flight 5 and 6")
                .isEqualTo(new GroupTotals(2, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void w6_whatIsHandledAgainAfterACrashCountsOnce() throws IOException {
        log.arrived(delivery(1, 1, 1), NOW);
        log.ended(delivery(1, 1, 1), Ending.DEAD_LETTERED);
        assertThat(log.finished(1)).isTrue();
        PartitionCheck next = check(true, null);
        next.readFrom(new DataInputStream(new ByteArrayInputStream(written(log))), NOW); // the settlement failed
        next.arrived(delivery(1, 1, 2), NOW);
        assertThat(next.finished(1)).isTrue();
        assertThat(next.totals()).isEqualTo(new GroupTotals(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void w5_whatIsSettledIsForgottenAndNotMissedAgain() throws IOException {
        mark();
        tell(Manifest.Kind.OPENED, 2);
        log.arrived(delivery(1, 1, 1), NOW);
        log.arrived(delivery(2, 2, 1), NOW);
        assertThat(log.finished(1)).isTrue();
        tell(Manifest.Kind.CLOSED, 2);
        assertThat(log.forgetSettled()).as("2 is not finished").isFalse();
        assertThat(log.finished(2)).isTrue();
        int before = written(log).length;
        assertThat(log.forgetSettled()).isTrue();
        assertThat(log.books().streams).isEmpty();
        assertThat(log.totals().handled()).as("the sums stay").isEqualTo(2);
        assertThat(written(log)).hasSizeLessThan(before);

        PartitionCheck next = check(true, null);
        next.readFrom(new DataInputStream(new ByteArrayInputStream(written(log))), NOW);
        next.check(NOW, NOW);
        assertThat(next.tailSince(NOW))
                .as("the log still tells of it, and nobody misses it")
                .isZero();
        assertThat(next.arrived(delivery(1, 2, 1), NOW)).as("it comes again").isEqualTo(Verdict.DELIVERED);
        assertThat(findings).isEmpty();
        assertThat(next.arrived(delivery(1, 3, 1), NOW)).as("a second copy").isEqualTo(Verdict.DUPLICATE);
        assertThat(next.tailSince(NOW)).isZero();
        assertThat(findings).extracting(Finding::verdict).containsExactly(Verdict.DUPLICATE);
    }

    @Test
    void w5_whoWasTakenForDeadAndGoesOnIsMissedAgain() {
        mark();
        tell(Manifest.Kind.OPENED, 2);
        log.arrived(delivery(1, 1, 1), NOW);
        log.arrived(delivery(2, 2, 1), NOW);
        assertThat(log.finished(2)).isTrue();
        assertThat(log.forgetSettled()).as("it lives").isFalse();
        told.read(new Manifest(
                        "other", 1, Manifest.Kind.OPENED, Duration.ofHours(26).toMillis(), List.of())
                .encode(1 << 20)
                .get(0));
        assertThat(log.forgetSettled()).as("it said nothing for a day").isTrue();

        assertThat(log.arrived(delivery(5, 3, 1), NOW)).isEqualTo(Verdict.DELIVERED);
        tell(Manifest.Kind.PERIODIC, 5);
        log.check(NOW, NOW);
        assertThat(findings)
                .singleElement()
                .satisfies(finding -> assertThat(finding.numbers()).hasToString("[3-4]"));
    }

    @Test
    void w5_whereTheFirstMarkWasNeverWrittenNobodyIsMissedWhoWasThereBefore() throws IOException {
        tell(Manifest.Kind.OPENED, 9);
        log.arrived(delivery(7, 1, 1), NOW); // its mark never got into the log
        PartitionCheck next = new PartitionCheck("billing", "orders", 3, true, null, told, MARK + 1, findings::add);
        next.readFrom(new DataInputStream(new ByteArrayInputStream(written(log))), NOW);
        told.read(new Mark("billing", "orders", 3, MARK + 1).encode());
        next.check(NOW, NOW);
        next.check(NOW, NOW);
        assertThat(findings).isEmpty();
        assertThat(account(next).before).isEqualTo(6);
    }

    @Test
    void w6_whatWasHandledIsNotFilteredWhenItComesAgain() {
        log.arrived(delivery(1, 1, 1), NOW);
        assertThat(log.finished(1)).isTrue();
        log.arrived(delivery(1, 1, 2), NOW);
        log.ended(delivery(1, 1, 2), Ending.FILTERED);
        assertThat(log.finished(1)).isTrue();
        assertThat(log.totals().handled()).isEqualTo(1);
        assertThat(log.totals().filtered()).isZero();
    }

    @Test
    void w6_whatIsFilteredNowAndThenTakesNoMemory() throws IOException {
        for (long number = 1; number <= 10_000; number++) {
            log.arrived(delivery(number, number, 1), NOW);
            if (number % 2 == 0) {
                log.ended(delivery(number, number, 1), number % 4 == 0 ? Ending.FILTERED : Ending.DEAD_LETTERED);
            }
            assertThat(log.finished(number)).isTrue();
        }
        assertThat(log.totals()).isEqualTo(new GroupTotals(5_000, 2_500, 2_500, 0, 0, 0, 0, 0, 0, 0, 0));
        assertThat(written(log)).hasSizeLessThan(100);
    }

    @Test
    void w3_whatIsChangedIsToldThoughItWasGivenToAnotherBefore() {
        Message changed = message("changed");
        Delivery given = new Delivery(changed, 3, 1, 0, 2, stamp(message("order 1"), 3, 1, null));
        assertThat(queue.arrived(given, NOW)).isEqualTo(Verdict.CORRUPTED);
        assertThat(queue.arrived(given, NOW)).isEqualTo(Verdict.CORRUPTED);
        assertThat(findings).as("told once").hasSize(1);
    }

    @Test
    void w5_whatAnotherOwnerForgotIsForgotten() throws IOException {
        mark();
        tell(Manifest.Kind.OPENED, 1);
        log.arrived(delivery(1, 1, 1), NOW);
        assertThat(log.finished(1)).isTrue();
        PartitionCheck other = check(true, null);
        other.readFrom(new DataInputStream(new ByteArrayInputStream(written(log))), NOW);
        tell(Manifest.Kind.CLOSED, 1);
        assertThat(other.forgetSettled()).isTrue();

        log.merge(new DataInputStream(new ByteArrayInputStream(written(other))), NOW);
        assertThat(log.books().streams).isEmpty();
        assertThat(log.totals().handled()).isEqualTo(1);
        other.merge(new DataInputStream(new ByteArrayInputStream(written(check(true, null)))), NOW);
        assertThat(other.totals().handled()).isEqualTo(1);
        log.check(NOW, NOW);
        assertThat(log.tailSince(NOW)).isZero();
        assertThat(findings).isEmpty();
    }

    @Test
    void w6_whatAQueueIsToldOfOutOfOrderIsFinished() {
        for (long number = 1; number <= 4; number++) {
            queue.arrived(delivery(number, number, 1), NOW);
        }
        assertThat(queue.finished(-1, 3, 4)).as("the first is stuck").isTrue();
        assertThat(queue.totals().inFlight()).isEqualTo(2);
        assertThat(queue.totals().handled()).isEqualTo(2);
    }

    @Test
    void w5_whatIsOpenIsNotForgotten() {
        mark();
        tell(Manifest.Kind.OPENED, 3);
        log.arrived(delivery(1, 1, 1), NOW);
        log.arrived(delivery(3, 2, 1), NOW);
        assertThat(log.finished(2)).isTrue();
        tell(Manifest.Kind.CLOSED, 4);
        assertThat(log.forgetSettled()).as("2 and 4 are missing").isFalse();
    }

    @Test
    void w5_onceTheLogHasForgottenItSoHaveTheBooks() throws IOException {
        tell(Manifest.Kind.OPENED, 1);
        log.arrived(delivery(1, 1, 1), NOW);
        assertThat(log.finished(1)).isTrue();
        tell(Manifest.Kind.CLOSED, 1);
        assertThat(log.forgetSettled()).isTrue();
        int named = written(log).length;

        Told shorter = new Told("billing");
        PartitionCheck next = new PartitionCheck("billing", "orders", 3, true, null, shorter, MARK, findings::add);
        next.readFrom(new DataInputStream(new ByteArrayInputStream(written(log))), NOW);
        assertThat(next.forgetSettled()).as("it is not read yet").isFalse();
        shorter.read(new Mark("billing", "orders", 3, MARK).encode());
        assertThat(next.forgetSettled()).isTrue();
        assertThat(written(next)).hasSizeLessThan(named);
    }

    @Test
    void aStateThatItDoesNotKnowIsRefused() throws IOException {
        byte[] state = written(log);
        state[0] = 2;
        assertThatThrownBy(() -> log.readFrom(new DataInputStream(new ByteArrayInputStream(state)), NOW))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
    }

    private static byte[] written(PartitionCheck check) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        check.writeTo(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
