package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.waybill.message.Capability;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Tests of the suite: what is wrong fails, with a text that says what is wrong; what is right passes as patiently. */
class SuiteTest {
    private static final String SCENE = Scene.class.getName();

    private static Events run(Defect defect, Stream<Defect> tests) {
        return run(defect, Set.of(), tests.map(one -> selectMethod(one.chapter, one.test, SCENE)));
    }

    private static Events run(Defect defect, Set<Capability> missing, Stream<? extends DiscoverySelector> tests) {
        WrongTarget.next = defect;
        WrongTarget.missing = missing;
        return EngineTestKit.engine("junit-jupiter")
                .configurationParameter(ConformanceTarget.NAME_PARAMETER, "wrong")
                .configurationParameter(ConformanceTarget.PATIENCE_PARAMETER, "6")
                .selectors(tests.distinct().toArray(DiscoverySelector[]::new))
                .execute()
                .testEvents();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aWrongAdapterFails(Defect defect) {
        Events events = run(defect, Stream.of(defect));
        events.assertStatistics(statistics -> statistics.started(1).failed(1));
        String text = events.failed().stream()
                .map(event -> event.getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().toString())
                .findFirst()
                .orElseThrow();
        assertThat(text).as("the failure of %s", defect.test).contains(defect.says);
    }

    @Test
    void aRightAdapterPassesTheSameTests() {
        Events events = run(Defect.NONE, Stream.of(Defect.values()));
        assertThat(events.failed().stream().map(Event::toString)).isEmpty();
        assertThat(events.succeeded().count()).isGreaterThan(10);
    }

    static Stream<Set<Capability>> missing() {
        return Stream.concat(
                Stream.of(Capability.values()).map(Set::of),
                Stream.of(EnumSet.of(Capability.START_FIRST, Capability.RESET_POSITIONS, Capability.START_TIME)));
    }

    @ParameterizedTest
    @MethodSource("missing")
    void whatAnAdapterSaysItCannotDoIsRefused(Set<Capability> missing) {
        Events events = run(
                Defect.NONE,
                missing,
                Stream.of(selectMethod(CapabilityConformance.class, "whatCannotBeHadIsRefused", SCENE)));
        assertThat(events.failed().stream().map(Event::toString)).isEmpty();
        events.assertStatistics(statistics -> statistics.started(1).succeeded(1));
    }

    @Test
    void whatNeedsAMissingCapabilityIsSkipped() {
        Events events = run(
                Defect.NONE, Set.of(Capability.GROUP_MEMBERSHIP), Stream.of(selectClass(PositionConformance.class)));
        assertThat(events.skipped().count() + events.aborted().count())
                .isEqualTo(events.started().count())
                .isPositive();
        assertThat(events.aborted().stream().map(Event::toString))
                .allMatch(text -> text.contains("no GROUP_MEMBERSHIP"));
    }

    @Test
    void everyTestNamesItsRules() {
        List<Class<?>> chapters = List.of(
                SendConformance.class,
                ConsumeConformance.class,
                PositionConformance.class,
                RetryConformance.class,
                GroupConformance.class,
                StormConformance.class,
                FaultConformance.class,
                NetworkConformance.class,
                InputConformance.class,
                InterceptorConformance.class,
                CapabilityConformance.class);
        List<String> names = chapters.stream()
                .flatMap(chapter -> Stream.of(chapter.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getAnnotation(DisplayName.class).value())
                .toList();
        assertThat(names).hasSizeGreaterThan(50).allMatch(name -> name.matches("(([SCI][0-9]+ )+|input ).+"));
    }
}
