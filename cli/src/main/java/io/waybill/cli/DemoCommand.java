package io.waybill.cli;

import io.waybill.cli.print.Json;
import io.waybill.cli.print.Logs;
import io.waybill.cli.print.Progress;
import io.waybill.examples.FlashSale;
import io.waybill.examples.Report;
import io.waybill.message.MessagingException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code waybill demo}: holds the flash sale on one or more brokers, one after the other, and shows its books. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Holds a flash sale on memory and on every broker that this machine can start.",
            "",
            "A gateway sends orders, keyed by customer; payment, risk, notification and statistics are four groups that"
                    + " handle each of them. Some handlers fail at first, some orders always fail in risk; in the middle"
                    + " one instance of payment stops and another joins. At the end the books must add up: in each group"
                    + " acknowledged = handled + dead-lettered, nothing lost, nothing out of order.",
            ""
        },
        footer = {"", "Exit code: 0 if the books of every broker that ran add up, 1 if not, 2 if wrongly asked for."})
final class DemoCommand implements Callable<Integer> {
    private static final int MOST_ORDERS = 1_000_000;

    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--broker",
            paramLabel = "NAME|URI",
            description = "memory, kafka, rocketmq, rabbitmq, all, or the URI of a broker that runs. Default: all")
    private String broker = DemoBroker.ALL;

    @Option(names = "--orders", paramLabel = "N", description = "How many orders, 1 to 1,000,000. Default: 10,000")
    private int orders = 10_000;

    @Option(names = "--json", description = "Print the books as JSON, and nothing else on stdout.")
    private boolean json;

    DemoCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (orders < 1 || orders > MOST_ORDERS) {
            throw wrong("--orders was " + orders + "; use 1 to " + DemoTable.number(MOST_ORDERS));
        }
        Logs.level("io.waybill.consumer", "error"); // it warns of dead letters, which are part of the demo
        List<DemoRun> runs = new ArrayList<>();
        try {
            for (DemoBroker one : DemoBroker.find(broker)) {
                runs.add(run(one));
            }
        } catch (MessagingException e) {
            throw wrong("--broker: " + e.getMessage());
        }
        if (json) {
            out.println(Json.of(Map.of("runs", runs.stream().map(DemoRun::json).toList())));
        } else {
            out.print(DemoTable.of(runs));
        }
        out.flush();
        return exitCode(runs);
    }

    private ParameterException wrong(String what) {
        CommandLine line = spec == null ? new CommandLine(this) : spec.commandLine();
        return new ParameterException(line, what);
    }

    private int exitCode(List<DemoRun> runs) {
        if (runs.stream().anyMatch(run -> run.available() && !run.balanced())) {
            return Main.FAILED;
        }
        boolean missing = !broker.equals(DemoBroker.ALL) && runs.stream().anyMatch(run -> !run.available());
        return missing ? Main.USAGE : Main.DONE;
    }

    private DemoRun run(DemoBroker one) throws InterruptedException {
        DemoBroker.Had had = one.look();
        if (!had.available()) {
            return new DemoRun(one.name(), "", false, had.reason(), null);
        }
        say(one, "starting (" + had.reason() + ")");
        try (DemoBroker.Started started = one.start()) {
            Report report = sell(one, new FlashSale(started.uri(), orders));
            report(one, report);
            return new DemoRun(one.name(), started.version(), true, had.reason(), report);
        } catch (MessagingException | IllegalStateException e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            say(one, "FAILED: " + e.getMessage());
            return new DemoRun(one.name(), "", true, reason, null);
        }
    }

    private Report sell(DemoBroker one, FlashSale sale) throws InterruptedException {
        long start = System.nanoTime();
        Progress progress = new Progress(err, () -> line(one, sale, System.nanoTime() - start));
        try {
            return sale.run();
        } finally {
            progress.close();
        }
    }

    private String line(DemoBroker one, FlashSale sale, long nanos) {
        Report now = sale.progress();
        long handled =
                now.handled().values().stream().mapToLong(Long::longValue).sum();
        return one.name() + ": " + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s, sent " + DemoTable.number(now.sent())
                + ", handled " + DemoTable.number(handled) + " of "
                + DemoTable.number((long) orders * now.handled().size()) + ", " + sale.step();
    }

    private void report(DemoBroker one, Report report) {
        if (!report.sendFailures().isEmpty()) {
            say(one, "sends that were not confirmed: " + report.sendFailures());
        }
        say(
                one,
                report.instances().entrySet().stream()
                        .map(entry -> entry.getKey() + " handled " + DemoTable.number(entry.getValue()))
                        .collect(Collectors.joining(", ")));
        report.discrepancies().forEach(discrepancy -> say(one, discrepancy));
        say(one, report.balanced() ? "the books add up" : "THE BOOKS DO NOT ADD UP");
    }

    private void say(DemoBroker one, String text) {
        err.println(one.name() + ": " + text);
    }
}
