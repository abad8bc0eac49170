package io.waybill.benchmarks;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.GroupDescription;
import io.waybill.message.Message;
import io.waybill.message.Ordering;
import io.waybill.message.Receipt;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The core's own path over the memory adapter: nanoseconds and bytes of a message from {@code sendAsync} to its receipt,
 * and on to its settlement by a consumer; the difference is what receiving costs. Bytes are counted over all threads of
 * the JVM; the memory broker's own are among them.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoreBenchmark {
    private static final int MESSAGES = 100_000;
    private static final int KEYS = 1_000;

    /** For JMH. */
    public CoreBenchmark() {}

    static void run(boolean quick) throws RunnerException {
        int iterations = quick ? 3 : 8;
        TimeValue time = TimeValue.seconds(quick ? 1 : 2);
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(CoreBenchmark.class.getName() + "\\..*")
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
        System.out.printf("%-24s %10s %8s %10s %12s%n", "core, memory transport", "ns/msg", "+-", "bytes/msg", "msg/s");
        for (RunResult result : results) {
            Result<?> time1 = result.getPrimaryResult();
            Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
            String ordering = result.getParams().getParam("ordering");
            System.out.printf(
                    Locale.ROOT,
                    "%-24s %10.1f %8.1f %10.1f %,12.0f%n",
                    time1.getLabel() + (ordering == null ? "" : " " + ordering),
                    time1.getScore(),
                    time1.getScoreError(),
                    bytes == null ? Double.NaN : bytes.getScore(),
                    1e9 / time1.getScore());
        }
    }

    /** A producer over a broker that keeps little. */
    @State(Scope.Benchmark)
    public static class Sending {
        private final Waybill waybill = Waybill.connect("memory:?overflow=drop&retention.messages=20000");
        private final Message[] messages = new Message[KEYS];
        private Producer producer;
        private int next;

        /** For JMH. */
        public Sending() {
            waybill.admin().createTopic("bench", 4);
            producer = waybill.producer("bench").open();
            for (int i = 0; i < KEYS; i++) {
                messages[i] =
                        Message.to("bench").key("key-" + i).body(new byte[100]).build();
            }
        }

        /** Ends it. */
        @TearDown
        public void close() {
            waybill.close();
        }
    }

    /**
     * From {@code sendAsync} to the receipt.
     *
     * @param sending the producer
     * @return the completed send
     */
    @Benchmark
    public CompletableFuture<Receipt> send(Sending sending) {
        int i = sending.next++;
        return sending.producer.sendAsync(sending.messages[i % KEYS]);
    }

    /** A producer and a consumer that handles at once. */
    @State(Scope.Benchmark)
    public static class Flowing {
        /** What waits for what. */
        @Param({"KEY", "PARTITION"})
        public Ordering ordering = Ordering.KEY;

        private final Waybill waybill = Waybill.connect("memory:?retention.messages=200000");
        private final LongAdder handled = new LongAdder();
        private final Message[] messages = new Message[KEYS];
        private Producer producer;
        private long expected;

        /** For JMH. */
        public Flowing() {
            waybill.admin().createTopic("bench", 4);
            producer = waybill.producer("bench").open();
            for (int i = 0; i < KEYS; i++) {
                messages[i] =
                        Message.to("bench").key("key-" + i).body(new byte[100]).build();
            }
        }

        /** Opens the consumer. */
        @Setup(Level.Trial)
        public void open() {
            Consumer consumer = waybill.consumer("bench")
                    .ordering(ordering)
                    .settleInterval(Duration.ofMillis(1))
                    .subscribe("bench", delivery -> handled.increment());
            waitUntil(() -> consumer.assignment().size(), 4);
        }

        void flow() {
            for (int i = 0; i < MESSAGES; i++) {
                var unused = producer.sendAsync(messages[i % KEYS]);
            }
            expected += MESSAGES;
            waitUntil(this::settled, expected);
        }

        private long settled() {
            return handled.sum() < expected
                    ? 0
                    : waybill.admin()
                            .describeGroup("bench")
                            .map(GroupDescription::positions)
                            .map(positions -> positions.values().stream()
                                    .mapToLong(Long::longValue)
                                    .sum())
                            .orElse(0L);
        }

        private static void waitUntil(LongSupplier value, long wanted) {
            while (value.getAsLong() < wanted) {
                LockSupport.parkNanos(20_000);
            }
        }

        /** Ends it. */
        @TearDown
        public void close() {
            waybill.close();
        }
    }

    /**
     * From {@code sendAsync} to the settlement, with a handler that counts, on three threads.
     *
     * @param flowing producer and consumer
     */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void sendToSettled(Flowing flowing) {
        flowing.flow();
    }
}
