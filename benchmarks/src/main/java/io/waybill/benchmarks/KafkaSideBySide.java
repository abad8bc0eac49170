package io.waybill.benchmarks;

import io.waybill.testbrokers.ChildProcess;
import io.waybill.testbrokers.KafkaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Asynchronous sends to Kafka, native client against Waybill, in pairs: each sample a fresh JVM and a fresh topic, the
 * order within the pairs alternating. The native arm is tuned as Waybill is, and does the same duty: a header of 18
 * bytes, a future for each message, bounded memory.
 */
final class KafkaSideBySide {
    private KafkaSideBySide() {}

    /** One sample's figures. */
    record Sample(double messagesPerSecond, double cpuNanos, double bytes) {
        static Sample parse(String line) {
            String[] words = line.split(" ", -1);
            return new Sample(Double.parseDouble(words[1]), Double.parseDouble(words[2]), Double.parseDouble(words[3]));
        }
    }

    static void run(boolean quick) {
        int pairs = quick ? 1 : 7;
        long messages = quick ? 300_000 : 2_000_000;
        try (KafkaBroker broker = KafkaBroker.builder().heap("1g").start()) {
            for (int size : new int[] {100, 1_000}) {
                compare(broker, pairs, size, size == 100 ? messages : messages / 4);
            }
        }
    }

    private static void compare(KafkaBroker broker, int pairs, int size, long messages) {
        List<Sample> natives = new ArrayList<>();
        List<Sample> waybills = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            for (int half = 0; half < 2; half++) {
                boolean waybillNow = (pair + half) % 2 == 1;
                Sample sample = sample(broker, waybillNow ? "waybill" : "native", size, messages);
                (waybillNow ? waybills : natives).add(sample);
            }
        }
        System.out.printf(
                "Kafka %s, asynchronous send, %,d bytes, %,d messages a sample, medians of %d%n",
                broker.version(), size, messages, pairs);
        print("native", natives);
        print("waybill", waybills);
        double[] speed = new double[pairs];
        double[] cpu = new double[pairs];
        double[] bytes = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            speed[i] = waybills.get(i).messagesPerSecond() / natives.get(i).messagesPerSecond();
            cpu[i] = waybills.get(i).cpuNanos() / natives.get(i).cpuNanos();
            bytes[i] = waybills.get(i).bytes() - natives.get(i).bytes();
        }
        System.out.printf(
                Locale.ROOT,
                "  ratio    msg/s %.3f (%.3f to %.3f)   CPU %.3f (%.3f to %.3f)   bytes %+.0f%n",
                median(speed),
                least(speed),
                most(speed),
                median(cpu),
                least(cpu),
                most(cpu),
                median(bytes));
    }

    private static Sample sample(KafkaBroker broker, String arm, int size, long messages) {
        try (ChildProcess child = ChildProcess.java(KafkaSendArm.class.getName())
                .heap("1g")
                .systemProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn")
                .arguments(arm, broker.bootstrapServers(), Integer.toString(size), Long.toString(messages))
                .start()) {
            return Sample.parse(child.awaitLine(line -> line.startsWith("RESULT "), Duration.ofMinutes(5)));
        }
    }

    private static void print(String arm, List<Sample> samples) {
        System.out.printf(
                Locale.ROOT,
                "  %-8s msg/s %,.0f   CPU ns/msg %.0f   bytes/msg %.0f%n",
                arm,
                median(samples.stream().mapToDouble(Sample::messagesPerSecond).toArray()),
                median(samples.stream().mapToDouble(Sample::cpuNanos).toArray()),
                median(samples.stream().mapToDouble(Sample::bytes).toArray()));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double least(double[] values) {
        return Arrays.stream(values).min().orElse(Double.NaN);
    }

    private static double most(double[] values) {
        return Arrays.stream(values).max().orElse(Double.NaN);
    }
}
