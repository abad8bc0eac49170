package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AcknowledgedTest {
    private static final int NUMBERS = 200_000;
    private static final int NEAR = 8;

    private final Acknowledged acknowledged = new Acknowledged();

    private String last() {
        return acknowledged.last().from() + "-" + acknowledged.last().to();
    }

    @Test
    void atFirstThereIsNone() {
        assertThat(acknowledged.now().isEmpty()).isTrue();
        assertThat(acknowledged.last().to()).isZero();
    }

    @Test
    void theLastRunBeginsBehindTheLastGapAndGrowsWhenThatIsFilled() {
        acknowledged.add(1);
        acknowledged.add(2);
        assertThat(last()).isEqualTo("1-2");
        acknowledged.add(5);
        acknowledged.add(6);
        assertThat(last()).isEqualTo("5-6");
        acknowledged.add(3);
        assertThat(last()).isEqualTo("5-6");
        assertThat(acknowledged.now()).hasToString("[1-3, 5-6]");
        acknowledged.add(4);
        assertThat(last()).isEqualTo("1-6");
        acknowledged.add(7);
        assertThat(acknowledged.now()).hasToString("[1-7]");
    }

    @Test
    void aRunThatWasReplacedStaysTrue() {
        acknowledged.add(1);
        Acknowledged.Run first = acknowledged.last();
        acknowledged.add(3);
        acknowledged.add(2);
        assertThat(first.from()).isEqualTo(1);
        assertThat(first.to()).isEqualTo(1);
    }

    @Test
    void anyOrderGivesTheSame() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            Acknowledged some = new Acknowledged();
            NumberSet expected = new NumberSet();
            List<Long> order =
                    new ArrayList<>(LongStream.rangeClosed(1, 60).boxed().toList());
            Collections.shuffle(order, random);
            for (long number : order) {
                some.add(number);
                boolean unused = expected.add(number);
                assertThat(some.now()).isEqualTo(expected);
                assertThat(some.last().to()).isEqualTo(expected.last());
                assertThat(some.last().from()).isEqualTo(expected.startOfRun(expected.last()));
            }
        }
    }

    @Test
    void manyThreadsLoseNoneAndClaimNone() throws Exception {
        AtomicIntegerArray begun = new AtomicIntegerArray(NUMBERS + 1);
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            CompletableFuture<Void> odd = CompletableFuture.runAsync(() -> addEachSecond(begun, 1), threads);
            CompletableFuture<Void> even = CompletableFuture.runAsync(() -> addEachSecond(begun, 2), threads);
            CompletableFuture<Long> claimed = CompletableFuture.supplyAsync(() -> falseClaims(begun, over), threads);
            CompletableFuture.allOf(odd, even).join();
            over.set(true);
            assertThat(claimed.join()).isZero();
        } finally {
            threads.shutdownNow();
        }
        assertThat(acknowledged.now()).hasToString("[1-" + NUMBERS + "]");
        assertThat(last()).isEqualTo("1-" + NUMBERS);
    }

    private void addEachSecond(AtomicIntegerArray begun, int from) {
        for (int number = from; number <= NUMBERS; number += 2) {
            begun.set(number, 1);
            acknowledged.add(number);
        }
    }

    /** How often a run had a number at either end of it that nobody had begun to add. */
    private long falseClaims(AtomicIntegerArray begun, AtomicBoolean over) {
        long claims = 0;
        while (!over.get()) {
            Acknowledged.Run run = acknowledged.last();
            long to = run.to();
            for (long number = Math.max(run.from(), to - NEAR); number <= to; number++) {
                claims += 1 - begun.get((int) number);
            }
            if (run.from() <= to) {
                claims += 1 - begun.get((int) run.from());
            }
        }
        return claims;
    }
}
