package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.ledger.VerifierState.Row;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierStateTest {
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);
    private static final TopicPartition SECOND = new TopicPartition("orders", 1);

    /** What every state does. */
    abstract static class Contract {
        abstract VerifierState state();

        private static Row row(String text, long version) {
            return new Row(text.getBytes(StandardCharsets.UTF_8), version);
        }

        private static String text(Row row) {
            return new String(row.bytes(), StandardCharsets.UTF_8);
        }

        @Test
        void whatIsSavedIsThereAndNothingElse() throws Exception {
            VerifierState state = state();
            assertThat(state.load("billing", List.of(FIRST, SECOND))).isEmpty();
            assertThat(state.save("billing", Map.of(FIRST, row("a", 0)))).isEmpty();

            Map<TopicPartition, Row> found = state.load("billing", List.of(FIRST, SECOND));
            assertThat(found).containsOnlyKeys(FIRST);
            assertThat(text(found.get(FIRST))).isEqualTo("a");
            assertThat(found.get(FIRST).version()).isEqualTo(1);
            assertThat(state.load("mailing", List.of(FIRST)))
                    .as("another group")
                    .isEmpty();
        }

        @Test
        void whoIsBehindDoesNotOverwrite() throws Exception {
            VerifierState state = state();
            state.save("billing", Map.of(FIRST, row("old owner", 0)));
            assertThat(state.save("billing", Map.of(FIRST, row("new owner", 1))))
                    .isEmpty();
            assertThat(state.save("billing", Map.of(FIRST, row("zombie", 1), SECOND, row("b", 0))))
                    .as("the other partition is saved all the same")
                    .isEqualTo(Set.of(FIRST));
            Map<TopicPartition, Row> found = state.load("billing", List.of(FIRST, SECOND));
            assertThat(text(found.get(FIRST))).isEqualTo("new owner");
            assertThat(text(found.get(SECOND))).isEqualTo("b");
        }

        @Test
        void ofManyThatWriteTheSameVersionOneDoes() throws Exception {
            VerifierState state = state();
            AtomicInteger saved = new AtomicInteger();
            List<Thread> threads = IntStream.range(0, 8)
                    .mapToObj(i -> new Thread(() -> {
                        try {
                            if (state.save("billing", Map.of(FIRST, row("" + i, 0)))
                                    .isEmpty()) {
                                saved.incrementAndGet();
                            }
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    }))
                    .toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(saved).hasValue(1);
        }
    }

    @Nested
    class InMemory extends Contract {
        @Override
        VerifierState state() {
            return VerifierState.memory();
        }
    }

    @Nested
    class InFiles extends Contract {
        @TempDir
        Path folder;

        @Override
        VerifierState state() {
            return VerifierState.files(folder.resolve("state"));
        }

        @Test
        void itOutlivesTheProcess() throws Exception {
            state().save("billing", Map.of(FIRST, Contract.row("a", 0)));
            assertThat(state().load("billing", List.of(FIRST))).containsOnlyKeys(FIRST);
        }

        @Test
        void consumersOfOneProcessMayEachHaveTheirOwn() throws Exception {
            int rounds = 50;
            Queue<Exception> failures = new ConcurrentLinkedQueue<>();
            List<Thread> threads = Stream.of(FIRST, SECOND)
                    .map(partition -> new Thread(() -> {
                        try {
                            VerifierState own = state();
                            for (int i = 0; i < rounds; i++) {
                                own.save("billing", Map.of(partition, Contract.row("a", i)));
                            }
                        } catch (Exception e) {
                            failures.add(e);
                        }
                    }))
                    .toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            assertThat(state().load("billing", List.of(FIRST, SECOND)).values())
                    .extracting(Row::version)
                    .containsExactly((long) rounds, (long) rounds);
        }

        @Test
        void aDamagedFileIsToldAndNotBelieved() throws Exception {
            VerifierState state = state();
            state.save("billing", Map.of(FIRST, Contract.row("abc", 0)));
            Path file = folder.resolve("state").resolve("billing~orders~0");
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 1]++;
            Files.write(file, bytes);
            assertThatThrownBy(() -> state.load("billing", List.of(FIRST)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("billing~orders~0")
                    .hasMessageContaining("Delete it");
        }

        @Test
        void aFolderThatCannotBeIsRefusedAtOnce() throws Exception {
            Path file = Files.createFile(folder.resolve("file"));
            assertThatThrownBy(() -> VerifierState.files(file.resolve("state")))
                    .isInstanceOf(MessagingException.class)
                    .hasMessageContaining("cannot be written");
        }
    }
}
