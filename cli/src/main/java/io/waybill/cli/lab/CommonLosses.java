package io.waybill.cli.lab;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.message.StartPosition;
import io.waybill.testbrokers.ChildProcess;
import java.time.Duration;

/** What is lost in the same way on several brokers. In each, a group has read for a while and is away when it happens. */
final class CommonLosses {
    private CommonLosses() {}

    /** What takes messages away that nobody has read. */
    interface Taker {
        void take(Stage stage) throws Exception;
    }

    /** All that a group has not read is taken; more comes behind it. */
    static Scenario gone(String name, Taker taker) {
        return Scenario.loses(name, stage -> {
            Producer producer = readForAWhile(stage);
            sendAndLose(stage, producer);
            taker.take(stage);
            stage.send(producer, stage.some(5, 20));
            goOn(stage);
        });
    }

    /** The same, and nothing comes behind it: only the manifest says that anything is missing. */
    static Scenario goneAtTheEnd(String name, Taker taker) {
        return Scenario.loses(name, stage -> {
            Producer producer = readForAWhile(stage);
            sendAndLose(stage, producer);
            taker.take(stage);
            goOn(stage);
        });
    }

    static Scenario skippedByReset() {
        return gone(
                "an operator resets the group to the end",
                stage -> stage.waybill().admin().resetGroup(stage.group(), stage.topic(), StartPosition.latest()));
    }

    static Scenario recreated() {
        return Scenario.loses("a topic is deleted and created anew", stage -> {
            Producer producer = readForAWhile(stage);
            sendAndLose(stage, producer);
            stage.waybill().admin().deleteTopic(stage.topic());
            Patience.until("the topic can be created again", () -> {
                stage.waybill().admin().ensureTopic(stage.topic(), 1);
                return true;
            });
            stage.waybill().admin().createGroup(stage.group(), stage.topic());
            stage.sendStubbornly(producer, stage.some(5, 20));
            goOn(stage);
        });
    }

    /** The broker's own client, in the same group, acknowledges what it takes, and is killed before it looks at it. */
    static Scenario acknowledgedTooEarly() {
        return Scenario.loses("a consumer that commits first is killed", stage -> {
            Producer producer = readForAWhile(stage);
            int count = sendAndLose(stage, producer);
            if (!(stage.broker() instanceof RealBroker broker)) {
                throw new IllegalStateException("Only real brokers have other clients");
            }
            try (ChildProcess hasty = broker.startHasty(stage, count)) {
                String unused = hasty.awaitLine(line -> line.equals(HastyMain.TAKEN), Duration.ofSeconds(60));
                Patience.until("the broker has its word", () -> isTaken(stage));
                hasty.kill();
            }
            stage.send(producer, stage.some(5, 20));
            goOn(stage);
        });
    }

    /** RocketMQ's client does not wait for the broker when it writes a position. Queues have none. */
    private static boolean isTaken(Stage stage) {
        return stage.waybill().admin().describeGroup(stage.group()).orElseThrow().positions().values().stream()
                .allMatch(position -> position >= stage.sent());
    }

    /** Opens the producer, and closes the consumer when it has read all. */
    static Producer readForAWhile(Stage stage) throws Exception {
        stage.createTopic(1);
        Producer producer = stage.producer();
        Consumer consumer = stage.consumer();
        stage.send(producer, stage.some(50, 150));
        stage.awaitHandled();
        consumer.close();
        return producer;
    }

    /** Sends what is to be lost; returns how many. */
    static int sendAndLose(Stage stage, Producer producer) {
        int before = stage.sent();
        int count = stage.some(20, 80);
        stage.send(producer, count);
        stage.lost(before + 1L, before + count);
        return count;
    }

    static void goOn(Stage stage) throws Exception {
        Consumer unused = stage.consumer();
        stage.awaitHandled();
    }
}
