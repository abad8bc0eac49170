package io.waybill.benchmarks;

import io.waybill.testbrokers.KafkaBroker;
import io.waybill.testbrokers.RabbitMqBroker;
import io.waybill.testbrokers.RocketMqBroker;
import io.waybill.testbrokers.RunningBroker;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./waybill bench [core|kafka|rocketmq|rabbitmq|all] [--quick] [--json] [--out DIR]}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measures what Waybill costs, beside the brokers' own clients and its peers. Figures of one run are to"
                        + " be compared with each other only.")
public final class Main implements Callable<Integer> {
    private static final int ROUNDS = 7;
    private static final int QUICK_ROUNDS = 2;
    /** So that the next sample writes into the memory of the last: a virtual machine is slow to get fresh memory from its host. */
    private static final String FORGET_MILLIS = "100";

    /** What can be measured. */
    enum Suite {
        core,
        kafka,
        rocketmq,
        rabbitmq,
        all
    }

    @Parameters(arity = "0..1", description = "one of ${COMPLETION-CANDIDATES}; default core, or all with --only")
    private @Nullable Suite suite;

    @Option(
            names = "--only",
            paramLabel = "SCENARIO",
            description =
                    "only the scenario of this name, or else those whose names begin so, kafka-send for example; may be"
                            + " repeated")
    private List<String> only = List.of();

    @Option(
            names = "--arm",
            paramLabel = "ARM",
            description = "only these arms of the scenarios, waybill and native for example; may be repeated")
    private List<String> arms = List.of();

    @Option(
            names = "--pairs",
            paramLabel = "N",
            description = "how many samples of each arm; default " + ROUNDS + ", or " + QUICK_ROUNDS + " with --quick")
    private @Nullable Integer pairs;

    @Option(names = "--quick", description = "2 samples, a fifth as long: shows that it runs, proves little")
    private boolean quick;

    @Option(names = "--json", description = "print JSON instead of the table")
    private boolean json;

    @Option(names = "--out", paramLabel = "DIR", description = "write bench.json and bench.html there")
    private @Nullable Path out;

    @Option(
            names = "--jvm",
            paramLabel = "ARGUMENT",
            description = "one more argument for the JVMs of the samples, to profile them for example; may be repeated")
    private List<String> jvm = List.of();

    @Option(
            names = "--broker-property",
            paramLabel = "KEY=VALUE",
            description = "one more line for the configuration of the brokers that are started; may be repeated")
    private Map<String, String> brokerProperties = Map.of();

    @Spec
    private @Nullable CommandSpec spec;

    /** For picocli. */
    public Main() {}

    /**
     * Runs it.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        return line.setCaseInsensitiveEnumValuesAllowed(true).setParameterExceptionHandler((problem, arguments) -> {
            line.getErr().println("bench: " + problem.getMessage());
            return CommandLine.ExitCode.USAGE;
        });
    }

    @Override
    public Integer call() throws Exception {
        List<Scenario> chosen = chosen();
        Report report = new Report();
        if (chosen.contains(CoreBenchmark.SCENARIO)) {
            finish(report, CoreBenchmark.run(quick));
        }
        if (chosen.contains(LedgerBenchmark.SCENARIO)) {
            finish(report, LedgerBenchmark.run(quick));
        }
        for (Suite broker : List.of(Suite.kafka, Suite.rocketmq, Suite.rabbitmq)) {
            List<Scenario> scenarios = chosen.stream()
                    .filter(scenario -> scenario.broker().equals(broker.name()))
                    .toList();
            if (!scenarios.isEmpty()) {
                run(broker.name(), scenarios, report);
            }
        }
        if (json) {
            System.out.println(report.json());
        }
        if (out != null) {
            report.write(out);
            System.err.println("Written: " + out.resolve("bench.html"));
        }
        return report.isWhole() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static List<Scenario> named(List<Scenario> all, String name) {
        return all.stream().anyMatch(scenario -> scenario.id().equals(name))
                ? all.stream().filter(scenario -> scenario.id().equals(name)).toList()
                : all.stream()
                        .filter(scenario -> scenario.id().startsWith(name))
                        .toList();
    }

    private List<Scenario> chosen() {
        if (pairs != null && pairs < 1) {
            throw wrong("--pairs is " + pairs + ", which must be 1 or more");
        }
        Suite from = suite != null ? suite : only.isEmpty() ? Suite.core : Suite.all;
        List<Scenario> all = Stream.concat(
                        Stream.of(CoreBenchmark.SCENARIO, LedgerBenchmark.SCENARIO), Scenarios.all().stream())
                .filter(scenario -> from == Suite.all || suiteOf(scenario) == from)
                .toList();
        for (String name : only) {
            if (named(all, name).isEmpty()) {
                throw wrong("--only " + name + ": no scenario of " + from + " begins so. There are: " + ids(all));
            }
        }
        Set<Scenario> wanted =
                only.stream().flatMap(name -> named(all, name).stream()).collect(Collectors.toSet());
        List<Scenario> chosen = all.stream()
                .filter(scenario ->
                        only.isEmpty() ? !scenario.id().contains(Scenarios.GROWTH) : wanted.contains(scenario))
                .filter(scenario -> arms.isEmpty() || scenario.hasAnyOf(arms))
                .map(scenario -> arms.isEmpty() ? scenario : scenario.reducedTo(arms))
                .toList();
        if (chosen.isEmpty()) {
            throw wrong("--arm " + String.join(", ", arms) + ": no scenario has such an arm");
        }
        List<Suite> suites = chosen.stream().map(Main::suiteOf).distinct().toList();
        if (!brokerProperties.isEmpty() && (suites.size() > 1 || suites.contains(Suite.core))) {
            throw wrong("--broker-property is for one kind of broker, and " + suites
                    + " are chosen: name one, or --only its" + " scenarios");
        }
        return chosen;
    }

    private static Suite suiteOf(Scenario scenario) {
        return scenario.broker().equals(CoreBenchmark.SCENARIO.broker())
                ? Suite.core
                : Suite.valueOf(scenario.broker());
    }

    private static String ids(List<Scenario> scenarios) {
        return String.join(", ", scenarios.stream().map(Scenario::id).toList());
    }

    private ParameterException wrong(String what) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), what);
    }

    private int rounds() {
        if (pairs != null) {
            return pairs;
        }
        return quick ? QUICK_ROUNDS : ROUNDS;
    }

    private void run(String name, List<Scenario> scenarios, Report report) throws Exception {
        RunningBroker started;
        try {
            started = start(name);
        } catch (RuntimeException e) {
            report.notMeasured(name, String.valueOf(e.getMessage()));
            System.err.println(name + " was not measured: " + e.getMessage());
            return;
        }
        try (RunningBroker broker = started;
                SideBySide runs = new SideBySide(broker, quick, rounds(), jvm)) {
            report.environment().put(name, broker.version());
            for (Scenario scenario : scenarios) {
                finish(report, runs.run(scenario));
            }
        }
    }

    private void finish(Report report, Results results) throws Exception {
        report.add(results);
        if (!json) {
            Report.print(results, System.out);
        }
        if (out != null) {
            report.write(out); // what is there so far outlives a run that is cut short
        }
    }

    private RunningBroker start(String name) {
        switch (name) {
            case "kafka" -> {
                KafkaBroker.Builder kafka =
                        KafkaBroker.builder().heap("1g").property("log.segment.delete.delay.ms", FORGET_MILLIS);
                brokerProperties.forEach(kafka::property);
                return kafka.start();
            }
            case "rocketmq" -> {
                RocketMqBroker.Builder rocketmq = RocketMqBroker.builder().heap("1g");
                brokerProperties.forEach(rocketmq::property);
                return rocketmq.start();
            }
            default -> {
                RabbitMqBroker.Builder rabbitmq = RabbitMqBroker.builder();
                brokerProperties.forEach(rabbitmq::property);
                return rabbitmq.start();
            }
        }
    }
}
