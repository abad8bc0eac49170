package io.waybill.benchmarks;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.benchmarks.clients.Workplace;
import io.waybill.ledger.Stamping;
import io.waybill.message.Message;
import io.waybill.testbrokers.ChildProcess;
import io.waybill.testbrokers.RunningBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Runs the scenarios of one broker: each sample in a fresh JVM and on a fresh topic, all arms in each round, the order of the
 * rounds alternating. A round counts unless the host took more than 2 % of the processors from this machine meanwhile. A sample
 * counts if the broker holds what was confirmed, or if everything was handled, in order, and acknowledged.
 */
final class SideBySide implements AutoCloseable {
    /** A round during which the host took more than this, in per cent, is repeated. */
    private static final double MOST_STEAL = 2;

    /**
     * With one compiler thread and a queue of more than 5 methods the JVM compiles others without a profile, and inlines no
     * call of theirs for good: which ones is chance, and gives a message 370 bytes more or not.
     */
    private static final String PROFILE_ALL = "-XX:Tier3DelayOn=1000";

    private static final int FILL_WINDOW = 50_000;
    private static final int LOOKS = 25;
    private static final long LOOK_MILLIS = 200;
    private static final Duration SAMPLE = Duration.ofMinutes(5);
    private static final Duration END = Duration.ofSeconds(30);
    private static final String HEAP = "1g";

    private final RunningBroker broker;
    private final Waybill waybill;
    private final Books books;
    private final int rounds;
    private final int divisor;
    private final List<String> jvmArguments;
    private double saturation;
    private boolean warm;

    SideBySide(RunningBroker broker, boolean quick, int rounds, List<String> jvmArguments) throws Exception {
        this.broker = broker;
        this.waybill = Waybill.connect(broker.uri());
        this.books = Books.open(broker.name(), broker.uri());
        this.rounds = rounds;
        this.divisor = quick ? 5 : 1;
        this.warm = quick;
        this.jvmArguments = jvmArguments;
    }

    Results run(Scenario scenario) {
        if (!warm) {
            warm = true;
            System.err.println("  a round that does not count, for the broker to get warm");
            var unused = round(scenario, new Results(scenario), 0);
        }
        Results results = new Results(scenario);
        int repeats = rounds;
        for (int round = 0; round < rounds; ) {
            Map<String, Map<Metric, Double>> samples = round(scenario, results, round);
            boolean disturbed =
                    samples.values().stream().anyMatch(figures -> figures.getOrDefault(Metric.STEAL, 0.0) > MOST_STEAL);
            if (disturbed && repeats-- > 0) {
                results.reject();
                continue;
            }
            if (disturbed) {
                results.disturbed();
            }
            results.add(samples);
            round++;
        }
        return results;
    }

    /** Arms in turn, from another one each time, forwards and backwards. */
    private Map<String, Map<Metric, Double>> round(Scenario scenario, Results results, int round) {
        List<Scenario.Arm> arms = scenario.arms();
        Map<String, Map<Metric, Double>> samples = new LinkedHashMap<>();
        for (int i = 0; i < arms.size(); i++) {
            int place = round % 2 == 0 ? i : arms.size() - 1 - i;
            Scenario.Arm arm = arms.get((place + round / 2) % arms.size());
            if (results.failures().containsKey(arm.name())) {
                continue;
            }
            try {
                Map<Metric, Double> figures = sample(scenario, arm);
                samples.put(arm.name(), figures);
                System.err.printf("  %s, %s: %s%n", scenario.id(), arm.name(), figures);
            } catch (Exception e) {
                results.failed(arm.name(), String.valueOf(e.getMessage()));
                System.err.printf("  %s, %s FAILED: %s%n", scenario.id(), arm.name(), e.getMessage());
            }
        }
        return samples;
    }

    private Map<Metric, Double> sample(Scenario scenario, Scenario.Arm arm) throws Exception {
        String topic = "bench-" + UUID.randomUUID();
        double rate = rate(scenario, arm);
        books.prepare(waybill, topic, scenario);
        try {
            return switch (scenario.work()) {
                case SEND, BLOCKING_SEND -> sent(scenario, arm, topic);
                case CONSUME -> handled(scenario, arm, topic);
                case KILL -> killed(scenario, arm, topic);
                case LATENCY, DELIVERY, START, CORE -> child(scenario, arm, topic, rate);
            };
        } finally {
            books.forget(waybill, topic);
        }
    }

    private double rate(Scenario scenario, Scenario.Arm arm) throws Exception {
        if (scenario.load() == 0) {
            return arm.messages();
        }
        if (saturation == 0) {
            Scenario most = Scenarios.named(broker.name() + "-send-100");
            saturation = sample(most, most.arm(Scenarios.NATIVE)).getOrDefault(Metric.RATE, 0.0);
        }
        return saturation * scenario.load();
    }

    private Map<Metric, Double> sent(Scenario scenario, Scenario.Arm arm, String topic) throws Exception {
        Map<Metric, Double> figures = child(scenario, arm, topic, 0);
        await("messages that the broker holds", 2 * messages(arm), () -> books.held(topic));
        return figures;
    }

    private Map<Metric, Double> handled(Scenario scenario, Scenario.Arm arm, String topic) throws Exception {
        fill(topic, scenario, arm.shortened(divisor).handledInAll());
        Map<Metric, Double> figures = child(scenario, arm, topic, 0);
        await("messages that are not acknowledged", 0, () -> books.left(topic));
        return figures;
    }

    /** The first life stands still behind its stuck key, and is killed; the second says how much it handled again. */
    private Map<Metric, Double> killed(Scenario scenario, Scenario.Arm arm, String topic) throws Exception {
        fill(topic, scenario, messages(arm));
        Path folder = Files.createTempDirectory("waybill-bench");
        Path handled = folder.resolve("handled");
        try {
            try (ChildProcess first = start(scenario, arm, topic, 0, handled)) {
                String unused = first.awaitLine(Sample.STANDSTILL::equals, SAMPLE);
            }
            try (ChildProcess second = start(scenario, arm, topic, 0, handled)) {
                Map<Metric, Double> figures = result(second);
                await("messages that are not acknowledged", 0, () -> books.left(topic));
                return figures;
            }
        } finally {
            Files.deleteIfExists(handled);
            Files.delete(folder);
        }
    }

    private long messages(Scenario.Arm arm) {
        return arm.shortened(divisor).messages();
    }

    private Map<Metric, Double> child(Scenario scenario, Scenario.Arm arm, String topic, double rate)
            throws IOException {
        try (ChildProcess child = start(scenario, arm, topic, rate, Path.of("none"))) {
            return result(child);
        }
    }

    /** Only of a JVM that ends by itself and without a failure. */
    private static Map<Metric, Double> result(ChildProcess child) {
        Map<Metric, Double> figures = Sample.parse(child.awaitLine(line -> line.startsWith(Sample.RESULT), SAMPLE));
        int code = child.awaitExit(END);
        if (code != 0) {
            throw new IllegalStateException("A sample ended with exit code " + code + "\n" + child.tail());
        }
        return figures;
    }

    private ChildProcess start(Scenario scenario, Scenario.Arm arm, String topic, double rate, Path handled) {
        ChildProcess.Builder child = ChildProcess.java(Sample.class.getName()).heap(HEAP);
        if (scenario.work() != Scenario.Work.LATENCY && scenario.work() != Scenario.Work.START) {
            child.jvmArgument(PROFILE_ALL); // compiles longer, which those would feel
        }
        jvmArguments.forEach(child::jvmArgument);
        return child.jvmArgument("-Xms" + HEAP)
                .jvmArgument("-XX:+UseG1GC")
                .jvmArgument("-XX:+AlwaysPreTouch")
                .systemProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn")
                .systemProperty("rocketmq.client.logUseSlf4j", "true") // else it writes to the user's home
                .arguments(scenario.id(), arm.name(), Integer.toString(divisor))
                .arguments(broker.uri(), topic, Double.toString(rate), handled.toString())
                .arguments(broker.processes().stream()
                        .map(process -> Long.toString(process.pid()))
                        .toArray(String[]::new))
                .start();
    }

    /** With stamps where one of the arms looks at them: all read the same. */
    private void fill(String topic, Scenario scenario, long messages) {
        Producer.Builder filling = waybill.producer("bench-fill");
        if (scenario.hasAnyOf(List.of(Scenarios.LEDGER))) {
            filling = filling.interceptLane(Stamping.create());
        }
        try (Producer producer = filling.open()) {
            InFlight inFlight = new InFlight(FILL_WINDOW);
            for (long i = 0; i < messages; i++) {
                inFlight.acquire();
                inFlight.follow(producer.sendAsync(Message.to(topic)
                        .key("key-" + i % Workplace.KEYS)
                        .body(Consumption.body(i, scenario.size()))
                        .build()));
            }
            inFlight.await();
        }
    }

    /** Asks a broker, whose books may be a little behind. */
    private interface Question {
        long ask() throws Exception;
    }

    private static void await(String what, long wanted, Question question) throws Exception {
        long found = question.ask();
        for (int i = 0; found != wanted && i < LOOKS; i++) {
            Thread.sleep(LOOK_MILLIS);
            found = question.ask();
        }
        if (found != wanted) {
            throw new IllegalStateException(what + ": " + found + " instead of " + wanted);
        }
    }

    @Override
    public void close() throws IOException {
        try (waybill) {
            books.close();
        }
    }
}
