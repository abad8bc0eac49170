package io.waybill.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.ledger.Finding;
import io.waybill.ledger.NumberRange;
import io.waybill.ledger.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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

    /** What comes of a loss, and of what is none, in this order. */
    private List<Result> play(UnaryOperator<Consumer<Finding>> ears) throws InterruptedException {
        try (LabBroker broker = new MemoryLab()) {
            return new LossLab(broker, folder, 1, Duration.ofSeconds(3), ears)
                    .run(scenario ->
                            scenario.name().equals(LOSS) || scenario.name().equals(QUIET));
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
        List<Result> results = play(UnaryOperator.identity());
        assertThat(results).extracting(Result::outcome).containsExactly(Outcome.FOUND, Outcome.SILENT);
        assertThat(results.get(0).injected())
                .isNotEmpty()
                .isEqualTo(results.get(0).reported());
        assertThat(results).extracting(Result::falseAlarms).containsOnly(0L);
    }

    @Test
    void aVerificationThatSaysNothingIsFoundOut() throws InterruptedException {
        List<Result> results = play(listener -> finding -> {});
        assertThat(results).extracting(Result::outcome).containsExactly(Outcome.MISSED, Outcome.SILENT);
        assertThat(results.get(0).injected()).isNotEmpty();
        assertThat(results.get(0).reported()).isEmpty();
    }

    /** One number more than was lost, and one where nothing was. */
    @Test
    void aVerificationThatSaysTooMuchIsFoundOut() throws InterruptedException {
        List<Result> results = play(listener -> {
            Finding nothing = new Finding(
                    Verdict.LOST, "readers", "shop", 1, "orders", 0, List.of(new NumberRange(3, 3)), Instant.now());
            listener.accept(nothing);
            return listener;
        });
        assertThat(results).extracting(Result::outcome).containsOnly(Outcome.FALSE_ALARM);
        assertThat(results.get(1).reported()).isNotEmpty().containsOnly("orders-0:3");
        assertThat(results)
                .allSatisfy(result -> assertThat(result.falseAlarms()).isPositive());
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
        assertThat(judged(Verdict.LOST, lost, facts(Verdict.LOST, 3, 4)).outcome())
                .isEqualTo(Outcome.MISSED);
        assertThat(judged(Verdict.LOST, lost, facts(Verdict.LOST, 2, 5)).falseAlarms())
                .isEqualTo(1);
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
