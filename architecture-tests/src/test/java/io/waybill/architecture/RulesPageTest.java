package io.waybill.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.conformance.Rule;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages that speak of rules, and the catalogue that the suite has, must agree. */
final class RulesPageTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\|\\s*([A-Z][0-9]+(?:\\s+[A-Z][0-9]+)*|input)\\s*\\|(.*)$");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    /** The rules that have a row, and whether it calls them planned. */
    private static Map<String, Boolean> rows(String page) {
        Map<String, Boolean> rules = new TreeMap<>();
        Matcher row = ROW.matcher(page);
        while (row.find()) {
            for (String id : SPACE.split(row.group(1), -1)) {
                String[] cells = row.group(2).strip().split("\\|", -1);
                boolean planned = Stream.of(cells).anyMatch(cell -> cell.strip().startsWith("planned"));
                rules.put(id, planned);
            }
        }
        return rules;
    }

    private static String read(String page) throws Exception {
        return Files.readString(Project.root().resolve("docs").resolve(page));
    }

    @Test
    void the_page_of_rules_has_the_rules_of_the_catalogue() throws Exception {
        Map<String, Boolean> catalogue = Stream.of(Rule.values())
                .filter(rule -> rule != Rule.INPUT)
                .collect(Collectors.toMap(Rule::id, Rule::planned));
        assertThat(rows(read("rules.md"))).containsExactlyInAnyOrderEntriesOf(catalogue);
    }

    /** What makes the committed matrix worthless; empty if nothing does. */
    private static List<String> stale(String matrix) {
        Map<String, Boolean> shown = rows(matrix);
        Function<String, Stream<String>> unknown =
                id -> Rule.find(id).filter(rule -> !rule.planned()).isPresent()
                        ? Stream.empty()
                        : Stream.of(id + " is no rule that is built");
        Stream<String> missing = Rule.built().stream()
                .map(Rule::id)
                .filter(id -> !shown.containsKey(id))
                .map(id -> id + " has no row");
        Stream<String> failing = ROW.matcher(matrix)
                .results()
                .filter(row -> row.group(2).contains("FAIL"))
                .map(row -> row.group(1) + " fails");
        return Stream.of(missing, shown.keySet().stream().flatMap(unknown), failing)
                .flatMap(found -> found)
                .toList();
    }

    @Test
    void the_matrix_is_not_stale() throws Exception {
        assertThat(stale(read("conformance.md")))
                .as("docs/conformance.md; to make it anew: ./waybill conform && cp target/conformance/matrix.md"
                        + " docs/conformance.md")
                .isEmpty();
    }

    @Test
    void a_matrix_that_is_stale_is_found_out() throws Exception {
        String matrix = read("conformance.md");
        assertThat(stale(matrix.replace("| S1 |", "| S77 |")))
                .containsExactly("S1 has no row", "S77 is no rule that is built");
        assertThat(stale(matrix.replaceFirst("(\\| I2 .*)PASS", "$1FAIL"))).containsExactly("I2 fails");
        assertThat(stale(matrix + "| S11 | planned | PASS |\n")).containsExactly("S11 is no rule that is built");
    }
}
