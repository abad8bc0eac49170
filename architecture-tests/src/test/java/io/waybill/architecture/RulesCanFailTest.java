package io.waybill.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A rule that cannot fail proves nothing: each one finds its culprit among the samples. */
final class RulesCanFailTest {
    private static final String ROOT = "io.waybill.architecture.sample";
    private static final Rules RULES = new Rules(ROOT, List.of("memory", "kafka"));
    private static final JavaClasses SAMPLES = new ClassFileImporter().importPackages(ROOT);

    static Stream<Arguments> culprits() {
        return Stream.of(
                Arguments.of(RULES.coreArrows(), "engine.Motor"),
                Arguments.of(RULES.coreArrows(), "spi.Seam"),
                Arguments.of(RULES.coreDependsOnNothingElse(), "message.Value"),
                Arguments.of(RULES.adaptersKnowNoEngine(), "memory.Memory"),
                Arguments.of(RULES.adaptersKnowNoOther().get(0), "memory.Memory"),
                Arguments.of(RULES.brokerFreeModulesKnowNoBroker(), "memory.Memory"),
                Arguments.of(RULES.portableModulesKnowNoAdapter(), "interceptors.Curious"),
                Arguments.of(RULES.storesKnowTheApiAndTheLedger(), "stores.Nosy"),
                Arguments.of(RULES.noJavaSerialization(), "loud.Loud"),
                Arguments.of(RULES.librariesDoNotPrint(), "loud.Loud"),
                Arguments.of(Rules.noSleep(), "sleepy.Sleepy.sleep()"),
                Arguments.of(Rules.noSleep(), "sleepy.Sleepy.sleepInUnits()"));
    }

    @ParameterizedTest
    @MethodSource("culprits")
    void finds(ArchRule rule, String culprit) {
        assertThatThrownBy(() -> rule.check(SAMPLES))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(ROOT + "." + culprit);
    }

    @Test
    void finds_a_cycle() {
        Rules slicesOfAll = new Rules("io.waybill.architecture", List.of());
        JavaClasses both = new ClassFileImporter().importPackages("io.waybill.architecture.cycle");
        assertThatThrownBy(() -> slicesOfAll.noCycles().check(both))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Cycle detected");
    }

    @Test
    void finds_wrong_public_classes_of_adapters() {
        assertThat(RULES.wrongAdapterFaces(SAMPLES))
                .containsExactly(ROOT + ".memory.. [Memory]", ROOT + ".kafka.. [SampleAdapter, Second]");
        assertThat(new Rules("io.waybill", List.of("nothing")).wrongAdapterFaces(SAMPLES))
                .hasSize(1);
    }

    @Test
    void finds_a_package_without_null_marks() {
        assertThat(Rules.unmarkedPackages(SAMPLES)).containsExactly(ROOT + ".sleepy");
    }
}
