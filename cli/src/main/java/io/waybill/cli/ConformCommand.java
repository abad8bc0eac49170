package io.waybill.cli;

import io.waybill.cli.SuiteCase.Status;
import io.waybill.cli.print.Logs;
import io.waybill.cli.print.Progress;
import io.waybill.conformance.Rule;
import io.waybill.message.MessagingException;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import io.waybill.testbrokers.Brokers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code waybill conform}: runs the conformance suite on one or more brokers, one after the other, and writes a matrix. */
@Command(
        name = "conform",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the conformance suite, faults included, on memory in both shapes and on every broker that this machine can"
                    + " start, and prints which rule holds on which.",
            "",
            "Writes conformance.json, matrix.html, matrix.md, badge.svg, and TEST-<broker>.xml for each broker.",
            ""
        },
        footer = {
            "",
            "Exit code: 0 if nothing failed, 1 if a test failed, 2 if wrongly asked for, or if a broker that was asked for by"
                    + " name or URI cannot be had."
        })
final class ConformCommand implements Callable<Integer> {
    private static final int SHORT = 300;
    private static final Duration LONGEST_SOAK = Duration.ofHours(12);
    private static final Setting<Duration> SOAK = Setting.duration("soak", null, Duration.ofSeconds(1));

    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--broker",
            paramLabel = "NAME|URI",
            description =
                    "memory, memory-queue, kafka, rocketmq, rabbitmq, all, or the URI of a broker that runs, to which no"
                            + " fault is done. May be given several times. Default: all")
    private List<String> brokers = new ArrayList<>();

    @Option(names = "--out", paramLabel = "DIR", description = "Where to write. Default: target/conformance")
    private Path folder = Path.of("target", "conformance");

    @Option(
            names = "--rule",
            paramLabel = "RULE",
            description =
                    "Only the tests that cite this rule, such as S3; input for bad input. May be given several times.")
    private List<String> rules = new ArrayList<>();

    @Option(
            names = "--with",
            paramLabel = "WAY",
            description =
                    "Where brokers come from: process (started here), testcontainers (started here in containers of"
                            + " Docker; WAYBILL_IMAGE_<NAME> names another image than the official one), external (named by"
                            + " WAYBILL_TEST_BROKER_<NAME>), or auto (external if one is named, else process if that can be had,"
                            + " else testcontainers). Default: auto")
    private String way = "auto";

    @Option(
            names = "--soak",
            paramLabel = "TIME",
            arity = "0..1",
            fallbackValue = "1m",
            description = "The long tests, too; storms last so long, such as 30m. Without a time: 1m")
    private @Nullable String soak;

    ConformCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() {
        Set<Rule> wanted = wanted();
        Duration storms = storms();
        checkWay();
        makeFolder();
        Logs.toFile(folder.resolve("conformance.log"));
        String before = System.getProperty(Brokers.WITH);
        System.setProperty(Brokers.WITH, way);
        try {
            Map<SuiteBroker, DemoBroker.Had> asked = new LinkedHashMap<>();
            find().forEach(broker ->
                    asked.put(broker, look(broker))); // all first: what is wrong is told before a test runs
            return run(asked, wanted, storms);
        } finally {
            if (before == null) {
                System.clearProperty(Brokers.WITH);
            } else {
                System.setProperty(Brokers.WITH, before);
            }
        }
    }

    private int run(Map<SuiteBroker, DemoBroker.Had> asked, Set<Rule> wanted, Duration storms) {
        Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        List<SuiteResult> results = new ArrayList<>();
        SuiteReport report = new SuiteReport(date, Main.version(), List.copyOf(wanted), results);
        for (Map.Entry<SuiteBroker, DemoBroker.Had> one : asked.entrySet()) {
            results.add(run(one.getKey(), one.getValue(), wanted, storms));
            report = new SuiteReport(date, Main.version(), List.copyOf(wanted), results);
            SuiteFiles.write(report, folder); // after each, so that it is there if the next one takes too long
        }
        out.print(SuiteTable.of(report));
        out.flush();
        err.println("written to " + folder.toAbsolutePath().normalize());
        if (report.failed()) {
            return Main.FAILED;
        }
        return missing(report) ? Main.USAGE : Main.DONE;
    }

    /** Whether a broker was asked for by itself and could not be had. */
    private boolean missing(SuiteReport report) {
        Set<String> named = brokers.stream()
                .filter(asked -> !asked.equals(DemoBroker.ALL))
                .flatMap(asked -> SuiteBroker.find(asked).stream())
                .map(SuiteBroker::name)
                .collect(Collectors.toSet());
        report.tested().forEach(tested -> named.remove(tested.name()));
        return !named.isEmpty();
    }

    private SuiteResult run(SuiteBroker broker, DemoBroker.Had had, Set<Rule> wanted, Duration storms) {
        if (!had.available()) {
            err.println(broker.name() + ": NOT TESTED: " + had.reason());
            return SuiteResult.notTested(broker.name(), broker.client(), had.reason());
        }
        err.println(broker.name() + ": starting (" + had.reason() + ")");
        SuiteRun run = new SuiteRun(broker);
        SuiteResult result;
        Progress progress = new Progress(err, run::progress);
        try {
            result = run.run(wanted, storms);
        } finally {
            progress.close();
        }
        result.cases().stream()
                .filter(one -> one.status() == Status.FAIL)
                .forEach(one -> err.println(broker.name() + ": FAIL " + one.name() + ": " + inShort(one.message())));
        err.println(
                broker.name() + ": " + result.count(Status.PASS) + " passed, " + result.count(Status.FAIL) + " failed, "
                        + (result.count(Status.SKIPPED) + result.count(Status.UNSUPPORTED)) + " skipped, "
                        + Math.round(result.seconds()) + " s");
        return result;
    }

    /** In one line; the files have all of it. */
    private static String inShort(String message) {
        String line = message.strip().replaceAll("\\s+", " ");
        return line.length() <= SHORT ? line : line.substring(0, SHORT) + "...";
    }

    private DemoBroker.Had look(SuiteBroker broker) {
        try {
            return broker.look();
        } catch (MessagingException e) {
            throw wrong("--broker: " + e.getMessage());
        }
    }

    private List<SuiteBroker> find() {
        Set<SuiteBroker> found = new LinkedHashSet<>();
        try {
            for (String asked : brokers.isEmpty() ? List.of(DemoBroker.ALL) : brokers) {
                found.addAll(SuiteBroker.find(asked));
            }
        } catch (MessagingException e) {
            throw wrong("--broker: " + e.getMessage());
        }
        return List.copyOf(found);
    }

    private Set<Rule> wanted() {
        if (rules.isEmpty()) {
            return EnumSet.copyOf(Rule.built());
        }
        Set<Rule> wanted = EnumSet.noneOf(Rule.class);
        for (String id : rules) {
            Rule rule = Rule.find(id)
                    .orElseThrow(() -> wrong("--rule: there is no rule '" + id + "'; use one of " + ids()));
            if (rule.planned()) {
                throw wrong("--rule: " + id + " is planned and has no test yet; use one of " + ids());
            }
            wanted.add(rule);
        }
        return wanted;
    }

    private static String ids() {
        return Rule.built().stream().map(Rule::id).collect(Collectors.joining(" "));
    }

    /** How long storms last; zero if there are to be none. */
    private Duration storms() {
        if (soak == null) {
            return Duration.ZERO;
        }
        try {
            Duration asked = Settings.defaults(List.of(SOAK))
                    .with(Map.of(SOAK.name(), soak), Settings.Origin.CODE)
                    .get(SOAK);
            if (asked.compareTo(LONGEST_SOAK) <= 0) {
                return asked;
            }
        } catch (MessagingException e) {
            // Said below.
        }
        throw wrong("--soak was '" + soak + "'; use a time span from 1s to 12h, such as 90s, 30m or 2h");
    }

    private void checkWay() {
        if (!Brokers.ways().contains(way)) {
            throw wrong("--with was '" + way + "'; use one of " + Brokers.ways());
        }
    }

    private void makeFolder() {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw wrong("--out: cannot make the folder " + folder + ": " + e.getMessage());
        }
    }

    private ParameterException wrong(String what) {
        CommandLine line = spec == null ? new CommandLine(this) : spec.commandLine();
        return new ParameterException(line, what);
    }
}
