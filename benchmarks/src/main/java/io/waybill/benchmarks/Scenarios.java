package io.waybill.benchmarks;

import io.waybill.benchmarks.Scenario.Arm;
import io.waybill.benchmarks.Scenario.Layout;
import io.waybill.benchmarks.Scenario.Work;
import io.waybill.benchmarks.clients.Clients;
import io.waybill.benchmarks.clients.Workplace;
import io.waybill.message.Ordering;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Everything that is measured side by side, and what is to be reached. */
final class Scenarios {
    /** The tuned native client; where a scenario has a share of its greatest rate, that of its send of 100 bytes. */
    static final String NATIVE = "native";

    /** Part of the names of what is measured only when it is asked for. */
    static final String GROWTH = "grow-";

    /** Waybill with stamps, or with their verification. */
    static final String LEDGER = "waybill-ledger";

    private static final String DEFAULTS = "native-defaults";
    private static final String HEADER = "native-header";
    private static final String CHECKED = "native-checked";
    private static final String PARALLEL_CONSUMER = "parallel-consumer";
    private static final String SMALLRYE = "smallrye";
    private static final String SPRING = "spring-kafka";
    private static final String WAYBILL = "waybill";
    private static final String SPRING_RABBIT = "spring-rabbit";
    private static final String ROCKETMQ_SPRING = "rocketmq-spring";
    private static final int SMALL = 100;
    private static final int LARGE = 1_024;

    private static final int KAFKA_WINDOW = 50_000;
    private static final int ROCKETMQ_WINDOW = 10_000;
    private static final int WINDOW = 1_000;
    private static final int HANDLERS = 64;
    /** How many messages the Parallel Consumer handles at once by default. */
    private static final int PARALLEL = 16;

    private static final int PREFIX = 65_536;

    private static final List<Scenario> ALL =
            Stream.of(kafka(), rocketMq(), rabbitMq()).flatMap(List::stream).toList();

    private Scenarios() {}

    static List<Scenario> all() {
        return ALL;
    }

    /** All of one broker, in the order of the table. */
    static List<Scenario> of(String broker) {
        return ALL.stream().filter(scenario -> scenario.broker().equals(broker)).toList();
    }

    static Scenario named(String id) {
        return ALL.stream()
                .filter(scenario -> scenario.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No scenario is named " + id));
    }

    private static Scenario scenario(
            String broker, String name, String title, Work work, int size, List<Arm> arms, List<Target> targets) {
        return new Scenario(
                broker + "-" + name, broker, title, work, size, Layout.WAYBILL, Workplace.PARTITIONS, 0, arms, targets);
    }

    private static Arm send(String client, long messages, int window) {
        return new Arm(client, client, messages, window);
    }

    private static Arm consume(String name, String client, long messages, Ordering ordering) {
        return new Arm(name, client, messages, HANDLERS, ordering, 0, false);
    }

    // --- Kafka

    private static List<Scenario> kafka() {
        List<Scenario> all = new ArrayList<>();
        all.add(kafkaSend("send-100", "asynchronous send of 100 bytes", SMALL, 6_000_000, List.of()));
        all.add(kafkaSend(
                "send-1024",
                "asynchronous send of 1,024 bytes",
                LARGE,
                800_000,
                List.of(Target.ratioAtLeast(Metric.RATE, WAYBILL, DEFAULTS, 1.4))));
        all.add(kafkaLedgerSend("ledger-100", SMALL, 6_000_000, 1.25));
        all.add(kafkaLedgerSend("ledger-1024", LARGE, 800_000, 1.15));
        all.add(kafkaLedgerConsume());
        all.add(kafkaBlockingSend());
        all.add(kafkaConsume());
        all.add(kafkaKey());
        all.add(kafkaKeyBlocking("key-1ms", 1_000, 20_000, 6));
        all.add(kafkaKeyBlocking("key-10ms", 10_000, 30_000, 8));
        all.add(kafkaStuckKey());
        all.add(kafkaKilled());
        all.addAll(latencies("kafka"));
        all.addAll(kafkaGrowth());
        return all;
    }

    /** How cost grows with the window, the size, the partitions and the handlers; measured only when it is asked for. */
    private static List<Scenario> kafkaGrowth() {
        List<Scenario> all = new ArrayList<>();
        for (int window : new int[] {100, 1_000, 10_000}) {
            all.add(growth("window-" + window, "send 100 bytes, " + window + " in flight", SMALL, 4, 500_000, window));
        }
        for (int size : new int[] {10_240, 102_400}) {
            long messages = 400_000L * LARGE / size;
            all.add(growth("size-" + size, "send " + size + " bytes", size, 4, messages, WINDOW));
        }
        for (int partitions : new int[] {1, 64, 256}) {
            String title = "send 100 bytes to " + partitions + " partitions";
            all.add(growth("partitions-" + partitions, title, SMALL, partitions, 1_000_000, KAFKA_WINDOW));
        }
        all.add(scenario(
                "kafka",
                "grow-handlers",
                "consume 100 bytes in the order of 1,000 keys with so many handlers at once, which count",
                Work.CONSUME,
                SMALL,
                IntStream.of(1, 8, 64, 1_000)
                        .mapToObj(handlers ->
                                new Arm(WAYBILL + " " + handlers, WAYBILL, 1_000_000, handlers, Ordering.KEY, 0, false))
                        .toList(),
                List.of()));
        return all;
    }

    private static Scenario growth(String name, String title, int size, int partitions, long messages, int window) {
        return new Scenario(
                "kafka-" + GROWTH + name,
                "kafka",
                title,
                Work.SEND,
                size,
                Layout.WAYBILL,
                partitions,
                0,
                List.of(send(NATIVE, messages, window), send(WAYBILL, messages, window)),
                List.of());
    }

    private static Scenario kafkaSend(String name, String title, int size, long messages, List<Target> more) {
        Arm tuned = send(NATIVE, messages, KAFKA_WINDOW);
        List<Target> targets = new ArrayList<>(List.of(
                Target.ratioAtLeast(Metric.RATE, WAYBILL, NATIVE, 0.93).withMedian(0.98),
                Target.ratioAtMost(Metric.CPU, WAYBILL, NATIVE, 1.10),
                Target.moreAtMost(Metric.BYTES, WAYBILL, NATIVE, 64),
                Target.ratioAtLeast(Metric.RATE, WAYBILL, SPRING, 1.2)));
        targets.addAll(more);
        return scenario(
                "kafka",
                name,
                title,
                Work.SEND,
                size,
                List.of(
                        send(DEFAULTS, messages, KAFKA_WINDOW),
                        tuned,
                        tuned.again(),
                        send(SMALLRYE, messages / 5, KAFKA_WINDOW),
                        send(SPRING, messages, KAFKA_WINDOW),
                        send(WAYBILL, messages, KAFKA_WINDOW)),
                targets);
    }

    private static Scenario kafkaLedgerSend(String name, int size, long messages, double most) {
        Arm without = send(WAYBILL, messages, KAFKA_WINDOW);
        return scenario(
                "kafka",
                name,
                "asynchronous send of " + size + " bytes with and without stamps",
                Work.SEND,
                size,
                List.of(without, without.again(), send(LEDGER, messages, KAFKA_WINDOW)),
                List.of(Target.ratioAtMost(Metric.CPU, LEDGER, WAYBILL, most)));
    }

    private static Scenario kafkaLedgerConsume() {
        Arm without = consume(WAYBILL, WAYBILL, 4_000_000, Ordering.PARTITION);
        return scenario(
                "kafka",
                "ledger-consume",
                "consume 100 bytes in the order of the partitions with and without verification",
                Work.CONSUME,
                SMALL,
                List.of(without, without.again(), consume(LEDGER, LEDGER, 4_000_000, Ordering.PARTITION)),
                List.of(Target.ratioAtMost(Metric.CPU, LEDGER, WAYBILL, 1.25)));
    }

    private static Scenario kafkaBlockingSend() {
        return scenario(
                "kafka",
                "send-blocking",
                "blocking send of 100 bytes, by 1 thread and by 64 virtual ones",
                Work.BLOCKING_SEND,
                SMALL,
                List.of(
                        send(DEFAULTS, 400, 1),
                        send(NATIVE, 20_000, 1),
                        send(SPRING, 20_000, 1),
                        send(WAYBILL, 20_000, 1),
                        new Arm(NATIVE + " 64", NATIVE, 300_000, 64),
                        new Arm(WAYBILL + " 64", WAYBILL, 300_000, 64)),
                List.of(
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, NATIVE, 0.95),
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, DEFAULTS, 40),
                        Target.ratioAtLeast(Metric.RATE, WAYBILL + " 64", WAYBILL, 12)));
    }

    private static Scenario kafkaConsume() {
        Arm tuned = consume(NATIVE, NATIVE, 4_000_000, Ordering.PARTITION);
        return scenario(
                "kafka",
                "consume",
                "consume 100 bytes in the order of the partitions, acknowledged behind a handler that counts",
                Work.CONSUME,
                SMALL,
                List.of(
                        tuned,
                        tuned.again(),
                        consume(HEADER, HEADER, 4_000_000, Ordering.PARTITION),
                        consume(SMALLRYE, SMALLRYE, 400_000, Ordering.PARTITION),
                        consume(SPRING, SPRING, 4_000_000, Ordering.PARTITION),
                        consume(WAYBILL, WAYBILL, 4_000_000, Ordering.PARTITION)),
                List.of(
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, NATIVE, 0.95),
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, HEADER, 0.95),
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, SPRING, 1.3)));
    }

    private static Scenario kafkaKey() {
        return scenario(
                "kafka",
                "key",
                "consume 100 bytes in the order of 1,000 keys, acknowledged behind a handler that counts",
                Work.CONSUME,
                SMALL,
                List.of(
                        consume(NATIVE, NATIVE, 4_000_000, Ordering.PARTITION),
                        parallelConsumer(PARALLEL_CONSUMER, 60_000, PARALLEL, 0),
                        consume(WAYBILL, WAYBILL, 4_000_000, Ordering.KEY)),
                List.of(
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, NATIVE, 0.7),
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, PARALLEL_CONSUMER, 20),
                        Target.ratioAtMost(Metric.CPU, WAYBILL, PARALLEL_CONSUMER, 0.05)));
    }

    private static Arm parallelConsumer(String name, long messages, int concurrency, int micros) {
        return new Arm(name, PARALLEL_CONSUMER, messages, concurrency, Ordering.KEY, micros, false);
    }

    private static Scenario kafkaKeyBlocking(String name, int micros, long peersMessages, double timesThePeer) {
        long ideal = 100 * 1_000_000L / micros;
        Arm peer = parallelConsumer(PARALLEL_CONSUMER + " 100", peersMessages, 100, micros);
        Arm widePeer = parallelConsumer(PARALLEL_CONSUMER + " 1000", peersMessages, 1_000, micros);
        return scenario(
                "kafka",
                name,
                "consume 100 bytes in the order of 1,000 keys, each handler blocks " + micros / 1_000 + " ms",
                Work.CONSUME,
                SMALL,
                List.of(
                        peer,
                        widePeer,
                        new Arm("waybill 100", WAYBILL, 3 * ideal, 100, Ordering.KEY, micros, false),
                        new Arm("waybill 1000", WAYBILL, 6 * ideal, 1_000, Ordering.KEY, micros, false)),
                List.of(
                        Target.atLeast(Metric.RATE, "waybill 100", 0.8 * ideal),
                        Target.ratioAtLeast(Metric.RATE, "waybill 1000", peer.name(), timesThePeer),
                        Target.ratioAtLeast(Metric.RATE, "waybill 1000", widePeer.name(), timesThePeer)));
    }

    private static Scenario kafkaStuckKey() {
        Arm free = new Arm(WAYBILL, WAYBILL, 5_000, HANDLERS, Ordering.KEY, 0, false);
        Arm stuck = free.stuck(WAYBILL + " stuck");
        Arm peer = parallelConsumer(PARALLEL_CONSUMER, 5_000, PARALLEL, 0);
        return scenario(
                "kafka",
                "key-stuck",
                "from the send to the handler at 5,000 messages a second, while one of 1,000 keys is stuck",
                Work.DELIVERY,
                SMALL,
                List.of(free, stuck, peer, peer.stuck(PARALLEL_CONSUMER + " stuck")),
                List.of(
                        Target.ratioAtMost(Metric.P99, stuck.name(), free.name(), 1.2),
                        Target.moreAtMost(Metric.HEAP, stuck.name(), free.name(), 64)));
    }

    private static Scenario kafkaKilled() {
        Arm stuck = new Arm(WAYBILL, WAYBILL, 500_000, HANDLERS, Ordering.KEY, 0, true);
        Arm peer = parallelConsumer(PARALLEL_CONSUMER, 500_000, PARALLEL, 0).stuck(PARALLEL_CONSUMER);
        return scenario(
                "kafka",
                "key-killed",
                "handled again after kill -9 while one of 1,000 keys is stuck and its partition stands still",
                Work.KILL,
                SMALL,
                List.of(peer, stuck),
                List.of(Target.atMost(Metric.REPEATS, WAYBILL, PREFIX)));
    }

    // --- RocketMQ

    private static List<Scenario> rocketMq() {
        List<Scenario> all = new ArrayList<>();
        all.add(rocketMqSend("send-100", "asynchronous send of 100 bytes", SMALL, 1_500_000));
        all.add(rocketMqSend("send-1024", "asynchronous send of 1,024 bytes", LARGE, 400_000));
        Arm pulled = consume(NATIVE, NATIVE, 1_000_000, Ordering.PARTITION);
        all.add(scenario(
                "rocketmq",
                "consume",
                "consume 100 bytes, acknowledged behind a handler that counts",
                Work.CONSUME,
                SMALL,
                List.of(
                        consume(DEFAULTS, DEFAULTS, 300_000, Ordering.NONE),
                        consume(ROCKETMQ_SPRING, ROCKETMQ_SPRING, 300_000, Ordering.NONE),
                        pulled,
                        pulled.again(),
                        consume(WAYBILL, WAYBILL, 1_000_000, Ordering.PARTITION),
                        consume(WAYBILL + " KEY", WAYBILL, 1_000_000, Ordering.KEY)),
                List.of(
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, DEFAULTS, 2.3),
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, NATIVE, 0.9))));
        all.addAll(latencies("rocketmq"));
        return all;
    }

    private static Scenario rocketMqSend(String name, String title, int size, long messages) {
        Arm tuned = send(NATIVE, messages, ROCKETMQ_WINDOW);
        return scenario(
                "rocketmq",
                name,
                title,
                Work.SEND,
                size,
                List.of(
                        send(DEFAULTS, messages / 6, WINDOW),
                        send(ROCKETMQ_SPRING, messages / 6, WINDOW),
                        tuned,
                        tuned.again(),
                        send("native-batches", messages, ROCKETMQ_WINDOW),
                        send(WAYBILL, messages, ROCKETMQ_WINDOW)),
                List.of(
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, DEFAULTS, 8),
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, NATIVE, 0.9)));
    }

    // --- RabbitMQ

    private static List<Scenario> rabbitMq() {
        List<Scenario> all = new ArrayList<>();
        all.add(rabbitMqPublish(
                "send-100", "confirmed publish of 100 bytes to quorum queues", Layout.WAYBILL, 150_000));
        all.add(rabbitMqPublish(
                "send-100-classic", "confirmed publish of 100 bytes to classic queues", Layout.CLASSIC, 80_000));
        Arm multiple = consume(NATIVE, NATIVE, 400_000, Ordering.PARTITION);
        all.add(scenario(
                "rabbitmq",
                "consume",
                "consume 100 bytes from quorum queues, acknowledged behind a handler that counts",
                Work.CONSUME,
                SMALL,
                List.of(
                        consume("native-each", "native-each", 150_000, Ordering.PARTITION),
                        consume(SPRING_RABBIT, SPRING_RABBIT, 150_000, Ordering.PARTITION),
                        multiple,
                        multiple.again(),
                        consume(WAYBILL, WAYBILL, 400_000, Ordering.PARTITION),
                        consume(WAYBILL + " KEY", WAYBILL, 400_000, Ordering.KEY)),
                List.of(
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, "native-each", 1.7),
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, NATIVE, 0.95))));
        all.addAll(latencies("rabbitmq"));
        return all;
    }

    private static Scenario rabbitMqPublish(String name, String title, Layout layout, long messages) {
        Arm tuned = send(NATIVE, messages, WINDOW);
        return new Scenario(
                "rabbitmq-" + name,
                "rabbitmq",
                title,
                Work.SEND,
                SMALL,
                layout,
                Workplace.PARTITIONS,
                0,
                List.of(
                        send("native-each", messages / 25, 1),
                        send(SPRING_RABBIT, messages / 2, WINDOW),
                        send("native-tutorial", messages, WINDOW),
                        tuned,
                        tuned.again(),
                        send(WAYBILL, messages, WINDOW)),
                List.of(
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, NATIVE, 0.93).withMedian(0.97),
                        Target.ratioAtMost(Metric.CPU, WAYBILL, "native-tutorial", 1),
                        Target.ratioAtMost(Metric.BYTES, WAYBILL, "native-tutorial", 1),
                        Target.ratioAtLeast(Metric.RATE, WAYBILL, "native-each", 9)));
    }

    // --- every broker

    private static List<Scenario> latencies(String broker) {
        String lone = broker.equals("rocketmq") ? DEFAULTS : NATIVE; // the tuned one waits 10 ms for more messages
        return List.of(
                latency(
                        broker,
                        "latency-10",
                        "from a send, due at 10 % of the native client's most, to its outcome",
                        NATIVE,
                        0.1,
                        0),
                latency(
                        broker,
                        "latency-30",
                        "from a send, due at 30 % of the native client's most, to its outcome",
                        NATIVE,
                        0.3,
                        0),
                latency(broker, "latency-1", "from a send, due once a second, to its outcome", lone, 0, 1),
                start(broker, lone));
    }

    private static Scenario start(String broker, String lone) {
        List<Arm> arms =
                new ArrayList<>(List.of(send(lone, 1, 1), send(lone, 1, 1).again(), send(WAYBILL, 1, 1)));
        List<Target> targets = new ArrayList<>(List.of(Target.ratioAtMost(Metric.START, WAYBILL, lone, 1.1)));
        if (Clients.names(broker).contains(CHECKED)) {
            arms.add(send(CHECKED, 1, 1));
            targets.add(Target.ratioAtMost(Metric.START, WAYBILL, CHECKED, 1.1));
        }
        return scenario(
                broker,
                "start",
                "from opening the client to the outcome of the first send",
                Work.START,
                SMALL,
                arms,
                targets);
    }

    private static Scenario latency(String broker, String name, String title, String peer, double load, long rate) {
        List<Target> targets = rate == 1
                ? List.of(Target.ratioAtMost(Metric.P50, WAYBILL, peer, 1.5))
                : List.of(
                        Target.ratioAtMost(Metric.P50, WAYBILL, peer, 1.05).ofMedian(),
                        Target.ratioAtMost(Metric.P99, WAYBILL, peer, 1.15).ofMedian());
        return new Scenario(
                broker + "-" + name,
                broker,
                title,
                Work.LATENCY,
                SMALL,
                Layout.WAYBILL,
                Workplace.PARTITIONS,
                load,
                List.of(send(peer, rate, 1), send(peer, rate, 1).again(), send(WAYBILL, rate, 1)),
                targets);
    }
}
