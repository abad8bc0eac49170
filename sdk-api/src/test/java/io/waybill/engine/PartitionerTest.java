package io.waybill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionerTest {
    /** Values that Kafka's own clients compute for these keys. */
    @ParameterizedTest
    @CsvSource({
        "21, -973932308",
        "foobar, -790332482",
        "a-little-bit-long-string, -985981536",
        "a-little-bit-longer-string, -1486304829",
        "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8, -58897971",
        "abc, 479470107"
    })
    void hashesAsKafkaDoes(String key, int hash) {
        assertThat(Partitioner.murmur2(key.getBytes(StandardCharsets.UTF_8))).isEqualTo(hash);
    }

    @ParameterizedTest
    @CsvSource({"21, 7", "foobar, 1", "abc, 10000"})
    void partitionIsWithinTheTopic(String key, int partitions) {
        assertThat(Partitioner.partition(key.getBytes(StandardCharsets.UTF_8), partitions))
                .isBetween(0, partitions - 1);
    }
}
