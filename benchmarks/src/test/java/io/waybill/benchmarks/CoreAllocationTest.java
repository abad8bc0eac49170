package io.waybill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.waybill.message.Message;
import io.waybill.spi.WaybillHeader;
import io.waybill.testbrokers.ChildProcess;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What does not depend on the machine's mood may not change unseen: a change is committed with its new figure. */
class CoreAllocationTest {
    private static final String BASELINE = "core-allocations.properties";

    @Test
    @DisplayName(
            "a message allocates what it did, within 1 %, from the send to the receipt, and from the broker to the settlement")
    void bytesOfAMessage() throws IOException {
        Properties baseline = baseline();
        try (ChildProcess probe = ChildProcess.java(AllocationProbe.class.getName())
                .heap("1g")
                .jvmArgument("-XX:+UseSerialGC")
                .systemProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn")
                .start()) {
            String line = probe.awaitLine(text -> text.startsWith(AllocationProbe.RESULT), Duration.ofMinutes(2));
            String[] figures = line.substring(AllocationProbe.RESULT.length()).split(" ", -1);
            assertClose("from the send to the receipt", figures[0], baseline.getProperty("send"));
            assertClose("from the broker to the settlement", figures[1], baseline.getProperty("handled"));
        }
    }

    private static void assertClose(String what, String found, String wanted) {
        double expected = Double.parseDouble(wanted);
        assertThat(Double.parseDouble(found))
                .as("bytes that a message allocates %s; if this is meant, change %s", what, BASELINE)
                .isCloseTo(expected, within(expected / 100));
    }

    @Test
    @DisplayName("Waybill adds 18 bytes to a message")
    void bytesOfTheHeader() {
        assertThat(WaybillHeader.encode(Message.to("t").build())).hasSize(18);
    }

    private static Properties baseline() throws IOException {
        Properties baseline = new Properties();
        try (InputStream in = Objects.requireNonNull(CoreAllocationTest.class.getResourceAsStream(BASELINE))) {
            baseline.load(in);
        }
        return baseline;
    }
}
