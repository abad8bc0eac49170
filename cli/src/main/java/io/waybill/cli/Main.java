package io.waybill.cli;

import io.waybill.cli.lab.LabCommand;
import io.waybill.message.MessagingException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code waybill}. Results go to stdout, everything else to stderr. */
@Command(
        name = "waybill",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Messaging over several brokers, with proof that nothing was lost.",
        commandListHeading = "%nCommands:%n")
public final class Main {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    private Main() {}

    /** Runs a command and ends the JVM with its exit code: 0 done, 1 failed, 2 wrongly asked for, 3 messages are lost. */
    public static void main(String[] args) {
        System.exit(run(System.out, System.err, args));
    }

    static int run(PrintStream out, PrintStream err, String... args) {
        Main main = new Main();
        CommandLine line = new CommandLine(CommandSpec.forAnnotatedObject(main))
                .addSubcommand(new CommandLine(new DemoCommand(out, err)))
                .addSubcommand(new CommandLine(new ConformCommand(out, err)))
                .addSubcommand(new CommandLine(new AuditCommand(out, err)))
                .addSubcommand(LabCommand.with(out, err))
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((problem, arguments) -> refuse(err, problem))
                .setExecutionExceptionHandler((problem, command, parsed) -> fail(err, problem));
        if (args.length == 0) {
            line.usage(err);
            return USAGE;
        }
        return line.execute(args);
    }

    private static int refuse(PrintStream err, ParameterException problem) {
        String command = problem.getCommandLine().getCommandSpec().qualifiedName();
        String what = problem instanceof UnmatchedArgumentException unmatched && command.equals("waybill")
                ? "there is no command '" + unmatched.getUnmatched().get(0) + "'"
                : problem.getMessage();
        err.println(command + ": " + what);
        err.println("Ask '" + command + " --help'.");
        return USAGE;
    }

    private static int fail(PrintStream err, Exception problem) {
        if (problem instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        err.println("waybill: " + (problem instanceof MessagingException ? problem.getMessage() : problem));
        return FAILED;
    }

    static String version() {
        return Resources.text("version.txt").strip();
    }

    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"waybill " + version()};
        }
    }
}
