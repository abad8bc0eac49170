package io.waybill.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A document that says which test shows what must name tests that there are. */
final class CitedTestsTest {
    private static final Pattern CITED =
            Pattern.compile("`([A-Z][A-Za-z]+(?:Test|Conformance))(?:\\.([a-zA-Z0-9_]+))?`");
    private static final Pattern ROW = Pattern.compile("\\| [^-|].*");

    private static Map<String, String> sources() throws Exception {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> modules = Files.list(Project.root())) {
            for (Path module : modules.toList()) {
                for (String kind : List.of("src/test/java", "src/main/java")) {
                    Path folder = module.resolve(kind);
                    if (Files.isDirectory(folder)) {
                        try (Stream<Path> files = Files.walk(folder)) {
                            for (Path file : files.filter(one -> one.toString().endsWith(".java"))
                                    .toList()) {
                                String name = file.getFileName().toString();
                                sources.merge(
                                        name.substring(0, name.length() - ".java".length()),
                                        Files.readString(file),
                                        String::concat);
                            }
                        }
                    }
                }
            }
        }
        return sources;
    }

    private static List<String> missing(String text, Map<String, String> sources) {
        List<String> missing = new ArrayList<>();
        Matcher cited = CITED.matcher(text);
        while (cited.find()) {
            String source = sources.get(cited.group(1));
            String method = cited.group(2);
            if (source == null || (method != null && !source.contains("void " + method + "("))) {
                missing.add(cited.group());
            }
        }
        return missing;
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/guarantees.md", "docs/rules.md"})
    void every_test_that_a_document_cites_is_there(String document) throws Exception {
        String text = Files.readString(Project.root().resolve(document));
        assertThat(CITED.matcher(text).results().count()).isGreaterThan(20);
        assertThat(missing(text, sources())).isEmpty();
    }

    @Test
    void every_row_of_the_guarantees_cites_a_test() throws Exception {
        List<String> rows = Files.readAllLines(Project.root().resolve("docs/guarantees.md")).stream()
                .filter(line -> ROW.matcher(line).matches() && !line.startsWith("| What fails |"))
                .toList();
        assertThat(rows)
                .hasSizeGreaterThan(20)
                .allMatch(row -> CITED.matcher(row).find());
    }

    @Test
    void a_test_that_is_not_there_is_found_missing() throws Exception {
        assertThat(missing("`CitedTestsTest` `CitedTestsTest.no_such` `NoSuchTest`", sources()))
                .containsExactly("`CitedTestsTest.no_such`", "`NoSuchTest`");
    }
}
