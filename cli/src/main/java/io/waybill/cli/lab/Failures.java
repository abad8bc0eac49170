package io.waybill.cli.lab;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.message.Message;
import io.waybill.message.RefusedException;
import io.waybill.message.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Sends and handlers that fail. What is not stored, or perhaps not, is no loss; what a handler refuses is none, either. */
final class Failures {
    private static final int SENT = 100;
    private static final int FAILING = 10;

    private Failures() {}

    static Scenario retries() {
        return Scenario.quiet("handlers fail, and try again", stage -> {
            stage.createTopic(2);
            Consumer unused = stage.consumer(
                    stage.waybill(),
                    builder -> builder.retry(
                            RetryPolicy.attempts(3).backoff(Duration.ofMillis(20), Duration.ofMillis(50))),
                    delivery -> {
                        if (isChosen(delivery.message()) && delivery.attempt() < 3) {
                            throw new IllegalStateException("Once more");
                        }
                        stage.books().handled(delivery.message().text());
                    });
            stage.send(stage.producer(), 2 * SENT);
            stage.awaitHandled();
        });
    }

    static Scenario deadLetters() {
        return Scenario.quiet("handlers give up: dead letters", stage -> {
            stage.createTopic(2);
            String dead = stage.topic() + "-dead";
            stage.waybill().admin().createTopic(dead, 1);
            stage.waybill().admin().createGroup(dead + "-readers", dead);
            Consumer unused = stage.consumer(stage.waybill(), builder -> builder.deadLetterTopic(dead), delivery -> {
                stage.books().handled(delivery.message().text());
                if (isChosen(delivery.message())) {
                    throw new RefusedException("Not this one");
                }
            });
            stage.send(stage.producer(), 2 * SENT);
            stage.awaitHandled();
        });
    }

    private static boolean isChosen(Message message) {
        return Integer.parseInt(message.text()) % 7 == 0;
    }

    /** Messages that take a number and are refused by the broker, or in the lane for its sake, before it stores them. */
    static Scenario definiteFailures() {
        return Scenario.quiet("sends that surely fail", stage -> {
            stage.createTopic(1);
            Consumer unused = stage.consumer();
            int failed = 0;
            AutoCloseable refusal = stage.broker().refuse(stage);
            Producer producer = stage.producer();
            failed += stage.sendAnyhow(producer, large(stage));
            refusal.close();
            stage.sendStubbornly(producer, 1);
            stage.send(producer, SENT);
            refusal = stage.broker().refuse(stage);
            failed += stage.sendAnyhow(producer, large(stage));
            refusal.close();
            stage.sendStubbornly(producer, 1);
            stage.send(producer, SENT);
            stage.awaitHandled();
            if (failed != 2 * FAILING) {
                throw new IllegalStateException("Of " + 2 * FAILING + " sends that were to fail, " + failed + " did");
            }
            stage.note(failed + " sends failed");
        });
    }

    private static List<Message> large(Stage stage) {
        List<Message> messages = new ArrayList<>();
        for (Message message : stage.nexts(FAILING)) {
            messages.add(message.toBuilder()
                    .text(message.text() + " " + "x".repeat(LabBroker.LARGE))
                    .build());
        }
        return messages;
    }

    /** Some of these are stored, some are not, and nobody knows which. */
    static Scenario unknownOutcomes() {
        return Scenario.quiet("sends whose outcome nobody knows", stage -> {
            stage.createTopic(1);
            Consumer unused = stage.consumer();
            LabBroker.Network network = stage.closing(stage.broker().network(stage));
            Producer producer = stage.producer(stage.connect(network.uri()));
            stage.send(producer, SENT);
            network.loseAnswers();
            int failed = stage.sendAnyhow(producer, stage.nexts(FAILING));
            network.heal();
            stage.sendStubbornly(producer, FAILING);
            if (network.loseRequests()) {
                failed += stage.sendAnyhow(producer, stage.nexts(FAILING));
                network.heal();
                stage.sendStubbornly(producer, FAILING);
            }
            stage.awaitHandled();
            stage.note(failed + " sends ended unknown");
        });
    }
}
