package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.waybill.message.Capability;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** What the suite tells those who write reports, failures included. */
class ReportedTest {
    @Chapter
    static class Sample {
        @Test
        void fails(Scene scene) throws Exception {
            BrokerFaults faults = scene.faults();
            faults.kill();
            faults.start();
            throw new AssertionError("drew " + scene.random().nextInt());
        }

        @Test
        void needsWhatAQueueLacks(Scene scene) {
            scene.require(Capability.RESET_POSITIONS);
        }
    }

    @Test
    void seedFaultsVersionAndCapabilitiesAreTold() {
        Events events = EngineTestKit.engine("junit-jupiter")
                .configurationParameter(ConformanceTarget.NAME_PARAMETER, "memory-queue")
                .selectors(selectClass(Sample.class))
                .execute()
                .testEvents();
        List<Map.Entry<String, String>> told = events.reportingEntryPublished()
                .map(event -> event.getRequiredPayload(ReportEntry.class))
                .flatMap(entry -> entry.getKeyValuePairs().entrySet().stream())
                .toList();
        assertThat(told)
                .contains(
                        Map.entry(Reported.FAULT, "broker killed"),
                        Map.entry(Reported.VERSION, "built-in"),
                        Map.entry(Reported.CAPABILITY + "GROUP_MEMBERSHIP", "EMULATED"),
                        Map.entry(Reported.CAPABILITY + "RESET_POSITIONS", "UNSUPPORTED"));
        String seed = told.stream()
                .filter(entry -> entry.getKey().equals(Reported.SEED))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
        Throwable failure = failures(events.failed()).findFirst().orElseThrow();
        assertThat(failure).hasMessage("drew " + new Random(Long.parseLong(seed)).nextInt());
        assertThat(failure.getSuppressed())
                .anyMatch(more -> more.toString().endsWith(ConformanceTarget.SEED_PARAMETER + "=" + seed));
        assertThat(failures(events.aborted())).first().isInstanceOf(MissingCapability.class);
    }

    private static Stream<Throwable> failures(Events events) {
        return events.map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .flatMap(result -> result.getThrowable().stream());
    }
}
