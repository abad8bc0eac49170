package io.waybill.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules hold in the project. */
final class ArchitectureTest {
    private static final List<String> ADAPTERS = List.of("memory", "kafka", "rocketmq", "rabbitmq");
    private static final Rules RULES = new Rules("io.waybill", ADAPTERS);
    private static final ImportOption WRITTEN_BY_HAND = location -> !location.contains("jmh_generated");
    private static final JavaClasses PROJECT = new ClassFileImporter(
                    List.of(new ImportOption.DoNotIncludeTests(), WRITTEN_BY_HAND))
            .importPackages("io.waybill");

    static Collection<ArchRule> rules() {
        return RULES.all();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(PROJECT);
    }

    @Test
    void an_adapter_has_one_public_class_called_adapter() {
        assertThat(RULES.wrongAdapterFaces(PROJECT)).isEmpty();
    }

    @Test
    void every_package_is_null_marked() {
        assertThat(Rules.unmarkedPackages(PROJECT)).isEmpty();
    }

    @Test
    void every_module_was_looked_at() {
        Set<String> packages =
                PROJECT.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages)
                .contains(
                        "io.waybill",
                        "io.waybill.engine",
                        "io.waybill.spi",
                        "io.waybill.message",
                        "io.waybill.memory",
                        "io.waybill.kafka",
                        "io.waybill.rocketmq",
                        "io.waybill.rabbitmq",
                        "io.waybill.interceptors",
                        "io.waybill.ledger",
                        "io.waybill.stores.jdbc",
                        "io.waybill.stores.redis",
                        "io.waybill.conformance",
                        "io.waybill.testbrokers",
                        "io.waybill.examples",
                        "io.waybill.cli",
                        "io.waybill.benchmarks");
    }
}
