package io.waybill.benchmarks;

import io.waybill.benchmarks.Results.Row;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** All that a run measured: as a table, as JSON, as a page. */
final class Report {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<Results> results = new ArrayList<>();
    private boolean whole = true;

    Report() {
        environment.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        environment.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        environment.put("virtual threads", VirtualThreads.areThere() ? "yes" : "no");
        environment.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        environment.put("processors", Runtime.getRuntime().availableProcessors() + " x " + processor());
        environment.put(
                "arguments of this JVM",
                String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
    }

    /** What it was measured on, for people. */
    Map<String, String> environment() {
        return environment;
    }

    /** What was measured so far. */
    List<Results> results() {
        return results;
    }

    List<Row> rows() {
        return results.stream().flatMap(result -> result.rows().stream()).toList();
    }

    /** A broker that could not be had. */
    void notMeasured(String broker, String why) {
        environment.put(broker, "NOT MEASURED: " + why);
        whole = false;
    }

    /** Whether everything that was asked for was measured. */
    boolean isWhole() {
        return whole && results.stream().allMatch(result -> result.failures().isEmpty());
    }

    void add(Results result) {
        results.add(result);
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) { // not Linux
            return System.getProperty("os.arch");
        }
    }

    // --- the table

    /** Prints one scenario: a line for each arm, one for each target, one for each repetition. */
    static void print(Results result, PrintStream out) {
        Scenario scenario = result.scenario();
        int samples =
                result.samples().values().stream().mapToInt(List::size).max().orElse(0);
        out.printf(Locale.ROOT, "%n%s: %s%n", scenario.id(), scenario.title());
        out.printf(Locale.ROOT, "  medians of %d samples%s%n", samples, disturbances(result));
        for (Scenario.Arm arm : scenario.arms()) {
            StringBuilder line = new StringBuilder();
            for (Metric metric : scenario.work().metrics) {
                double[] figures = result.figures(arm.name(), metric);
                if (figures.length > 0) {
                    line.append(String.format(
                            Locale.ROOT, "  %s %s %s", metric.id, number(Statistics.median(figures)), metric.unit));
                }
            }
            String failure = result.failures().get(arm.name());
            out.printf(Locale.ROOT, "  %-20s%s%s%n", arm.name(), line, failure == null ? "" : "  FAILED: " + failure);
        }
        for (Row row : result.rows()) {
            if (row.target() != null || row.ratio() != null) {
                out.printf(Locale.ROOT, "  %-44s %s%n", compared(row), verdict(row));
            }
        }
    }

    /** What the host did to the rounds, in words. */
    static String disturbances(Results result) {
        return (result.rejected() == 0
                        ? ""
                        : "; " + result.rejected() + " rounds repeated, since the host took the processors")
                + (result.disturbedRounds() == 0
                        ? ""
                        : "; " + result.disturbedRounds() + " of them disturbed by the host all the same");
    }

    static String compared(Row row) {
        return row.metric().id + ": " + row.arm() + (row.baseline() == null ? "" : " / " + row.baseline());
    }

    private static String verdict(Row row) {
        Statistics.Interval ratio = row.ratio();
        String figures = ratio == null ? "nothing measured" : interval(ratio);
        Target target = row.target();
        return target == null
                ? figures + "  the same against itself"
                : figures + "  target " + target.text() + "  " + (Boolean.TRUE.equals(row.met()) ? "met" : "NOT MET");
    }

    static String interval(Statistics.Interval interval) {
        return number(interval.median()) + " (" + ends(interval) + ")";
    }

    static String ends(Statistics.Interval interval) {
        return number(interval.low()) + " to " + number(interval.high());
    }

    /** With as many digits as say something. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    // --- JSON

    /** The lines of the table, what they were made of, and what it was measured on. */
    String json() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("environment", environment);
        tree.put("scenarios", rows().stream().map(Report::row).toList());
        Map<String, Object> samples = new LinkedHashMap<>();
        results.forEach(result -> samples.put(result.scenario().id(), samples(result)));
        tree.put("samples", samples);
        return JSON.writeValueAsString(tree);
    }

    private static Map<String, @Nullable Object> row(Row row) {
        Statistics.Interval ratio = row.ratio();
        Target target = row.target();
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("id", row.scenario().id());
        line.put("broker", row.scenario().broker());
        line.put("arm", row.arm());
        line.put("baseline", row.baseline());
        line.put("metric", row.metric().id);
        line.put("value", finite(row.value()));
        line.put("unit", row.metric().unit);
        line.put("ratio", ratio == null || row.baseline() == null ? null : finite(ratio.median()));
        line.put("low", ratio == null ? null : finite(ratio.low()));
        line.put("high", ratio == null ? null : finite(ratio.high()));
        line.put("target", target == null ? null : target.text());
        line.put("met", row.met());
        return line;
    }

    /** JSON has no other numbers. */
    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static Map<String, Object> samples(Results result) {
        Map<String, Object> arms = new LinkedHashMap<>();
        result.samples()
                .forEach((arm, figures) -> arms.put(
                        arm,
                        figures.stream()
                                .map(sample -> {
                                    Map<String, @Nullable Double> named = new LinkedHashMap<>();
                                    sample.forEach((metric, value) -> named.put(metric.id, finite(value)));
                                    return named;
                                })
                                .toList()));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("rejected rounds", result.rejected());
        tree.put("disturbed rounds", result.disturbedRounds());
        tree.put("failed", result.failures());
        tree.put("arms", arms);
        return tree;
    }

    /** Writes {@code bench.json} and {@code bench.html}. */
    void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("bench.json"), json());
        Files.writeString(folder.resolve("bench.html"), ReportHtml.page(this));
    }
}
