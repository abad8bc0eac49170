package io.waybill.cli.lab;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.conformance.FaultInjector;
import io.waybill.conformance.FaultInjector.Fault;
import io.waybill.message.Message;
import io.waybill.message.Ordering;
import io.waybill.message.TopicPartition;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** One message of very many is lost: it is named, and the group's books stay as small as they were. */
final class OneOfMany {
    private static final int MANY = 1_000_000;
    private static final int IN_FLIGHT = 10_000;
    private static final int MOST_BYTES = 200;

    private OneOfMany() {}

    static Scenario dropped() {
        return Scenario.loses("1 of 1,000,000 messages is dropped", OneOfMany::play);
    }

    private static void play(Stage stage) throws Exception {
        stage.createTopic(1);
        long lost = stage.some(MANY / 4, MANY - 1);
        AtomicLong handled = new AtomicLong();
        Consumer consumer =
                stage.consumer(stage.waybill(), settings -> settings.ordering(Ordering.PARTITION), delivery -> {
                    if (delivery.message().text().equals(Long.toString(lost))) {
                        stage.books().handled(delivery.message().text());
                    }
                    handled.incrementAndGet();
                });
        Patience.until("the group has begun", () -> consumer.assignment().size() == 1);
        FaultInjector injector = FaultInjector.create();
        injector.inject(stage.topic(), Fault.LOSE, 0, lost);
        Waybill through = stage.closing(injector.connect(stage.broker().uri()));
        send(stage, stage.producer(through));
        stage.books().acknowledged(Long.toString(lost));
        stage.lost(lost, lost);
        Patience.until("all others are handled", () -> handled.get() >= MANY - 1);
        TopicPartition partition = new TopicPartition(stage.topic(), 0);
        Patience.until("the books are kept", () -> stage.kept(partition) > 0);
        if (stage.kept(partition) > MOST_BYTES) {
            throw new IllegalStateException("The books of one stream are " + stage.kept(partition) + " bytes");
        }
        stage.note("the group's books of the stream are " + stage.kept(partition) + " bytes");
    }

    private static void send(Stage stage, Producer producer) throws Exception {
        Semaphore room = new Semaphore(IN_FLIGHT);
        AtomicLong failed = new AtomicLong();
        for (int i = 1; i <= MANY; i++) {
            room.acquire();
            var unused = producer.sendAsync(
                            Message.to(stage.topic()).text(Integer.toString(i)).build())
                    .whenComplete((receipt, failure) -> {
                        failed.addAndGet(failure == null ? 0 : 1);
                        room.release();
                    });
        }
        room.acquire(IN_FLIGHT);
        if (failed.get() > 0) {
            throw new IllegalStateException(failed.get() + " sends failed");
        }
    }
}
