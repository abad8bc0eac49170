package io.waybill.benchmarks;

import io.waybill.benchmarks.clients.Client;
import io.waybill.benchmarks.clients.Clients;
import io.waybill.benchmarks.clients.Workplace;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * One sample in a JVM of its own: warms up, measures, prints a line of figures. {@link SideBySide} made the topic before, and
 * asks the broker afterwards whether it agrees.
 */
final class Sample {
    /** Begins the line of figures. */
    static final String RESULT = "RESULT ";
    /** The line of a process that waits to be killed. */
    static final String STANDSTILL = "STANDSTILL";

    private static final long STANDSTILL_NANOS = 2_000_000_000;
    private static final long LONGEST_PARK_NANOS = 1_000_000;
    private static final long TOP_NANOS = 120_000_000_000L;
    private static final double NANOS_IN_SECOND = 1e9;
    private static final double NANOS_IN_MILLI = 1e6;
    private static final double NANOS_IN_MICRO = 1e3;

    private final Scenario scenario;
    private final Scenario.Arm arm;
    private final Client client;
    private final int divisor;
    private final List<ProcessHandle> broker;

    private Sample(Scenario scenario, Scenario.Arm arm, Client client, int divisor, List<ProcessHandle> broker) {
        this.scenario = scenario;
        this.arm = arm;
        this.client = client;
        this.divisor = divisor;
        this.broker = broker;
    }

    /**
     * Runs one sample.
     *
     * @param arguments scenario, arm, divisor of its messages, address, topic, messages a second if the work has a rate, a file
     *     for what was handled, the broker's processes
     * @throws Exception if anything fails: no figures then
     */
    public static void main(String[] arguments) throws Exception {
        run(arguments);
        System.exit(0); // some clients leave threads behind that would go on
    }

    private static void run(String[] arguments) throws Exception {
        Scenario scenario = Scenarios.named(arguments[0]);
        int divisor = Integer.parseInt(arguments[2]);
        Scenario.Arm arm = scenario.arm(arguments[1]).shortened(divisor);
        Workplace workplace = new Workplace(arguments[3], arguments[4], arm.ordering(), arm.window());
        Clients.Factory clients = Clients.named(scenario.broker(), arm.client());
        long begun = System.nanoTime();
        try (Client client = clients.open(workplace)) {
            if (scenario.work() == Scenario.Work.START) {
                start(client, scenario.size(), begun);
                return;
            }
            List<ProcessHandle> broker = Stream.of(arguments)
                    .skip(7)
                    .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                    .toList();
            new Sample(scenario, arm, client, divisor, broker)
                    .run(Double.parseDouble(arguments[5]), Path.of(arguments[6]));
        }
    }

    /** Reads the line of figures. */
    static Map<Metric, Double> parse(String line) {
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        for (String figure : line.substring(RESULT.length()).split(" ", -1)) {
            int equals = figure.indexOf('=');
            figures.put(Metric.valueOf(figure.substring(0, equals)), Double.parseDouble(figure.substring(equals + 1)));
        }
        return figures;
    }

    private static void print(Map<Metric, Double> figures) {
        System.out.println(figures.entrySet().stream()
                .map(figure -> figure.getKey().name() + "=" + figure.getValue())
                .collect(Collectors.joining(" ", RESULT, "")));
    }

    private void run(double rate, Path handledFile) throws Exception {
        switch (scenario.work()) {
            case SEND -> send();
            case BLOCKING_SEND -> sendBlocking();
            case CONSUME -> consume();
            case LATENCY -> latency(rate);
            case DELIVERY -> delivery(rate);
            case KILL -> handleUntilKilled(handledFile);
            case START, CORE -> throw new IllegalStateException(scenario.id() + " is measured elsewhere");
        }
    }

    private void send() throws Exception {
        byte[] body = new byte[scenario.size()];
        try (Client.Sending sending = client.sending()) {
            send(sending, body, arm.messages());
            Meter meter = new Meter(broker);
            send(sending, body, arm.messages());
            print(meter.stop(arm.messages()));
        }
    }

    private void send(Client.Sending sending, byte[] body, long messages) throws Exception {
        if (arm.window() == 1) {
            for (long i = 0; i < messages; i++) {
                sending.sendAndWait((int) (i % Workplace.KEYS), body);
            }
            return;
        }
        InFlight inFlight = new InFlight(arm.window());
        for (long i = 0; i < messages; i++) {
            inFlight.acquire();
            inFlight.follow(sending.send((int) (i % Workplace.KEYS), body));
        }
        sending.flush();
        inFlight.await();
    }

    private void sendBlocking() throws Exception {
        try (Client.Sending sending = client.sending()) {
            sendBlocking(sending);
            Meter meter = new Meter(broker);
            sendBlocking(sending);
            print(meter.stop(arm.messages()));
        }
    }

    /** From as many threads as the arm's window says; virtual ones where the JVM has them. */
    private void sendBlocking(Client.Sending sending) {
        byte[] body = new byte[scenario.size()];
        AtomicLong next = new AtomicLong();
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (int i = 0; i < arm.window(); i++) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            ends.add(end);
            VirtualThreads.start(() -> {
                try {
                    for (long number = next.getAndIncrement();
                            number < arm.messages();
                            number = next.getAndIncrement()) {
                        sending.sendAndWait((int) (number % Workplace.KEYS), body);
                    }
                    end.complete(null);
                } catch (Throwable e) {
                    end.completeExceptionally(e);
                }
            });
        }
        ends.forEach(CompletableFuture::join);
    }

    private void consume() throws Exception {
        long all = arm.handledInAll();
        Consumption consumption = new Consumption(arm, all);
        AutoCloseable consumer = client.consuming(consumption);
        long before = consumption.await(arm.handledBefore());
        Meter meter = new Meter(broker);
        long unused = consumption.await(all);
        Map<Metric, Double> figures = meter.stop(all - before);
        consumer.close();
        consumption.verify(all);
        figures.put(Metric.DUPLICATES, (double) consumption.again());
        print(figures);
    }

    /** At a fixed rate, whatever becomes of the sends. */
    private void latency(double rate) throws Exception {
        byte[] body = new byte[scenario.size()];
        try (Client.Sending sending = client.sending()) {
            Pace warmUp = Pace.warmUp(rate, divisor);
            Histogram unused = latency(sending, body, warmUp);
            Pace pace = Pace.measured(rate, divisor);
            Meter meter = new Meter(broker);
            Histogram latencies = latency(sending, body, pace);
            Map<Metric, Double> figures = meter.stop(pace.messages());
            addTo(figures, latencies);
            print(figures);
        }
    }

    private static void addTo(Map<Metric, Double> figures, Histogram latencies) {
        figures.put(Metric.P50, latencies.getValueAtPercentile(50) / NANOS_IN_MICRO);
        figures.put(Metric.P99, latencies.getValueAtPercentile(99) / NANOS_IN_MICRO);
        figures.put(Metric.P999, latencies.getValueAtPercentile(99.9) / NANOS_IN_MICRO);
    }

    private static Histogram histogram() {
        return new SynchronizedHistogram(TOP_NANOS, 3);
    }

    /** So many messages at so many a second. */
    private record Pace(double rate, long messages) {
        private static final double WARM_UP_RATE = 1_000;
        private static final double WARM_UP_SECONDS = 10;
        private static final double SECONDS = 6;
        private static final long FEWEST = 10;

        /** A slow rate warms nothing: the JVM gets its warm-up at a faster one. */
        static Pace warmUp(double rate, int divisor) {
            double faster = Math.max(rate, WARM_UP_RATE);
            return new Pace(faster, (long) (faster * WARM_UP_SECONDS / divisor));
        }

        static Pace measured(double rate, int divisor) {
            return new Pace(rate, Math.max(FEWEST, (long) (rate * SECONDS / divisor)));
        }

        /** When message i is due. */
        long due(long begun, long i) {
            return begun + (long) (i / rate * NANOS_IN_SECOND);
        }
    }

    private Histogram latency(Client.Sending sending, byte[] body, Pace pace) throws Exception {
        Histogram latencies = histogram();
        InFlight inFlight = new InFlight(Integer.MAX_VALUE);
        long begun = System.nanoTime();
        for (long i = 0; i < pace.messages(); i++) {
            long due = pace.due(begun, i);
            await(due);
            inFlight.acquire();
            inFlight.follow(sending.send((int) (i % Workplace.KEYS), body).whenComplete((receipt, failure) -> {
                latencies.recordValue(System.nanoTime() - due);
            }));
        }
        sending.flush();
        inFlight.await();
        return latencies;
    }

    private static void await(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, LONGEST_PARK_NANOS));
        }
    }

    /** To a consumer in this JVM; what the stuck key would have taken is left out. */
    private void delivery(double rate) throws Exception {
        Pace warmUp = Pace.warmUp(rate, divisor);
        Pace pace = Pace.measured(rate, divisor);
        long[] due = new long[Math.toIntExact(warmUp.messages() + pace.messages())];
        Histogram latencies = histogram();
        Consumption consumption = new Consumption(arm, due.length);
        AutoCloseable consumer = client.consuming(body -> {
            consumption.handle(body);
            long number = Consumption.number(body);
            if (number >= warmUp.messages() && number % Workplace.KEYS != 0) {
                latencies.recordValue(System.nanoTime() - due[(int) number]);
            }
        });
        try (Client.Sending sending = client.sending()) {
            deliver(sending, due, warmUp, 0);
            Meter meter = new Meter(broker);
            deliver(sending, due, pace, warmUp.messages());
            long stuck = arm.stuckKey() ? due.length / Workplace.KEYS + 1 : 0;
            long unused = consumption.await(due.length - stuck);
            Map<Metric, Double> figures = meter.stop(pace.messages());
            figures.put(Metric.HEAP, Meter.livingMebibytes());
            consumption.end();
            unused = consumption.await(due.length);
            consumer.close();
            consumption.verify(due.length);
            addTo(figures, latencies);
            print(figures);
        }
    }

    private void deliver(Client.Sending sending, long[] due, Pace pace, long from) throws Exception {
        InFlight inFlight = new InFlight(Integer.MAX_VALUE);
        long begun = System.nanoTime();
        for (long i = 0; i < pace.messages(); i++) {
            long number = from + i;
            due[(int) number] = pace.due(begun, i);
            await(due[(int) number]);
            inFlight.acquire();
            inFlight.follow(sending.send((int) (number % Workplace.KEYS), Consumption.body(number, scenario.size())));
        }
        sending.flush();
        inFlight.await();
    }

    private static void start(Client client, int size, long begun) throws Exception {
        try (Client.Sending sending = client.sending()) {
            sending.sendAndWait(0, new byte[size]);
            print(Map.of(Metric.START, (System.nanoTime() - begun) / NANOS_IN_MILLI));
        }
    }

    /** The first life is killed while it stands still; the second handles what is left, and counts what was handled before. */
    private void handleUntilKilled(Path handledFile) throws Exception {
        boolean first = Files.notExists(handledFile);
        Consumption consumption = new Consumption(first ? arm : arm.freed(), map(handledFile, arm.messages()));
        AutoCloseable consumer = client.consuming(consumption);
        if (first) {
            consumption.awaitStandstill(STANDSTILL_NANOS);
            System.out.println(STANDSTILL);
            new CountDownLatch(1).await();
        }
        consumption.awaitStandstill(STANDSTILL_NANOS);
        consumer.close();
        print(Map.of(Metric.REPEATS, (double) consumption.again()));
    }

    private static MappedByteBuffer map(Path file, long messages) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, Consumption.bytesFor(messages));
        }
    }
}
