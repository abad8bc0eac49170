package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.ledger.VerifierState;
import io.waybill.ledger.VerifierState.Row;
import io.waybill.message.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link VerifierState} does, wherever it keeps the books (rule W5). A test class of the store extends it; the store need not be
 * empty, since each test has groups of its own.
 */
@Timeout(120)
public abstract class VerifierStateContract {
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);
    private static final TopicPartition SECOND = new TopicPartition("orders", 1);
    private static final int THREADS = 16;

    private final String group = "billing-" + UUID.randomUUID();

    /**
     * A state over the store that is tested. What is saved through one is there in the next.
     *
     * @return a state, the same or a new one; not closed by the tests
     */
    protected abstract VerifierState state();

    private static Row row(String text, long version) {
        return new Row(text.getBytes(StandardCharsets.UTF_8), version);
    }

    private static String text(Row row) {
        return new String(row.bytes(), StandardCharsets.UTF_8);
    }

    private void assertKept(TopicPartition partition, String text, long version) throws Exception {
        Row found = kept(state().load(group, List.of(partition)), partition);
        assertThat(text(found)).isEqualTo(text);
        assertThat(found.version()).isEqualTo(version);
    }

    private static Row kept(Map<TopicPartition, Row> found, TopicPartition partition) {
        assertThat(found).containsKey(partition);
        return Objects.requireNonNull(found.get(partition));
    }

    /** All at the same moment; returns what they return, and fails if one fails. */
    private static <T> List<T> together(List<Callable<T>> works) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(works.size());
        try {
            List<Future<T>> running = new ArrayList<>();
            for (Callable<T> work : works) {
                running.add(threads.submit(() -> {
                    start.await();
                    return work.call();
                }));
            }
            start.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whatIsSavedIsThereAndNothingElse() throws Exception {
        VerifierState state = state();
        assertThat(state.load(group, List.of(FIRST, SECOND))).isEmpty();
        assertThat(state.save(group, Map.of(FIRST, row("a", 0)))).isEmpty();
        assertThat(state.load(group, List.of(FIRST, SECOND))).containsOnlyKeys(FIRST);
        assertKept(FIRST, "a", 1);
    }

    @Test
    void nothingIsReadAndWrittenToo() throws Exception {
        VerifierState state = state();
        assertThat(state.load(group, List.of())).isEmpty();
        assertThat(state.save(group, Map.of())).isEmpty();
    }

    @Test
    void eachSaveRaisesTheVersionByOne() throws Exception {
        for (int version = 0; version < 5; version++) {
            assertThat(state().save(group, Map.of(FIRST, row("v" + version, version))))
                    .isEmpty();
            assertKept(FIRST, "v" + version, version + 1);
        }
    }

    @Test
    void whoIsBehindOrAheadIsRefusedAndOverwritesNothing() throws Exception {
        VerifierState state = state();
        assertThat(state.save(group, Map.of(FIRST, row("ahead", 3)))).containsOnly(FIRST);
        assertThat(state.load(group, List.of(FIRST))).isEmpty();
        assertThat(state.save(group, Map.of(FIRST, row("old owner", 0)))).isEmpty();
        assertThat(state.save(group, Map.of(FIRST, row("new owner", 1)))).isEmpty();
        for (long version : new long[] {0, 1, 3}) {
            assertThat(state.save(group, Map.of(FIRST, row("zombie", version)))).containsOnly(FIRST);
            assertKept(FIRST, "new owner", 2);
        }
    }

    @Test
    void whereSomeAreRefusedTheOthersAreKept() throws Exception {
        VerifierState state = state();
        TopicPartition third = new TopicPartition("orders", 2);
        TopicPartition fourth = new TopicPartition("payments", 0);
        assertThat(state.save(group, Map.of(FIRST, row("a", 0), SECOND, row("b", 0))))
                .isEmpty();
        assertThat(state.save(group, Map.of(SECOND, row("b2", 1)))).isEmpty();

        assertThat(state.save(
                        group,
                        Map.of(FIRST, row("a2", 1), SECOND, row("late", 1), third, row("c", 0), fourth, row("d", 7))))
                .isEqualTo(Set.of(SECOND, fourth));
        assertKept(FIRST, "a2", 2);
        assertKept(SECOND, "b2", 2);
        assertKept(third, "c", 1);
        assertThat(state.load(group, List.of(fourth))).isEmpty();
    }

    @Test
    void whatIsSavedDoesNotChangeWithTheArray() throws Exception {
        byte[] bytes = "as it was".getBytes(StandardCharsets.UTF_8);
        assertThat(state().save(group, Map.of(FIRST, new Row(bytes, 0)))).isEmpty();
        Arrays.fill(bytes, (byte) 0);
        assertKept(FIRST, "as it was", 1);
    }

    @Test
    void ofManyThatWriteFirstAtOnceOneDoesAndTheOthersAreRefused() throws Exception {
        for (int round = 0; round < 5; round++) {
            TopicPartition partition = new TopicPartition("orders", round);
            List<Callable<Boolean>> writers = IntStream.range(0, THREADS)
                    .<Callable<Boolean>>mapToObj(i -> () -> state().save(group, Map.of(partition, row("writer", 0)))
                            .isEmpty())
                    .toList();
            assertThat(together(writers)).containsOnlyOnce(true);
            assertKept(partition, "writer", 1);
        }
    }

    @Test
    void manyThatWriteTheirFirstInPartitionsOfTheirOwnAllDo() throws Exception {
        List<Callable<Set<TopicPartition>>> writers = IntStream.range(0, THREADS)
                .<Callable<Set<TopicPartition>>>mapToObj(i -> () -> {
                    Map<TopicPartition, Row> own = new HashMap<>();
                    for (int partition = i; partition < 8 * THREADS; partition += THREADS) {
                        own.put(new TopicPartition("orders", partition), row("writer " + i, 0));
                    }
                    return state().save(group, own);
                })
                .toList();
        assertThat(together(writers)).allMatch(Set::isEmpty);
        for (int partition = 0; partition < 8 * THREADS; partition++) {
            assertKept(new TopicPartition("orders", partition), "writer " + partition % THREADS, 1);
        }
    }

    @Test
    void ofManyThatCountTogetherNoneIsForgotten() throws Exception {
        int each = 10;
        CyclicBarrier allHaveRead = new CyclicBarrier(THREADS);
        AtomicLong refusals = new AtomicLong();
        List<Callable<Void>> writers = IntStream.range(0, THREADS)
                .<Callable<Void>>mapToObj(i -> () -> {
                    VerifierState state = state();
                    Map<TopicPartition, Integer> left = new HashMap<>(Map.of(FIRST, each, SECOND, each));
                    while (!left.isEmpty()) {
                        Map<TopicPartition, Row> kept = state.load(group, left.keySet());
                        if (kept.isEmpty()) {
                            allHaveRead.await();
                        }
                        Map<TopicPartition, Row> next = new HashMap<>();
                        for (TopicPartition partition : left.keySet()) {
                            Row row = kept.getOrDefault(partition, row("0", 0));
                            next.put(partition, row("" + (Integer.parseInt(text(row)) + 1), row.version()));
                        }
                        Set<TopicPartition> refused = state.save(group, next);
                        refusals.addAndGet(refused.size());
                        next.keySet().removeAll(refused);
                        next.keySet().forEach(saved -> left.computeIfPresent(saved, (p, n) -> n == 1 ? null : n - 1));
                    }
                    return null;
                })
                .toList();
        var unused = together(writers);
        assertThat(refusals).as("they met").hasPositiveValue();
        long all = (long) THREADS * each;
        assertKept(FIRST, "" + all, all);
        assertKept(SECOND, "" + all, all);
    }

    @Test
    void everyByteIsKeptOfNoneAndOfMany() throws Exception {
        VerifierState state = state();
        byte[] large = new byte[(1 << 20) + 1];
        new Random(17).nextBytes(large);
        assertThat(state.save(group, Map.of(FIRST, new Row(new byte[0], 0), SECOND, new Row(large, 0))))
                .isEmpty();
        assertThat(state.save(group, Map.of(SECOND, new Row(large, 1)))).isEmpty();
        Map<TopicPartition, Row> found = state().load(group, List.of(FIRST, SECOND));
        assertThat(kept(found, FIRST).bytes()).isEmpty();
        assertThat(kept(found, SECOND).bytes()).isEqualTo(large);
    }

    @Test
    void namesThatDifferInOneCharacterAreDifferent() throws Exception {
        VerifierState state = state();
        List<String> names = Stream.of(
                        "orders", "Orders", "ORDERS", "orders.", "or.ders", "or-ders", "or_ders", "0rders", "order")
                .toList();
        for (String name : names) {
            TopicPartition partition = new TopicPartition(name, 0);
            assertThat(state.save(group, Map.of(partition, row(name, 0))))
                    .as(name)
                    .isEmpty();
            assertThat(state.save(group + name, Map.of(partition, row("of " + group + name, 0))))
                    .as("group %s", name)
                    .isEmpty();
        }
        Map<TopicPartition, Row> found = state.load(
                group, names.stream().map(name -> new TopicPartition(name, 0)).toList());
        assertThat(found).hasSameSizeAs(names);
        found.forEach((partition, row) -> assertThat(text(row)).isEqualTo(partition.topic()));
    }

    @Test
    void groupsAreApart() throws Exception {
        VerifierState state = state();
        assertThat(state.save(group, Map.of(FIRST, row("a", 0)))).isEmpty();
        assertThat(state.load(group + "2", List.of(FIRST))).isEmpty();
        assertThat(state.save(group + "2", Map.of(FIRST, row("b", 0)))).isEmpty();
        assertKept(FIRST, "a", 1);
    }

    @Test
    void theLongestNamesAndTheHighestPartitionHavePlace() throws Exception {
        String longest = group + "x".repeat(100 - group.length());
        TopicPartition partition = new TopicPartition("T".repeat(100), Integer.MAX_VALUE);
        assertThat(state().save(longest, Map.of(partition, row("a", 0)))).isEmpty();
        assertThat(state().load(longest, List.of(partition))).containsOnlyKeys(partition);
    }

    @Test
    void hundredsOfPartitionsAreOneSave() throws Exception {
        Map<TopicPartition, Row> rows = new HashMap<>();
        for (int i = 0; i < 600; i++) {
            rows.put(new TopicPartition("topic-" + i % 3, i), row("row " + i, 0));
        }
        assertThat(state().save(group, rows)).isEmpty();
        Map<TopicPartition, Row> found = state().load(group, rows.keySet());
        assertThat(found).hasSameSizeAs(rows);
        found.forEach((partition, row) -> assertThat(text(row)).isEqualTo("row " + partition.partition()));
    }
}
