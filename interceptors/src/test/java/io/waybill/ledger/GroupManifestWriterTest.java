package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ControlLogs;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupManifestWriterTest {
    private static final int MOST_BYTES = 100;

    private final MemoryAdapter adapter = MemoryAdapter.create();
    private Waybill waybill;
    private ControlLogs logs;

    @BeforeEach
    void connect() {
        waybill = Waybill.over(adapter);
        logs = adapter.controlLogs().orElseThrow();
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition("orders", number);
    }

    private static byte[] record(int partition, int size) {
        byte[] record = new byte[size];
        record[0] = (byte) partition;
        return record;
    }

    private List<Integer> written() throws Exception {
        try (ControlLogs.LogReader reader = logs.open(ManifestWriter.LOG, true)) {
            return reader.read(Duration.ofMillis(1)).stream()
                    .map(record -> (int) record[0])
                    .toList();
        }
    }

    @Test
    void ofEachPartitionTheNewestIsWrittenAtTheLatestAtItsEnd() throws Exception {
        GroupManifestWriter writer = new GroupManifestWriter("billing", logs, Duration.ofHours(1));
        writer.offer(partition(1), record(1, 10));
        writer.offer(partition(2), record(2, 10));
        writer.offer(partition(1), record(3, 10));
        assertThat(writer.isDone()).isFalse();
        writer.close();
        assertThat(writer.isDone()).isTrue();
        assertThat(written()).containsExactly(3, 2);
    }

    @Test
    void whatCouldNotBeWrittenIsWrittenLater() throws Exception {
        MemoryAdapter.Faults faults = waybill.unwrap(MemoryAdapter.Faults.class);
        GroupManifestWriter writer = new GroupManifestWriter("billing", logs, Duration.ofMillis(10));
        faults.down();
        writer.offer(partition(1), record(1, 10));
        await("it was tried")
                .pollDelay(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(writer.isDone()).isFalse());
        faults.up();
        await("its thread tries again").until(writer::isDone);
        assertThat(written()).containsExactly(1);
        writer.close();
    }

    /** The same logs on a broker that takes no large records. */
    private ControlLogs strict() {
        return new ControlLogs() {
            @Override
            public void create(String name) throws Exception {
                logs.create(name);
            }

            @Override
            public void append(String name, byte[] record) throws Exception {
                if (record.length > MOST_BYTES) {
                    throw new IOException("too large: " + record.length);
                }
                logs.append(name, record);
            }

            @Override
            public LogReader open(String name, boolean fromFirst) throws Exception {
                return logs.open(name, fromFirst);
            }
        };
    }

    @Test
    void oneThatTheBrokerDoesNotTakeHoldsUpNoOther() throws Exception {
        GroupManifestWriter writer = new GroupManifestWriter("billing", strict(), Duration.ofHours(1));
        writer.offer(partition(1), record(1, MOST_BYTES + 1));
        writer.offer(partition(2), record(2, 10));
        writer.offer(partition(3), record(3, 10));
        writer.close();
        assertThat(writer.isDone()).isFalse();
        assertThat(written()).containsExactly(2, 3);
    }
}
