package io.waybill.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.waybill.message.ErrorKind;
import io.waybill.spi.ControlLogs;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryControlLogsTest {
    private static final String LOG = "waybill.test";
    private static final Duration SHORT = Duration.ofMillis(1);

    private Instance instance;
    private ControlLogs logs;

    @BeforeEach
    void connect() throws Exception {
        instance = Instance.at("memory:");
        logs = instance.adapter.controlLogs().orElseThrow();
        logs.create(LOG);
    }

    @AfterEach
    void close() {
        instance.close();
    }

    @Test
    void everyReaderReadsAllInOrder() throws Exception {
        logs.append(LOG, new byte[] {1});
        logs.create(LOG);
        try (ControlLogs.LogReader fromFirst = logs.open(LOG, true);
                ControlLogs.LogReader fromEnd = logs.open(LOG, false)) {
            logs.append(LOG, new byte[] {2});
            logs.append(LOG, new byte[] {3});
            assertThat(numbers(fromFirst.read(SHORT))).containsExactly(1, 2, 3);
            assertThat(numbers(fromEnd.read(SHORT))).containsExactly(2, 3);
            assertThat(fromFirst.read(SHORT)).isEmpty();
            logs.append(LOG, new byte[] {4});
            assertThat(numbers(fromEnd.read(SHORT))).containsExactly(4);
        }
    }

    @Test
    void aWaitingReaderIsWoken() throws Exception {
        try (ControlLogs.LogReader reader = logs.open(LOG, false)) {
            CompletableFuture<List<byte[]>> read = CompletableFuture.supplyAsync(() -> {
                try {
                    return reader.read(Duration.ofSeconds(20));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            logs.append(LOG, new byte[] {1});
            assertThat(numbers(read.get(10, TimeUnit.SECONDS))).containsExactly(1);
        }
    }

    @Test
    void theyAreNoTopics() throws Exception {
        assertThat(instance.adapter.admin().topics()).containsExactly("orders");
    }

    @Test
    void aMissingLogIsNotFound() {
        Throwable failure = catchThrowable(() -> logs.append("waybill.none", new byte[0]));
        assertThat(instance.adapter.classify(failure)).isEqualTo(ErrorKind.NOT_FOUND);
        failure = catchThrowable(() -> logs.open("waybill.none", true));
        assertThat(instance.adapter.classify(failure)).isEqualTo(ErrorKind.NOT_FOUND);
    }

    private static List<Integer> numbers(List<byte[]> records) {
        return records.stream().map(bytes -> (int) bytes[0]).toList();
    }
}
