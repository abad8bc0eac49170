package io.waybill.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.ledger.Finding;
import io.waybill.ledger.NumberRange;
import io.waybill.ledger.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab can fail: where the verification says nothing, too much, or something else, its verdict turns bad. */
class LossLabTest {
    private static final String LOSS = "retention took messages that were not read yet";
    private static final String QUIET = "two producers of one name";

    @TempDir
    private Path folder;

    private Result play(String scenario, UnaryOperator<Consumer<Finding>> ears) throws InterruptedException {
        try (LabBroker broker = new MemoryLab()) {
            return new LossLab(broker, folder, 1, ears)
                    .run(one -> one.name().equals(scenario))
                    .get(0);
        }
    }

    private static List<Fact> facts(Verdict verdict, long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(number -> new Fact(verdict, "shop", "orders", 0, number))
                .toList();
    }

    private static Result judged(Verdict expected, List<Fact> injected, List<Fact> reported) {
        return Result.judged("name", "memory", expected, injected, reported, "", 0);
    }

    @Test
    void aVerificationThatSaysWhatIsTrueIsGood() throws InterruptedException {
        Result result = play(LOSS, UnaryOperator.identity());
        assertThat(result.outcome()).as(result.note()).isEqualTo(Outcome.FOUND);
        assertThat(result.injected()).isNotEmpty().isEqualTo(result.reported());
        assertThat(result.falseAlarms()).isZero();
        assertThat(play(QUIET, UnaryOperator.identity()).outcome()).isEqualTo(Outcome.SILENT);
    }

    @Test
    void aVerificationThatSaysNothingIsFoundOut() throws InterruptedException {
        Result result = play(LOSS, listener -> finding -> {});
        assertThat(result.outcome()).isEqualTo(Outcome.MISSED);
        assertThat(result.injected()).isNotEmpty();
        assertThat(result.reported()).isEmpty();
    }

    @Test
    void aVerificationThatSaysOneNumberTooMuchIsFoundOut() throws InterruptedException {
        Result result = play(LOSS, listener -> finding -> {
            NumberRange range = finding.numbers().get(0);
            listener.accept(with(finding, new NumberRange(range.from() - 1, range.to())));
        });
        assertThat(result.outcome()).isEqualTo(Outcome.FALSE_ALARM);
        assertThat(result.falseAlarms()).isEqualTo(1);
    }

    @Test
    void aVerificationThatSaysOneNumberTooLittleIsFoundOut() throws InterruptedException {
        Result result = play(LOSS, listener -> finding -> {
            NumberRange range = finding.numbers().get(0);
            listener.accept(with(finding, new NumberRange(range.from() + 1, range.to())));
        });
        assertThat(result.outcome()).isEqualTo(Outcome.MISSED);
        assertThat(result.falseAlarms()).isZero();
    }

    private static Finding with(Finding finding, NumberRange range) {
        return new Finding(
                finding.verdict(),
                finding.group(),
                finding.producer(),
                finding.epoch(),
                finding.topic(),
                finding.partition(),
                List.of(range));
    }

    @Test
    void anAlarmWhereNothingIsLostIsFoundOut() throws InterruptedException {
        Result result = play(QUIET, listener -> {
            listener.accept(
                    new Finding(Verdict.LOST, "readers", "shop", 1, "orders", 0, List.of(new NumberRange(3, 4))));
            return listener;
        });
        assertThat(result.outcome()).isEqualTo(Outcome.FALSE_ALARM);
        assertThat(result.falseAlarms()).isEqualTo(2);
        assertThat(result.reported()).containsExactly("orders-0:3-4");
    }

    @Test
    void everyNumberMustBeToldOnceAndAsWhatItIs() {
        List<Fact> lost = facts(Verdict.LOST, 3, 5);
        assertThat(judged(Verdict.LOST, lost, lost).outcome()).isEqualTo(Outcome.FOUND);
        assertThat(judged(Verdict.LOST, lost, facts(Verdict.DUPLICATE, 3, 5)).outcome())
                .isEqualTo(Outcome.FALSE_ALARM);
        List<Fact> twice = LongStream.of(3, 3, 4, 5)
                .mapToObj(number -> new Fact(Verdict.LOST, "shop", "orders", 0, number))
                .toList();
        assertThat(judged(Verdict.LOST, lost, twice).outcome()).isEqualTo(Outcome.FALSE_ALARM);
        assertThat(judged(Verdict.LOST, List.of(), List.of()).outcome()).isEqualTo(Outcome.FAILED);
        assertThat(judged(null, List.of(), List.of()).outcome()).isEqualTo(Outcome.SILENT);
        assertThat(judged(null, facts(Verdict.LATE, 7, 8), List.of()).outcome()).isEqualTo(Outcome.SILENT);
    }

    @Test
    void intervalsNameTopicAndPartition() {
        assertThat(Fact.intervals(facts(Verdict.LOST, 1, 1))).containsExactly("orders-0:1");
        List<Fact> two = List.of(
                new Fact(Verdict.LOST, "shop", "orders", 0, 4),
                new Fact(Verdict.LOST, "shop", "orders", 0, 5),
                new Fact(Verdict.LOST, "shop", "orders", 0, 9),
                new Fact(Verdict.LOST, "shop", "orders", 1, 6));
        assertThat(Fact.intervals(two)).containsExactly("orders-0:4-5", "orders-0:9", "orders-1:6");
    }
}
