package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.waybill.message.Capability;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Tests of the suite: what is wrong fails, with a text that says what is wrong; what is right passes the same tests. */
class SuiteTest {
    /** For what is wrong: what must come in vain is waited for so long. */
    private static final int IMPATIENT = 5;

    private static final int PATIENT = 30;
    private static final Pattern BUILT_RULE = Pattern.compile("\\| ([SCIW][0-9]+) \\| .*");

    private static Events run(String target, int patience, Stream<DiscoverySelector> tests) {
        return run(target, patience, tests, 1);
    }

    /** @param atATime how many tests run at the same time, of those that may */
    private static Events run(String target, int patience, Stream<DiscoverySelector> tests, int atATime) {
        return EngineTestKit.engine("junit-jupiter")
                .configurationParameter(ConformanceTarget.NAME_PARAMETER, target)
                .configurationParameter(ConformanceTarget.PATIENCE_PARAMETER, Integer.toString(patience))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", Boolean.toString(atATime > 1))
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter(
                        "junit.jupiter.execution.parallel.config.fixed.parallelism", Integer.toString(atATime))
                .selectors(tests.distinct().toArray(DiscoverySelector[]::new))
                .execute()
                .testEvents();
    }

    private static void assertFails(Events events, String test, String says) {
        events.assertStatistics(statistics -> statistics.started(1).failed(1));
        String text = events.failed().stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().toString())
                .findFirst()
                .orElseThrow();
        assertThat(text).as("the failure of %s", test).contains(says);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    @Execution(ExecutionMode.CONCURRENT)
    void aWrongAdapterFails(Defect defect) {
        WrongTarget.NEXT.set(defect);
        Events events = run("wrong", IMPATIENT, Stream.of(selectMethod(defect.chapter, defect.test, Scene.class)));
        assertFails(events, defect.test, defect.says);
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void aWrongEngineFails(EngineDefect defect) throws Exception {
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        WrongEngine engine = new WrongEngine(defect);
        current.setContextClassLoader(engine); // targets and adapters are found by it
        try {
            Class<?> chapter = engine.loadClass(defect.chapter.getName());
            Class<?> scene = engine.loadClass(Scene.class.getName());
            Events events = run("memory", IMPATIENT, Stream.of(selectMethod(chapter, defect.test, scene)));
            assertFails(events, defect.test, defect.says);
        } finally {
            current.setContextClassLoader(before);
        }
    }

    @Test
    void whatIsRightPassesTheSameTests() {
        WrongTarget.NEXT.set(Defect.NONE);
        Events events = run(
                "wrong",
                PATIENT,
                Stream.concat(
                        Stream.of(Defect.values()).map(one -> selectMethod(one.chapter, one.test, Scene.class)),
                        Stream.of(EngineDefect.values()).map(one -> selectMethod(one.chapter, one.test, Scene.class))),
                4);
        assertThat(events.failed().stream().map(Event::toString)).isEmpty();
        assertThat(events.succeeded().count()).isGreaterThan(30);
    }

    @Test
    void everyBuiltRuleIsBrokenByADefectWhoseTestCitesIt() throws Exception {
        Set<String> broken = new TreeSet<>();
        for (Defect defect : Defect.values()) {
            if (defect != Defect.NONE) {
                broken.add(cited(defect.rule, defect.chapter, defect.test));
            }
        }
        for (EngineDefect defect : EngineDefect.values()) {
            broken.add(cited(defect.rule, defect.chapter, defect.test));
        }
        assertThat(broken).isEqualTo(builtRules());
    }

    private static String cited(String rule, Class<?> chapter, String test) throws Exception {
        Method method = chapter.getDeclaredMethod(test, Scene.class);
        String name = method.getAnnotation(DisplayName.class).value();
        assertThat(rulesOf(name)).as("rules cited by '%s'", name).contains(rule);
        return rule;
    }

    private static Set<String> rulesOf(String displayName) {
        return Stream.of(displayName.split(" "))
                .takeWhile(word -> word.matches("[SCIW][0-9]+"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The rows of the tables of rules, which give each planned rule a row of its own. */
    private static Set<String> builtRules() throws Exception {
        return Files.readAllLines(Path.of("..", "docs", "rules.md")).stream()
                .filter(row -> !row.contains("planned"))
                .map(BUILT_RULE::matcher)
                .filter(java.util.regex.Matcher::matches)
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Stream<Set<Capability>> missing() {
        return Stream.concat(
                Stream.of(Capability.values()).map(Set::of),
                Stream.of(EnumSet.of(Capability.START_FIRST, Capability.RESET_POSITIONS, Capability.START_TIME)));
    }

    @ParameterizedTest
    @MethodSource("missing")
    void whatAnAdapterSaysItCannotDoIsRefused(Set<Capability> missing) {
        Events events =
                runWithout(missing, selectMethod(CapabilityConformance.class, "whatCannotBeHadIsRefused", Scene.class));
        assertThat(events.failed().stream().map(Event::toString)).isEmpty();
        events.assertStatistics(statistics -> statistics.started(1).succeeded(1));
    }

    @Test
    void whatNeedsAMissingCapabilityIsSkipped() {
        Events events = runWithout(Set.of(Capability.GROUP_MEMBERSHIP), selectClass(PositionConformance.class));
        assertThat(events.skipped().count() + events.aborted().count())
                .isEqualTo(events.started().count())
                .isPositive();
        assertThat(events.aborted().stream().map(Event::toString))
                .allMatch(text -> text.contains("no GROUP_MEMBERSHIP"));
    }

    private static Events runWithout(Set<Capability> missing, DiscoverySelector tests) {
        WrongTarget.NEXT.set(Defect.NONE);
        WrongTarget.MISSING.set(missing);
        try {
            return run("wrong", PATIENT, Stream.of(tests));
        } finally {
            WrongTarget.MISSING.remove();
        }
    }

    @Test
    void everyTestNamesItsRules() {
        List<Class<?>> chapters = List.of(
                SendConformance.class,
                ConsumeConformance.class,
                PositionConformance.class,
                RetryConformance.class,
                HandlerConformance.class,
                GroupConformance.class,
                LoadConformance.class,
                StormConformance.class,
                FaultConformance.class,
                NetworkConformance.class,
                InputConformance.class,
                InterceptorConformance.class,
                LossConformance.class,
                LossSilenceConformance.class,
                LossStateConformance.class,
                LossFaultConformance.class,
                LossStormConformance.class,
                CapabilityConformance.class);
        List<String> names = chapters.stream()
                .flatMap(chapter -> Stream.of(chapter.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getAnnotation(DisplayName.class).value())
                .toList();
        assertThat(names).hasSizeGreaterThan(80).allMatch(name -> name.matches("(([SCIW][0-9]+ )+|input ).+"));
    }
}
