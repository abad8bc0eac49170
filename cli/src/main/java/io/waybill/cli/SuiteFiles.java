package io.waybill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Writes what the suite found into a folder, in every form that there is. */
final class SuiteFiles {
    private static final Pattern NOT_IN_NAMES = Pattern.compile("[^A-Za-z0-9.-]+");

    private SuiteFiles() {}

    /** @throws UncheckedIOException if the folder cannot be written to */
    static void write(SuiteReport report, Path folder) {
        try {
            Files.writeString(folder.resolve("conformance.json"), SuiteJson.of(report) + "\n", UTF_8);
            Files.writeString(folder.resolve("matrix.html"), SuiteHtml.of(report), UTF_8);
            Files.writeString(folder.resolve("matrix.md"), SuiteMatrix.of(report), UTF_8);
            Files.writeString(folder.resolve("badge.svg"), SuiteBadge.of(report), UTF_8);
            for (SuiteResult broker : report.tested()) {
                String name = "TEST-" + NOT_IN_NAMES.matcher(broker.name()).replaceAll("-") + ".xml";
                Files.writeString(folder.resolve(name), SuiteXml.of(report, broker), UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to " + folder, e);
        }
    }
}
