package io.waybill.benchmarks;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./waybill bench [core|kafka|all] [--quick]}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures what Waybill costs. Figures of one run are to be compared with each other only.")
public final class Main implements Callable<Integer> {
    /** What can be measured. */
    enum Suite {
        core,
        kafka,
        all
    }

    @Parameters(arity = "0..1", defaultValue = "core", description = "one of ${COMPLETION-CANDIDATES}; default core")
    private Suite suite = Suite.core;

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
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        for (Suite one : suite == Suite.all ? List.of(Suite.core, Suite.kafka) : List.of(suite)) {
            if (one == Suite.core) {
                CoreBenchmark.run(quick);
            } else {
                KafkaSideBySide.run(quick);
            }
        }
        return 0;
    }
}
