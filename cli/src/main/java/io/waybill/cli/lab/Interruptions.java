package io.waybill.cli.lab;

import io.waybill.Consumer;
import io.waybill.Producer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Instances that come, go, die and fall asleep. None of it is a loss. */
final class Interruptions {
    private static final int SENT = 400;
    private static final int PARTITIONS = 2;

    private Interruptions() {}

    static Scenario rebalances() {
        return Scenario.quiet("rebalances under load", stage -> {
            stage.createTopic(PARTITIONS);
            Producer producer = stage.producer();
            Consumer first = stage.consumer();
            for (int i = 0; i < 3; i++) {
                stage.send(producer, SENT / 2);
                Consumer second = stage.consumer();
                stage.send(producer, SENT / 2);
                first.close();
                first = second;
            }
            stage.awaitHandled();
        });
    }

    static Scenario consumerKilled() {
        return Scenario.quiet("kill -9 of the consumer, and a new one", stage -> {
            stage.createTopic(PARTITIONS);
            Producer producer = stage.producer();
            LabBroker.Instance instance = stage.broker().startConsumer(stage);
            stage.send(producer, SENT);
            awaitSomeHandled(stage);
            instance.kill();
            stage.send(producer, SENT / 4);
            Consumer unused = stage.consumer();
            stage.awaitHandled();
        });
    }

    static Scenario consumerFrozen() {
        return Scenario.quiet("a consumer sleeps longer than its session", stage -> {
            stage.createTopic(PARTITIONS);
            Producer producer = stage.producer();
            LabBroker.Instance sleeper = stage.broker().startConsumer(stage);
            stage.send(producer, SENT);
            awaitSomeHandled(stage);
            sleeper.freeze();
            Consumer unused = stage.consumer();
            stage.send(producer, SENT / 4);
            stage.awaitHandled();
            sleeper.thaw();
            stage.send(producer, SENT / 4);
            stage.awaitHandled();
        });
    }

    /** A handler that does not return for longer than the session is no pause of the instance: it keeps its partitions. */
    static Scenario consumerPaused() {
        return Scenario.quiet("a pause longer than the session", stage -> {
            stage.createTopic(PARTITIONS);
            Producer producer = stage.producer();
            Duration session = stage.broker().session();
            Consumer consumer = stage.consumer(stage.waybill(), builder -> builder.session(session), stage.handler());
            stage.send(producer, SENT / 4);
            stage.awaitHandled();
            consumer.pause();
            stage.send(producer, SENT / 4);
            long until = System.nanoTime() + session.plusSeconds(2).toNanos();
            Patience.until("the session is over", () -> System.nanoTime() - until > 0);
            consumer.resume();
            stage.awaitHandled();
        });
    }

    static Scenario producerKilled() {
        return Scenario.quiet("kill -9 of the producer, and a new one", stage -> {
            stage.createTopic(PARTITIONS);
            Consumer unused = stage.consumer();
            for (int life = 0; life < 2; life++) {
                int before = stage.books().acknowledgedCount();
                LabBroker.Instance instance = stage.broker().startProducer(stage);
                Patience.until(
                        "the producer has sent for a while",
                        () -> stage.books().acknowledgedCount() > before + SENT / 4);
                instance.kill();
            }
            stage.send(stage.producer(), SENT / 4);
            stage.awaitHandled();
        });
    }

    static Scenario brokerKilled() {
        return Scenario.quiet("kill -9 of the broker amid sends, and its restart", stage -> {
                    stage.createTopic(PARTITIONS);
                    Consumer unused = stage.consumer();
                    Producer producer = stage.producer();
                    stage.send(producer, SENT / 4);
                    CompletableFuture<Integer> underWay =
                            CompletableFuture.supplyAsync(() -> stage.sendAnyhow(producer, stage.nexts(SENT)));
                    stage.broker().kill();
                    stage.broker().restart();
                    int failed = underWay.join();
                    stage.sendStubbornly(producer, SENT / 40);
                    stage.send(producer, SENT / 4);
                    stage.awaitHandled();
                    stage.note(failed + " sends were not acknowledged");
                })
                .aloneOnItsBroker();
    }

    private static void awaitSomeHandled(Stage stage) throws Exception {
        Patience.until("some are handled", () -> stage.books().handledCount() > SENT / 10);
    }
}
