package io.waybill.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs a benchmark of JMH's as a scenario: its parameters are arms, each iteration of each fork is a sample. */
final class Jmh {
    private Jmh() {}

    /** @param arm which arm a result is of */
    static Results run(Class<?> benchmark, Scenario scenario, Function<RunResult, String> arm, boolean quick)
            throws RunnerException {
        int iterations = quick ? 3 : 8;
        TimeValue time = TimeValue.seconds(quick ? 1 : 2);
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(benchmark.getName() + "\\..*")
                        .forks(quick ? 1 : 3)
                        .warmupIterations(iterations)
                        .warmupTime(time)
                        .measurementIterations(iterations)
                        .measurementTime(time)
                        .addProfiler(GCProfiler.class)
                        .jvmArgs("-Xms2g", "-Xmx2g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        Map<String, List<Map<Metric, Double>>> samples = new HashMap<>();
        results.forEach(result -> samples.put(arm.apply(result), samples(result)));
        Results all = new Results(scenario);
        int rounds = samples.values().stream().mapToInt(List::size).min().orElse(0);
        for (int i = 0; i < rounds; i++) {
            Map<String, Map<Metric, Double>> round = new HashMap<>();
            for (Map.Entry<String, List<Map<Metric, Double>>> one : samples.entrySet()) {
                round.put(one.getKey(), one.getValue().get(i));
            }
            all.add(round);
        }
        return all;
    }

    private static List<Map<Metric, Double>> samples(RunResult result) {
        List<Map<Metric, Double>> samples = new ArrayList<>();
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                double nanos = iteration.getPrimaryResult().getScore();
                Map<Metric, Double> figures = new EnumMap<>(Metric.class);
                figures.put(Metric.TIME, nanos);
                figures.put(Metric.RATE, 1e9 / nanos);
                Result<?> bytes = iteration.getSecondaryResults().get("gc.alloc.rate.norm");
                if (bytes != null) {
                    figures.put(Metric.BYTES, Math.rint(bytes.getScore())); // the fraction is not the messages'
                }
                samples.add(figures);
            }
        }
        return samples;
    }
}
