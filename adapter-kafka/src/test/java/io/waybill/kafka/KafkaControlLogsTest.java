package io.waybill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.waybill.message.ErrorKind;
import io.waybill.spi.ControlLogs;
import io.waybill.testbrokers.KafkaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class KafkaControlLogsTest {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(30);

    private static KafkaBroker broker;

    private final String log = "waybill.test-" + NAMES.incrementAndGet();
    private KafkaAdapter adapter;
    private ControlLogs logs;

    @BeforeAll
    static void start() {
        broker = KafkaBroker.builder().quickStart().heap("512m").start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void connect() throws Exception {
        adapter = KafkaAdapter.builder(broker.bootstrapServers()).build();
        adapter.connect(LONG);
        logs = adapter.controlLogs().orElseThrow();
    }

    @AfterEach
    void close() {
        adapter.close();
    }

    private static List<Integer> read(ControlLogs.LogReader reader, int count) {
        List<Integer> read = new ArrayList<>();
        await("records come when the broker sends them").atMost(LONG).until(() -> {
            reader.read(SHORT).forEach(record -> read.add((int) record[0]));
            return read.size() >= count;
        });
        return read;
    }

    @Test
    void everyReaderReadsAllInOrder() throws Exception {
        logs.create(log);
        logs.append(log, new byte[] {1});
        logs.create(log);
        try (ControlLogs.LogReader fromFirst = logs.open(log, true);
                ControlLogs.LogReader fromEnd = logs.open(log, false)) {
            logs.append(log, new byte[] {2});
            logs.append(log, new byte[] {3});
            assertThat(read(fromFirst, 3)).containsExactly(1, 2, 3);
            assertThat(read(fromEnd, 2)).containsExactly(2, 3);
            assertThat(fromFirst.read(SHORT)).isEmpty();
            logs.append(log, new byte[] {4});
            assertThat(read(fromEnd, 1)).containsExactly(4);
        }
    }

    @Test
    void manyMayCreateItAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> creations = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                creations.add(() -> {
                    logs.create(log);
                    logs.append(log, new byte[] {1});
                    return true;
                });
            }
            for (Future<Boolean> creation : threads.invokeAll(creations)) {
                assertThat(creation.get()).isTrue();
            }
        } finally {
            threads.shutdown();
        }
        try (ControlLogs.LogReader reader = logs.open(log, true)) {
            assertThat(read(reader, 8)).hasSize(8);
        }
    }

    @Test
    void aMissingLogIsNotFound() {
        Throwable failure = catchThrowable(() -> logs.open("waybill.none", true));
        assertThat(adapter.classify(failure)).isEqualTo(ErrorKind.NOT_FOUND);
    }

    @Test
    void afterTheCloseNothingIsAppended() throws Exception {
        logs.create(log);
        adapter.close();
        assertThat(catchThrowable(() -> logs.append(log, new byte[] {1}))).isInstanceOf(IllegalStateException.class);
    }
}
