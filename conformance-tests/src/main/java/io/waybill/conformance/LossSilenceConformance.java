package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.conformance.TcpProxy.Direction;
import io.waybill.message.Capability;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.message.RetryPolicy;
import io.waybill.message.StartPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What happens every day and is no loss raises no alarm; a loss that follows it does. */
@SharedChapter
@DisplayName("Loss detection keeps silent")
class LossSilenceConformance {
    @Test
    @DisplayName("W5 C7 C8 handlers that fail, retries and dead letters raise no alarm")
    void retriesAndDeadLetters(Scene scene) {
        Watch watch = new Watch(scene, 2);
        String dead = scene.topic(1);
        Inbox buried = scene.inbox();
        var unusedToo = scene.open(dead, buried);
        var unused = scene.open(
                watch.consumer()
                        .retry(RetryPolicy.attempts(3).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                        .deadLetterTopic(dead),
                watch.topic(),
                delivery -> {
                    String text = delivery.message().text();
                    if (text.endsWith("13") || (text.endsWith("7") && delivery.attempt() == 1)) {
                        throw new IllegalStateException("not now");
                    }
                    watch.inbox().handle(delivery);
                });
        watch.send(watch.producer(scene.name("producer")), 300);
        watch.inbox().awaitMessages(297);
        buried.awaitMessages(3);
        watch.assertTold();
    }

    @Test
    @DisplayName("W5 C9 new owners, restarts of either side and two instances of one name raise no alarm")
    void comingAndGoing(Scene scene) {
        Watch watch = new Watch(scene, 4);
        String name = scene.name("producer");
        Consumer consumer = watch.open();
        Producer other = watch.producer(name);
        int sent = 0;
        for (int life = 0; life < 2; life++) {
            try (Producer producer = watch.producer(name)) {
                watch.send(producer, 200);
                Consumer next = watch.join();
                watch.send(other, 200);
                List<Consumer> both = List.of(consumer, next);
                scene.eventually("both own a share", () -> Scene.shared(4, both));
                watch.send(producer, 200);
                consumer.close();
                watch.send(other, 200);
                consumer = next;
                sent += 800;
            }
        }
        watch.inbox().awaitMessages(sent);
        watch.assertTold();
    }

    @Test
    @DisplayName("W5 C14 a consumer that is paused for longer than the grace raises no alarm")
    void pausedForLongerThanTheGrace(Scene scene) {
        Watch watch = new Watch(scene, 2);
        Consumer consumer = watch.open();
        Producer producer = watch.producer(scene.name("producer"));
        watch.send(producer, 100);
        watch.inbox().awaitMessages(100);
        consumer.pause();
        watch.send(producer, 100);
        await("nothing is told while it is paused")
                .during(Watch.GRACE.multipliedBy(4))
                .atMost(Watch.GRACE.multipliedBy(8))
                .until(() -> watch.told().isEmpty());
        consumer.resume();
        watch.inbox().awaitMessages(200);
        watch.assertTold();
    }

    @Test
    @DisplayName(
            "W5 W3 C13 a group that begins later, at the latest or at the first message, misses nothing from before")
    void lateJoiners(Scene scene) {
        Watch watch = new Watch(scene, 2);
        Producer producer = watch.producer(scene.name("producer"));
        watch.send(producer, 100);
        String late = scene.group();
        Consumer.Builder builder = watch.consumer(scene.connect(), late);
        Inbox inbox = scene.inbox();
        scene.open(
                scene.can(Capability.START_LATEST) ? builder.start(StartPosition.latest()) : builder,
                watch.topic(),
                inbox);
        var unused = watch.open();
        watch.send(producer, 100);
        inbox.awaitMessages(100);
        watch.inbox().awaitMessages(100);
        watch.assertTold();
        watch.assertTold(late);
    }

    @Test
    @DisplayName("W5 S4 C15 the network breaks under sends and deliveries, and heals: nothing is told")
    void theNetworkBreaks(Scene scene) throws Exception {
        ProxiedBroker way = scene.proxied();
        Watch watch = new Watch(scene, 2);
        Waybill behind = scene.connect(way);
        var unused = scene.open(watch.consumer(behind, watch.group()), watch.topic(), watch.inbox());
        String name = scene.name("producer");
        Producer producer = watch.producer(
                behind.producer(name).sendTimeout(Duration.ofSeconds(2)).maxBlock(Duration.ofSeconds(1)),
                name,
                watch.stamping());
        Set<UUID> acknowledged = new HashSet<>();
        int unknown = 0;
        for (Direction direction : List.of(Direction.TO_CLIENT, Direction.TO_BROKER)) {
            List<CompletableFuture<Receipt>> sends = new ArrayList<>(sendAsync(watch, producer));
            way.proxy().hold(direction);
            sends.addAll(sendAsync(watch, producer));
            Scene.within(
                    Duration.ofSeconds(8), "all sends end", () -> sends.stream().allMatch(CompletableFuture::isDone));
            for (CompletableFuture<Receipt> send : sends) {
                if (send.isCompletedExceptionally()) {
                    unknown++;
                } else {
                    acknowledged.add(send.join().id());
                }
            }
            way.proxy().cut();
            way.proxy().heal();
            scene.eventually(
                    "sends work again",
                    () -> sendAsync(watch, producer).stream()
                            .noneMatch(send -> send.handle((receipt, failure) -> failure != null)
                                    .join()));
        }
        assertThat(unknown).as("sends that have no receipt").isPositive();
        watch.inbox().awaitIds(acknowledged);
        watch.assertTold();
    }

    private static List<CompletableFuture<Receipt>> sendAsync(Watch watch, Producer producer) {
        List<CompletableFuture<Receipt>> sends = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Message message = Scene.message(watch.topic(), "k" + i % 20, Integer.toString(i));
            try {
                sends.add(producer.sendAsync(message));
            } catch (MessagingException e) {
                sends.add(CompletableFuture.failedFuture(e));
            }
        }
        return sends;
    }
}
