package io.waybill.cli.lab;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.message.Message;
import io.waybill.message.StartPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Producers of one name, clocks that are wrong, and groups that come late. None of it is a loss. */
final class Lives {
    private static final int SENT = 100;

    private Lives() {}

    static Scenario twoOfOneName() {
        return Scenario.quiet("two producers of one name", stage -> {
            stage.createTopic(2);
            Consumer unused = stage.consumer();
            Producer one = stage.producer();
            Producer other = stage.producer(stage.connect());
            for (int i = 0; i < 10; i++) {
                stage.send(one, SENT / 10);
                stage.send(other, SENT / 10);
            }
            one.close();
            stage.send(other, SENT);
            stage.awaitHandled();
        });
    }

    /** All that a producer's clock puts into a stamp is the time in the message's id; nothing is to depend on it. */
    static Scenario clockSetBack() {
        return Scenario.quiet("a producer's clock is set back by an hour", stage -> {
            stage.createTopic(1);
            Consumer unused = stage.consumer();
            Producer producer = stage.producer();
            stage.send(producer, SENT);
            List<Message> earlier = new ArrayList<>();
            for (Message message : stage.nexts(SENT)) {
                earlier.add(Message.restored(
                        message.topic(),
                        message.key(),
                        message.headers(),
                        message.body(),
                        message.idHigh() - (Duration.ofHours(1).toMillis() << 16),
                        message.idLow()));
            }
            int failed = stage.sendAnyhow(producer, earlier);
            producer.close();
            stage.send(stage.producer(), SENT);
            stage.awaitHandled();
            if (failed > 0) {
                throw new IllegalStateException(failed + " sends failed");
            }
            stage.note("ids an hour old; that nobody decides by the manifest's time is shown by ProducerClockTest");
        });
    }

    /** One group looks from the first message that it can have, another from those that come from now on. */
    static Scenario lateJoiners() {
        return Scenario.quiet("groups that begin late", stage -> {
            stage.createTopic(1);
            Consumer unused = stage.consumer();
            Producer producer = stage.producer();
            stage.send(producer, SENT);
            Set<String> seen = ConcurrentHashMap.newKeySet();
            for (String joiner : List.of("late", "latest")) {
                Consumer.Builder builder =
                        stage.connect().consumer(stage.topic() + "-" + joiner).interceptLane(stage.verification());
                if (joiner.equals("latest")) {
                    builder.start(StartPosition.latest());
                }
                Consumer joined = stage.closing(builder.subscribe(
                        stage.topic(),
                        delivery -> seen.add(joiner + delivery.message().text())));
                Patience.until("a group has begun", () -> !joined.assignment().isEmpty());
                stage.send(producer, SENT);
            }
            stage.awaitHandled();
            String last = Integer.toString(stage.sent());
            Patience.until(
                    "the late groups are through",
                    () -> seen.contains("late" + last) && seen.contains("latest" + last));
        });
    }
}
