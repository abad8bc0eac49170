package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.State;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The broker dies and comes back, and nothing was lost. */
@Chapter
@DisplayName("Loss detection, and faults of the broker")
class LossFaultConformance {
    @Test
    @DisplayName(
            "W5 W2 C15 the broker is killed and started again under sends: no loss is told, and one that follows is")
    void killedAndStarted(Scene scene) throws Exception {
        BrokerFaults faults = scene.faults();
        Watch watch = new Watch(scene, 4);
        Waybill instance = scene.connect();
        Consumer consumer = scene.open(watch.consumer(instance, watch.group()), watch.topic(), watch.inbox());
        String name = scene.name("producer");
        Producer producer = watch.producer(
                instance.producer(name).sendTimeout(Duration.ofSeconds(5)).maxBlock(Duration.ofSeconds(1)),
                name,
                watch.stamping());
        Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        AtomicBoolean enough = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<?> sending = thread.submit(() -> {
            for (int i = 0; !enough.get(); i++) {
                Message message = Scene.message(watch.topic(), "k" + i % 20, Integer.toString(i));
                try {
                    acknowledged.add(producer.send(message).id());
                } catch (MessagingException e) {
                    LockSupport.parkNanos(5_000_000);
                }
            }
        });
        thread.shutdown();
        scene.eventually("some are acknowledged", () -> acknowledged.size() >= 500);
        faults.kill();
        scene.eventually("the consumer says so", () -> consumer.state() == State.RECOVERING);
        faults.start();
        int before = acknowledged.size();
        scene.eventually("sends work again", () -> acknowledged.size() >= before + 500);
        enough.set(true);
        sending.get();
        watch.inbox().awaitIds(acknowledged);
        scene.eventually("the consumer is open", () -> consumer.state() == State.OPEN);
        assertThat(watch.reused()).as("numbers of two messages").isEmpty();
        watch.assertTold();
    }
}
