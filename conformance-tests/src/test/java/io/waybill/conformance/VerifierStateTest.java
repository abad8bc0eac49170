package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.waybill.ledger.VerifierState;
import io.waybill.message.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The states of the interceptors pass the contract; states that are wrong fail it. */
class VerifierStateTest {
    @Nested
    class InMemory extends VerifierStateContract {
        private final VerifierState memory = VerifierState.memory();

        @Override
        protected VerifierState state() {
            return memory;
        }
    }

    @Nested
    class InFiles extends VerifierStateContract {
        @TempDir
        Path folder;

        @Override
        protected VerifierState state() {
            return VerifierState.files(folder);
        }
    }

    /** A contract, and the state that it tests: right, but for what is overridden. */
    abstract static class Wrong extends VerifierStateContract implements VerifierState {
        final VerifierState right = VerifierState.memory();

        @Override
        protected VerifierState state() {
            return this;
        }

        @Override
        public Map<TopicPartition, Row> load(String group, Collection<TopicPartition> partitions) throws Exception {
            return right.load(group, partitions);
        }

        @Override
        public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception {
            return right.save(group, rows);
        }

        static long version(Map<TopicPartition, Row> kept, TopicPartition partition) {
            return kept.containsKey(partition) ? kept.get(partition).version() : 0;
        }
    }

    static class IgnoresVersions extends Wrong {
        @Override
        public synchronized Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception {
            Map<TopicPartition, Row> kept = right.load(group, rows.keySet());
            Map<TopicPartition, Row> all = new HashMap<>(rows);
            all.replaceAll((partition, row) -> new Row(row.bytes(), version(kept, partition)));
            return right.save(group, all);
        }
    }

    static class TakesWhoIsAhead extends Wrong {
        @Override
        public synchronized Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception {
            Map<TopicPartition, Row> kept = right.load(group, rows.keySet());
            Map<TopicPartition, Row> all = new HashMap<>(rows);
            all.replaceAll((partition, row) ->
                    row.version() > version(kept, partition) ? new Row(row.bytes(), version(kept, partition)) : row);
            return right.save(group, all);
        }
    }

    static class RefusesAllForOne extends Wrong {
        @Override
        public synchronized Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception {
            Map<TopicPartition, Row> kept = right.load(group, rows.keySet());
            boolean fits = rows.keySet().stream()
                    .allMatch(partition ->
                            version(kept, partition) == rows.get(partition).version());
            return fits ? right.save(group, rows) : Set.copyOf(rows.keySet());
        }
    }

    static class FailsWhoComesSecond extends Wrong {
        @Override
        public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception {
            Set<TopicPartition> refused = right.save(group, rows);
            if (refused.stream().anyMatch(partition -> rows.get(partition).version() == 0)) {
                throw new IOException("duplicate key");
            }
            return refused;
        }
    }

    static class SaysThatAllWasKept extends Wrong {
        @Override
        public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception {
            var unused = right.save(group, rows);
            return Set.of();
        }
    }

    static class IgnoresCase extends Wrong {
        private static TopicPartition lower(TopicPartition partition) {
            return new TopicPartition(partition.topic().toLowerCase(Locale.ROOT), partition.partition());
        }

        @Override
        public Map<TopicPartition, Row> load(String group, Collection<TopicPartition> partitions) throws Exception {
            Map<TopicPartition, Row> found = new HashMap<>();
            for (TopicPartition partition : partitions) {
                right.load(group, List.of(lower(partition))).values().forEach(row -> found.put(partition, row));
            }
            return found;
        }

        @Override
        public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception {
            Map<TopicPartition, Row> all = new HashMap<>();
            rows.forEach((partition, row) -> all.put(lower(partition), row));
            Set<TopicPartition> refused = right.save(group, all);
            return rows.keySet().stream()
                    .filter(partition -> refused.contains(lower(partition)))
                    .collect(Collectors.toSet());
        }
    }

    static class HasPlaceForLittle extends Wrong {
        @Override
        public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception {
            Map<TopicPartition, Row> cut = new HashMap<>(rows);
            cut.replaceAll((partition, row) ->
                    new Row(Arrays.copyOf(row.bytes(), Math.min(row.bytes().length, 65_535)), row.version()));
            return right.save(group, cut);
        }
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of(IgnoresVersions.class, "whoIsBehindOrAheadIsRefusedAndOverwritesNothing"),
                Arguments.of(IgnoresVersions.class, "ofManyThatWriteFirstAtOnceOneDoesAndTheOthersAreRefused"),
                Arguments.of(TakesWhoIsAhead.class, "whoIsBehindOrAheadIsRefusedAndOverwritesNothing"),
                Arguments.of(RefusesAllForOne.class, "whereSomeAreRefusedTheOthersAreKept"),
                Arguments.of(FailsWhoComesSecond.class, "ofManyThatWriteFirstAtOnceOneDoesAndTheOthersAreRefused"),
                Arguments.of(SaysThatAllWasKept.class, "ofManyThatCountTogetherNoneIsForgotten"),
                Arguments.of(IgnoresCase.class, "namesThatDifferInOneCharacterAreDifferent"),
                Arguments.of(HasPlaceForLittle.class, "everyByteIsKeptOfNoneAndOfMany"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aWrongStateFails(Class<?> wrong, String test) {
        List<String> failed = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(wrong))
                .execute()
                .testEvents()
                .failed()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .toList();
        assertThat(failed).contains(test + "()");
    }
}
