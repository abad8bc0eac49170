package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Tests of the suite: what is wrong fails, with a text that says what is wrong; what is right passes as patiently. */
class SuiteTest {
    private static final String SCENE = Scene.class.getName();

    private static Events run(Defect defect, Stream<Defect> tests) {
        WrongTarget.next = defect;
        return EngineTestKit.engine("junit-jupiter")
                .configurationParameter(ConformanceTarget.NAME_PARAMETER, "wrong")
                .configurationParameter(ConformanceTarget.PATIENCE_PARAMETER, "6")
                .selectors(tests.map(one -> selectMethod(one.chapter, one.test, SCENE))
                        .distinct()
                        .toList()
                        .toArray(org.junit.platform.engine.DiscoverySelector[]::new))
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
                InterceptorConformance.class);
        List<String> names = chapters.stream()
                .flatMap(chapter -> Stream.of(chapter.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getAnnotation(DisplayName.class).value())
                .toList();
        assertThat(names).hasSizeGreaterThan(50).allMatch(name -> name.matches("(([SCI][0-9]+ )+|input ).+"));
    }
}
