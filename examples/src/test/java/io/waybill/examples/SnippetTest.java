package io.waybill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Java that the documents show is Java that runs: every block of it stands in a source file of the examples. */
class SnippetTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```java[^\\n]*\\n(.*?)^```");

    private final Path module = Path.of("").toAbsolutePath();
    private final Path project = module.getParent();

    @Test
    void everyJavaBlockOfTheDocumentsIsASourceRegion() throws IOException {
        List<String> sources = new ArrayList<>();
        List<Path> files = new ArrayList<>(files(module.resolve("src"), ".java"));
        files.addAll(files(module.resolve("third-party-adapter").resolve("src"), ".java"));
        for (Path file : files) {
            sources.add(normal(Files.readString(file)
                    .lines()
                    .filter(line -> !line.strip().startsWith("// snippet"))
                    .collect(Collectors.joining("\n"))));
        }
        Path readme = project.resolve("README.md");
        assertThat(readme).exists();
        assertThat(blocks(readme)).as("Java blocks of README.md").isNotEmpty();

        List<Path> documents = new ArrayList<>(List.of(readme));
        documents.addAll(files(project.resolve("docs"), ".md"));
        for (Path document : documents) {
            for (String block : blocks(document)) {
                assertThat(sources)
                        .as("%s shows Java that is in no source file of examples:%n%s", document, block)
                        .anyMatch(source -> source.contains(normal(block)));
            }
        }
    }

    private static List<String> blocks(Path document) throws IOException {
        Matcher matcher = BLOCK.matcher(Files.readString(document));
        List<String> blocks = new ArrayList<>();
        while (matcher.find()) {
            blocks.add(matcher.group(1));
        }
        return blocks;
    }

    private static String normal(String code) {
        return code.strip().replaceAll("\\s+", " ");
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }
}
