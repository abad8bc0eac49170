package io.waybill.cli.lab;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.conformance.FaultInjector;
import io.waybill.conformance.FaultInjector.Fault;
import io.waybill.conformance.FaultInjector.Injected;
import io.waybill.ledger.Verdict;
import java.util.List;
import java.util.stream.LongStream;

/** What no broker should do, done between Waybill's core and the adapter, in front of every broker. */
final class InjectedFaults {
    private static final int SENT = 200;
    private static final int PARTITIONS = 2;
    /** As many numbers each partition surely has. */
    private static final int LEAST = 60;

    private InjectedFaults() {}

    static List<Scenario> all() {
        return List.of(
                Scenario.loses("messages are dropped", stage -> play(stage, Fault.LOSE, someNumbers(stage))),
                Scenario.loses(
                        "the first messages of a producer are dropped",
                        stage -> play(
                                stage,
                                Fault.LOSE,
                                LongStream.rangeClosed(1, stage.some(2, 9)).toArray())),
                Scenario.loses("the end of a stream is dropped", InjectedFaults::truncate),
                Scenario.finds(
                        Verdict.DUPLICATE,
                        "messages are stored twice",
                        stage -> play(stage, Fault.DUPLICATE, someNumbers(stage))),
                Scenario.finds(
                        Verdict.CORRUPTED,
                        "messages are changed",
                        stage -> play(stage, Fault.CORRUPT, someNumbers(stage))),
                Scenario.finds(
                        Verdict.MISROUTED,
                        "messages are stored in another partition",
                        stage -> play(stage, Fault.MISROUTE, someNumbers(stage))),
                Scenario.quiet("messages overtake each other", stage -> play(stage, Fault.SWAP, someNumbers(stage))));
    }

    private static long[] someNumbers(Stage stage) {
        long first = stage.some(3, 20);
        long second = stage.some(25, 40);
        long third = stage.some(45, LEAST);
        return new long[] {first, second, second + 1, third};
    }

    private static void play(Stage stage, Fault fault, long[] numbers) throws Exception {
        FaultInjector injector = FaultInjector.create();
        Producer producer = open(stage, injector);
        injector.inject(stage.topic(), fault, 0, numbers);
        stage.send(producer, SENT);
        finish(stage, injector);
    }

    private static void truncate(Stage stage) throws Exception {
        FaultInjector injector = FaultInjector.create();
        Producer producer = open(stage, injector);
        injector.truncate(stage.topic(), 0, stage.some(LEAST / 2, LEAST));
        stage.send(producer, SENT);
        finish(stage, injector);
    }

    /** The group looks already when the producer begins: else it could not know that the first messages were meant for it. */
    private static Producer open(Stage stage, FaultInjector injector) throws Exception {
        stage.createTopic(PARTITIONS);
        Consumer consumer = stage.consumer();
        Patience.until("the group has begun", () -> consumer.assignment().size() == PARTITIONS);
        return stage.producer(stage.closing(injector.connect(stage.broker().uri())));
    }

    private static void finish(Stage stage, FaultInjector injector) throws Exception {
        Patience.until("something was injected", () -> !injector.injected().isEmpty());
        for (Injected one : injector.injected()) {
            switch (one.fault()) {
                case LOSE -> stage.inject(Verdict.LOST, Stage.PRODUCER, one.partition(), one.number());
                case DUPLICATE -> stage.inject(Verdict.DUPLICATE, Stage.PRODUCER, one.partition(), one.number());
                case CORRUPT -> stage.inject(Verdict.CORRUPTED, Stage.PRODUCER, one.partition(), one.number());
                case SWAP -> stage.inject(Verdict.LATE, Stage.PRODUCER, one.partition(), one.number());
                case MISROUTE -> misrouted(stage, one);
                default -> throw new IllegalStateException(one.toString());
            }
        }
        stage.awaitHandled();
    }

    /** It is told where it came to, and missing where it should have come. */
    private static void misrouted(Stage stage, Injected one) {
        int elsewhere = (one.partition() + 1) % PARTITIONS;
        stage.inject(Verdict.MISROUTED, Stage.PRODUCER, elsewhere, one.number());
        stage.strayed(one.partition(), one.number());
    }
}
