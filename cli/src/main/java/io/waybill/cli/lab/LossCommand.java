package io.waybill.cli.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.waybill.cli.print.Json;
import io.waybill.cli.print.Logs;
import io.waybill.cli.print.Progress;
import io.waybill.testbrokers.Availability;
import io.waybill.testbrokers.Brokers;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code waybill lab loss}: loses messages on real brokers, and looks whether each is found, and nothing else. */
@Command(
        name = "loss",
        mixinStandardHelpOptions = true,
        description = {
            "Loses messages on memory and on every broker that this machine can start, and looks what loss detection says.",
            "",
            "Losses are real: retention, a bounded queue, a broker that is killed, a consumer that commits too early. Each"
                    + " number that was lost must be told, and no other. What is no loss must not be told: rebalances,"
                    + " kill -9, retries, dead letters, sends that fail, pauses, groups that come late.",
            ""
        },
        footer = {"", "Exit code: 0 if every verdict is as it should be, 1 if not, 2 if wrongly asked for."})
final class LossCommand implements Callable<Integer> {
    private static final String ALL = "all";
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--broker",
            paramLabel = "NAME",
            description = "memory, kafka, rocketmq, rabbitmq or all. Default: all")
    private String broker = ALL;

    @Option(
            names = "--only",
            paramLabel = "WORDS",
            description = "Only scenarios with these words in their names. May be given several times.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON, and nothing else on stdout.")
    private boolean json;

    @Option(names = "--out", paramLabel = "DIR", description = "Write loss.json and the log there, too.")
    private @Nullable Path folder;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "How many messages, and which are lost, follow from it. Default: another each time")
    private long seed = System.nanoTime() % 1_000_000;

    LossCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws Exception {
        if (!broker.equals(ALL) && !LabBrokers.names().contains(broker)) {
            throw wrong("--broker: there is no broker '" + broker + "'; use " + String.join(", ", LabBrokers.names())
                    + " or all");
        }
        if (asked().stream()
                .flatMap(name -> LabBrokers.scenarios(name).stream())
                .noneMatch(this::isChosen)) {
            throw wrong("--only: no scenario on " + broker + " has " + String.join(" or ", only) + " in its name");
        }
        Path scratch = Files.createTempDirectory("waybill-lab-");
        Thread cleaner = new Thread(() -> delete(scratch), "lab-cleaner");
        Runtime.getRuntime().addShutdownHook(cleaner);
        String before = System.getProperty(Brokers.WITH);
        System.setProperty(Brokers.WITH, "process");
        try {
            Logs.toFile(outFolder(scratch).resolve("lab.log"));
            err.println("seed " + seed);
            return run(scratch);
        } finally {
            if (before == null) {
                System.clearProperty(Brokers.WITH);
            } else {
                System.setProperty(Brokers.WITH, before);
            }
            delete(scratch);
            boolean unused = Runtime.getRuntime().removeShutdownHook(cleaner);
        }
    }

    private List<String> asked() {
        return broker.equals(ALL) ? LabBrokers.names() : List.of(broker);
    }

    private boolean isChosen(Scenario scenario) {
        return only.isEmpty() || only.stream().anyMatch(scenario.name()::contains);
    }

    private ParameterException wrong(String what) {
        CommandLine line = spec == null ? new CommandLine(this) : spec.commandLine();
        return new ParameterException(line, what);
    }

    private Path outFolder(Path scratch) {
        if (folder == null) {
            return scratch;
        }
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw wrong("--out: there can be no folder '" + folder + "'");
        }
    }

    private int run(Path scratch) throws Exception {
        List<Result> results = new ArrayList<>();
        boolean missing = false;
        for (String name : asked()) {
            Availability had = LabBrokers.availability(name);
            if (had.available()) {
                results.addAll(run(name, scratch));
            } else {
                err.println(name + ": NOT AVAILABLE: " + had.reason() + "; to have it: " + had.remedy());
                missing |= !broker.equals(ALL);
            }
        }
        print(results);
        if (results.stream().anyMatch(result -> !result.outcome().good())) {
            return ExitCode.SOFTWARE;
        }
        return missing || results.isEmpty() ? ExitCode.USAGE : ExitCode.OK;
    }

    private List<Result> run(String name, Path scratch) throws InterruptedException {
        err.println(name + ": starting");
        long start = System.nanoTime();
        try (LabBroker started = LabBrokers.start(name)) {
            LossLab lab = new LossLab(started, scratch, seed, PATIENCE, UnaryOperator.identity());
            Progress progress = new Progress(err, () -> name + ": " + seconds(start) + " s, " + lab.playing());
            List<Result> results;
            try {
                results = lab.run(this::isChosen);
            } finally {
                progress.close();
            }
            results.stream()
                    .filter(result -> !result.note().isEmpty())
                    .forEach(result -> err.println(
                            name + ": " + result.scenario() + ": " + result.outcome() + ", " + result.note()));
            err.println(name + ": " + results.size() + " scenarios in " + seconds(start) + " s");
            return results;
        }
    }

    private static long seconds(long start) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    }

    private void print(List<Result> results) throws IOException {
        String text =
                Json.of(Map.of("scenarios", results.stream().map(Result::json).toList()));
        if (json) {
            out.println(text);
        } else {
            out.print(LossTable.of(results));
        }
        out.flush();
        if (folder != null) {
            Files.writeString(folder.resolve("loss.json"), text, UTF_8);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // gone already, or somebody writes there still: the system's temporary folder keeps it
        }
    }
}
