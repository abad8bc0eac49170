package io.waybill.benchmarks;

import io.waybill.testbrokers.ChildProcess;
import io.waybill.testbrokers.RunningBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A broker's own client against Waybill: each sample a fresh JVM and a fresh topic, all arms in each round, the order of
 * the rounds alternating. The native arms are tuned as Waybill is, and do the same duties: a header of 18 bytes, a future
 * for each message, as much in flight; a consumer acknowledges behind its handler.
 */
final class SideBySide {
    private static final int SMALL = 100;
    private static final int LARGE = 1_000;

    /** What is measured. */
    enum Work {
        /** From the call to the broker's confirmation, without waiting for each. */
        SEND("asynchronous send"),
        /** From a full topic to the handler. */
        CONSUME("consume");

        private final String title;

        Work(String title) {
            this.title = title;
        }

        private List<String> waybills() {
            return this == SEND ? List.of("waybill") : List.of("waybill PARTITION", "waybill KEY");
        }
    }

    /** One sample's figures. */
    private record Figures(double messagesPerSecond, double cpuNanos, double bytes) {
        static Figures parse(String line) {
            String[] words = line.split(" ", -1);
            return new Figures(
                    Double.parseDouble(words[1]), Double.parseDouble(words[2]), Double.parseDouble(words[3]));
        }
    }

    private final Contender contender;
    private final int rounds;
    private final int share;

    SideBySide(Contender contender, boolean quick, int rounds) {
        this.contender = contender;
        this.rounds = quick ? 1 : rounds;
        this.share = quick ? 5 : 1;
    }

    void run(@Nullable Work only) {
        try (RunningBroker broker = contender.broker().get()) {
            if (only != Work.CONSUME) {
                compare(broker, Work.SEND, SMALL, contender.sent() / share);
                compare(broker, Work.SEND, LARGE, contender.sentLarge() / share);
            }
            if (only != Work.SEND) {
                compare(broker, Work.CONSUME, SMALL, contender.consumed() / share);
            }
        }
    }

    private void compare(RunningBroker broker, Work work, int size, long messages) {
        List<String> natives = contender.natives(work);
        List<String> arms =
                Stream.concat(natives.stream(), work.waybills().stream()).toList();
        Map<String, List<Figures>> samples = new LinkedHashMap<>();
        arms.forEach(arm -> samples.put(arm, new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < arms.size(); i++) {
                String arm = arms.get(round % 2 == 0 ? i : arms.size() - 1 - i);
                samples.computeIfAbsent(arm, unused -> new ArrayList<>())
                        .add(sample(broker, work, arm, size, messages));
            }
        }
        System.out.printf(
                "%s %s, %s, %,d bytes, %,d messages a sample, medians of %d%n",
                broker.name(), broker.version(), work.title, size, messages, rounds);
        samples.forEach(SideBySide::print);
        for (String waybill : work.waybills()) {
            for (String other : natives) {
                printRatios(
                        waybill + " / " + other,
                        samples.getOrDefault(waybill, List.of()),
                        samples.getOrDefault(other, List.of()));
            }
        }
    }

    private Figures sample(RunningBroker broker, Work work, String arm, int size, long messages) {
        try (ChildProcess child = ChildProcess.java(Sample.class.getName())
                .heap("1g")
                .systemProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn")
                .arguments(contender.name(), work.name(), arm, broker.uri())
                .arguments(Integer.toString(size), Long.toString(messages))
                .start()) {
            return Figures.parse(child.awaitLine(line -> line.startsWith("RESULT "), Duration.ofMinutes(5)));
        }
    }

    private static void print(String arm, List<Figures> samples) {
        System.out.printf(
                Locale.ROOT,
                "  %-18s msg/s %,.0f   CPU ns/msg %,.0f   bytes/msg %,.0f%n",
                arm,
                median(samples.stream().mapToDouble(Figures::messagesPerSecond).toArray()),
                median(samples.stream().mapToDouble(Figures::cpuNanos).toArray()),
                median(samples.stream().mapToDouble(Figures::bytes).toArray()));
    }

    private static void printRatios(String title, List<Figures> ours, List<Figures> theirs) {
        double[] bytes = new double[ours.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = ours.get(i).bytes() - theirs.get(i).bytes();
        }
        System.out.printf(
                Locale.ROOT,
                "  %s: msg/s %s   CPU %s   bytes %+.0f%n",
                title,
                ratio(ours, theirs, Figures::messagesPerSecond),
                ratio(ours, theirs, Figures::cpuNanos),
                median(bytes));
    }

    /** The median of the rounds' ratios, and the least and the largest of them. */
    private static String ratio(List<Figures> ours, List<Figures> theirs, ToDoubleFunction<Figures> figure) {
        double[] ratios = new double[ours.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = figure.applyAsDouble(ours.get(i)) / figure.applyAsDouble(theirs.get(i));
        }
        double median = median(ratios);
        return String.format(Locale.ROOT, "%.3f (%.3f to %.3f)", median, ratios[0], ratios[ratios.length - 1]);
    }

    /** Sorts them. */
    private static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
