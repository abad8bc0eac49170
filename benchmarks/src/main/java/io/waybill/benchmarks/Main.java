package io.waybill.benchmarks;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./waybill bench [core|kafka|rabbitmq|rocketmq|all] [--only send|consume] [--quick]}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures what Waybill costs. Figures of one run are to be compared with each other only.")
public final class Main implements Callable<Integer> {
    /** What can be measured. */
    enum Suite {
        core,
        kafka,
        rabbitmq,
        rocketmq,
        all
    }

    @Parameters(arity = "0..1", defaultValue = "core", description = "one of ${COMPLETION-CANDIDATES}; default core")
    private Suite suite = Suite.core;

    @Option(names = "--only", paramLabel = "WORK", description = "on a broker: only send, or only consume")
    private SideBySide.@Nullable Work only;

    @Option(names = "--pairs", description = "how many samples of each arm; default ${DEFAULT-VALUE}")
    private int pairs = 7;

    @Option(names = "--quick", description = "fewer and shorter samples: shows that it runs, proves little")
    private boolean quick;

    /** For picocli. */
    public Main() {}

    /**
     * Runs it.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Main());
        System.exit(line.setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (suite == Suite.core || suite == Suite.all) {
            CoreBenchmark.run(quick);
        }
        for (Contender contender : Contender.ALL) {
            if (suite == Suite.all || suite.name().equals(contender.name())) {
                new SideBySide(contender, quick, pairs).run(only);
            }
        }
        return 0;
    }
}
