package io.waybill.cli.lab;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code waybill lab}: experiments on real brokers. */
@Command(
        name = "lab",
        mixinStandardHelpOptions = true,
        description = "Experiments on real brokers.",
        commandListHeading = "%nExperiments:%n")
public final class LabCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    private LabCommand() {}

    /** The command with its experiments. */
    public static CommandLine with(PrintStream out, PrintStream err) {
        return new CommandLine(new LabCommand()).addSubcommand(new CommandLine(new LossCommand(out, err)));
    }

    @Override
    public Integer call() {
        CommandLine line = spec == null ? new CommandLine(this) : spec.commandLine();
        throw new ParameterException(line, "name an experiment: loss");
    }
}
