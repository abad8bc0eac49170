package io.waybill.benchmarks;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.GroupDescription;
import io.waybill.message.Message;
import io.waybill.message.Ordering;
import io.waybill.message.Receipt;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
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
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

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
    private static final int BODY = 100;
    private static final String SEND = "send";
    private static final String SEND_1 = "send, 1 interceptor";
    private static final String SEND_4 = "send, 4 interceptors";
    private static final String SETTLED_KEY = "to settled, KEY";
    private static final String SETTLED_PARTITION = "to settled, PARTITION";

    /** The core's own scenario; its messages are JMH's. */
    static final Scenario SCENARIO = new Scenario(
            "core",
            "memory",
            "the core over the memory adapter (JMH), from sendAsync to the receipt, or on to the settlement",
            Scenario.Work.CORE,
            BODY,
            Scenario.Layout.WAYBILL,
            4,
            0,
            Stream.of(SEND, SEND_1, SEND_4, SETTLED_KEY, SETTLED_PARTITION)
                    .map(name -> new Scenario.Arm(name, name, 0, 0))
                    .toList(),
            List.of(
                    Target.atMost(Metric.TIME, SEND, 250),
                    Target.atMost(Metric.BYTES, SEND, 300),
                    Target.moreAtMost(Metric.TIME, SEND_4, SEND, 4 * 15),
                    Target.moreAtMost(Metric.BYTES, SEND_4, SEND, 4 * 24),
                    Target.atLeast(Metric.RATE, SEND, 3_000_000)));

    /** For JMH. */
    public CoreBenchmark() {}

    static Results run(boolean quick) throws RunnerException {
        return Jmh.run(CoreBenchmark.class, SCENARIO, CoreBenchmark::arm, quick);
    }

    private static String arm(RunResult result) {
        String ordering = result.getParams().getParam("ordering");
        if (ordering != null) {
            return ordering.equals(Ordering.KEY.name()) ? SETTLED_KEY : SETTLED_PARTITION;
        }
        return switch (result.getParams().getParam("interceptors")) {
            case "1" -> SEND_1;
            case "4" -> SEND_4;
            default -> SEND;
        };
    }

    /** A producer over a broker that keeps little. */
    @State(Scope.Benchmark)
    public static class Sending {
        /** How many interceptors each send goes through, which do nothing. */
        @Param({"0", "1", "4"})
        public int interceptors;

        private final Waybill waybill = Waybill.connect("memory:?overflow=drop&retention.messages=20000");
        private final Message[] messages = new Message[KEYS];
        private Producer producer;
        private int next;

        /** For JMH. */
        @SuppressWarnings("NullAway.Init") // JMH knows the parameter, and calls open, after this
        public Sending() {}

        /** Opens the producer. */
        @Setup(Level.Trial)
        public void open() {
            waybill.admin().createTopic("bench", 4);
            Producer.Builder builder = waybill.producer("bench");
            for (int i = 0; i < interceptors; i++) {
                builder = builder.intercept(chain -> chain.proceed(chain.message()));
            }
            producer = builder.open();
            for (int i = 0; i < KEYS; i++) {
                messages[i] =
                        Message.to("bench").key("key-" + i).body(new byte[BODY]).build();
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
                        Message.to("bench").key("key-" + i).body(new byte[BODY]).build();
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
