package io.waybill.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for the tests of all modules, which are on nobody's class path: they are read from where they were compiled. */
final class TestHabitsTest {
    private static List<Path> compiledTests() throws Exception {
        try (Stream<Path> modules = Files.list(Project.root())) {
            return modules.filter(module -> !module.endsWith("architecture-tests"))
                    .map(module -> module.resolve("target").resolve("test-classes"))
                    .filter(Files::isDirectory)
                    .toList();
        }
    }

    @Test
    void no_test_sleeps() throws Exception {
        JavaClasses tests = new ClassFileImporter().importPaths(compiledTests());
        assertThat(tests).isNotEmpty();
        Rules.noSleep().check(tests);
    }

    @Test
    void the_suite_does_not_sleep() {
        Rules.noSleep().check(new ClassFileImporter().importPackages("io.waybill.conformance"));
    }
}
