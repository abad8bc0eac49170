package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.ReceiveInterceptor;
import io.waybill.SendInterceptor;
import io.waybill.Switch;
import io.waybill.interceptors.CountingInterceptor;
import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Ordering;
import io.waybill.message.PauseException;
import io.waybill.message.Receipt;
import io.waybill.message.RetryPolicy;
import io.waybill.spi.Outgoing;
import io.waybill.spi.SendLaneInterceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Interceptors: around a send, around an attempt, and inside a partition's lane (design section 7). */
@SharedChapter
@DisplayName("Interceptors")
class InterceptorConformance {
    @Test
    @DisplayName("I1 the first registered is outermost, on send and on receive")
    void theFirstIsOutermost(Scene scene) {
        String topic = scene.topic(1);
        Queue<String> steps = new ConcurrentLinkedQueue<>();
        scene.open(
                scene.waybill()
                        .consumer(scene.group())
                        .intercept(received("A", steps))
                        .intercept(received("B", steps)),
                topic,
                delivery -> steps.add("handler"));
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .intercept(sent("A", steps))
                .intercept(sent("B", steps))
                .open();
        producer.send(Message.to(topic).build());
        scene.eventually("the attempt ends", () -> steps.size() == 7);
        assertThat(steps).containsExactly("send A", "send B", "A", "B", "handler", "B ends", "A ends");
    }

    private static SendInterceptor sent(String name, Queue<String> steps) {
        return chain -> {
            steps.add("send " + name);
            return chain.proceed(chain.message());
        };
    }

    private static ReceiveInterceptor received(String name, Queue<String> steps) {
        return chain -> {
            steps.add(name);
            chain.proceed(chain.delivery());
            steps.add(name + " ends");
        };
    }

    @Test
    @DisplayName("I1 the counting interceptor of the SDK counts what was sent, confirmed, handled and failed")
    void theSdksOwnCounts(Scene scene) {
        String topic = scene.topic(2);
        CountingInterceptor counting = new CountingInterceptor();
        Inbox inbox = scene.inbox();
        scene.open(
                scene.waybill()
                        .consumer(scene.group())
                        .intercept(counting)
                        .retry(RetryPolicy.attempts(2).backoff(Duration.ofMillis(1), Duration.ofMillis(1))),
                topic,
                delivery -> {
                    inbox.handle(delivery);
                    if (delivery.attempt() == 1 && delivery.message().text().equals("7")) {
                        throw new IllegalStateException("fails at first");
                    }
                });
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .intercept(counting)
                .open();
        Scene.sendNumbers(producer, topic, 0, 100, 10);
        scene.eventually("all are handled", () -> counting.counts().handled() == 100);
        CountingInterceptor.Counts counts = counting.counts();
        assertThat(counts.sent()).isEqualTo(100);
        assertThat(counts.acknowledged()).isEqualTo(100);
        assertThat(counts.failed()).isEqualTo(1);
        assertThat(counts.delivered()).isEqualTo(101);
    }

    @Test
    @DisplayName("I2 what a send interceptor throws reaches the caller, and nothing is sent")
    void whatASendInterceptorThrowsReachesTheCaller(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        AtomicBoolean broken = new AtomicBoolean(true);
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .intercept(chain -> {
                    if (broken.get()) {
                        throw new IllegalStateException("no stamp today");
                    }
                    return chain.proceed(chain.message());
                })
                .open();
        Message first = Message.to(topic).text("first").build();
        assertThatThrownBy(() -> producer.send(first), "what the interceptor threw reaches the caller")
                .hasMessageContaining("no stamp today");
        assertThat(producer.sendAsync(first)).isCompletedExceptionally();
        broken.set(false);
        producer.send(Message.to(topic).text("second").build());
        inbox.awaitMessages(1);
        assertThat(inbox.texts()).containsExactly("second");
    }

    @Test
    @DisplayName("I3 a second proceed is refused")
    void aSecondProceedIsRefused(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(
                scene.waybill()
                        .consumer(scene.group())
                        .retry(RetryPolicy.attempts(1))
                        .intercept(chain -> {
                            chain.proceed(chain.delivery());
                            assertThatThrownBy(() -> chain.proceed(chain.delivery()))
                                    .isInstanceOf(IllegalStateException.class);
                        }),
                topic,
                inbox);
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .intercept(chain -> {
                    var result = chain.proceed(chain.message());
                    assertThatThrownBy(() -> chain.proceed(chain.message())).isInstanceOf(IllegalStateException.class);
                    return result;
                })
                .open();
        producer.send(Message.to(topic).build());
        inbox.awaitMessages(1);
        Scene.stays("one handling", () -> inbox.all().size() == 1);
    }

    /** Sends and handles until it succeeds. */
    private static class Stubborn implements SendInterceptor, ReceiveInterceptor {
        final List<UUID> sent = new ArrayList<>();

        @Override
        public boolean sendsAgain() {
            return true;
        }

        @Override
        public boolean handlesAgain() {
            return true;
        }

        @Override
        public CompletableFuture<Receipt> intercept(SendInterceptor.Chain chain) {
            while (true) {
                sent.add(chain.message().id());
                CompletableFuture<Receipt> outcome = chain.proceed(chain.message());
                try {
                    Receipt receipt = outcome.join();
                    assertThatThrownBy(() -> chain.proceed(chain.message()))
                            .as("a proceed after one that succeeded: %s", receipt)
                            .isInstanceOf(IllegalStateException.class);
                    return outcome;
                } catch (CompletionException e) {
                    assertThat(e).hasMessageContaining("refused in the lane");
                }
            }
        }

        @Override
        public void intercept(ReceiveInterceptor.Chain chain) throws Exception {
            try {
                chain.proceed(chain.delivery());
            } catch (IllegalStateException e) {
                chain.proceed(chain.delivery());
            }
            assertThatThrownBy(() -> chain.proceed(chain.delivery()))
                    .as("a proceed after one that succeeded")
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    @DisplayName("I3 S5 an interceptor that says so may proceed again after a failure, with the same id")
    void whoSaysSoMayProceedAgain(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        Stubborn stubborn = new Stubborn();
        AtomicInteger handOvers = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        scene.open(scene.waybill().consumer(scene.group()).intercept(stubborn), topic, delivery -> {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("once more");
            }
            inbox.handle(delivery);
        });
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .intercept(stubborn)
                .interceptLane(
                        (outgoing, waybill) -> {
                            if (handOvers.incrementAndGet() < 3) {
                                throw new IllegalStateException("refused in the lane");
                            }
                            return waybill;
                        },
                        Switch.on())
                .open();
        Message message = Message.to(topic).text("kept").build();
        assertThat(producer.send(message).id()).isEqualTo(message.id());
        assertThat(stubborn.sent).containsExactly(message.id(), message.id(), message.id());
        inbox.awaitMessages(1);
        assertThat(calls).hasValue(2);
        assertThat(inbox.all().get(0).attempt()).isEqualTo(1);
        assertThat(inbox.all().get(0).id()).isEqualTo(message.id());
    }

    @Test
    @DisplayName("I3 nobody proceeds again while an attempt is under way")
    void nobodyProceedsAgainWhileAnAttemptIsUnderWay(Scene scene) {
        String topic = scene.topic(1);
        CompletableFuture<Receipt> open = new CompletableFuture<>();
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .intercept(new Stubborn() {
                    @Override
                    public CompletableFuture<Receipt> intercept(SendInterceptor.Chain chain) {
                        CompletableFuture<Receipt> outcome = chain.proceed(chain.message());
                        assertThatThrownBy(() -> chain.proceed(chain.message()))
                                .isInstanceOf(IllegalStateException.class);
                        return outcome;
                    }
                })
                .intercept(chain -> open)
                .open();
        assertThat(producer.sendAsync(Message.to(topic).build())).isSameAs(open);
    }

    @Test
    @DisplayName("I4 C7 what a receive interceptor throws is a failed attempt")
    void whatAReceiveInterceptorThrowsIsAFailedAttempt(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(
                scene.waybill()
                        .consumer(scene.group())
                        .retry(RetryPolicy.attempts(3).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                        .intercept(chain -> {
                            if (chain.delivery().attempt() < 3) {
                                throw new IllegalStateException("not yet");
                            }
                            chain.proceed(chain.delivery());
                        }),
                topic,
                inbox);
        scene.producer().send(Message.to(topic).build());
        inbox.awaitMessages(1);
        assertThat(inbox.all().get(0).attempt()).isEqualTo(3);
    }

    @Test
    @DisplayName("I5 a switch takes an interceptor out and in while all runs")
    void aSwitchTakesOutAndIn(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Switch power = Switch.off();
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .intercept(
                        chain -> chain.proceed(
                                chain.message().toBuilder().header("tag", "on").build()),
                        power)
                .open();
        producer.send(Message.to(topic).key("k").text("1").build());
        power.turn(true);
        producer.send(Message.to(topic).key("k").text("2").build());
        power.turn(false);
        producer.send(Message.to(topic).key("k").text("3").build());
        inbox.awaitMessages(3);
        assertThat(inbox.all())
                .extracting(delivery -> delivery.message().headers().text("tag").orElse("off"))
                .containsExactly("off", "on", "off");
    }

    /** Numbers each partition's messages at hand-over, as a stamper will; refuses what it is told to. */
    private static final class Numbering implements SendLaneInterceptor {
        final Map<Integer, AtomicInteger> next = new ConcurrentHashMap<>();
        final Map<UUID, Integer> numbers = new ConcurrentHashMap<>();
        final AtomicInteger outcomes = new AtomicInteger();

        @Override
        public byte[] handOver(Outgoing outgoing, byte[] waybill) {
            if (outgoing.message().text().equals("refuse")) {
                throw new IllegalStateException("refused in the lane");
            }
            numbers.put(
                    outgoing.message().id(),
                    next.computeIfAbsent(outgoing.partition(), p -> new AtomicInteger())
                            .getAndIncrement());
            return waybill;
        }

        @Override
        public void completed(Outgoing outgoing, @Nullable MessagingException failure) {
            outcomes.incrementAndGet();
        }
    }

    @Test
    @DisplayName("I6 numbers taken inside the lane are in the order of storing, whatever the threads")
    void numbersOfTheLaneAreInTheOrderOfStoring(Scene scene) throws Exception {
        String topic = scene.topic(3);
        Map<Integer, List<Integer>> arrived = new ConcurrentHashMap<>();
        Numbering numbering = new Numbering();
        AtomicInteger count = new AtomicInteger();
        scene.open(
                scene.waybill()
                        .consumer(scene.group())
                        .ordering(Ordering.PARTITION)
                        .interceptLane(
                                (Delivery delivery) -> arrived.computeIfAbsent(
                                                delivery.partition(), p -> new ArrayList<>())
                                        .add(numbering.numbers.getOrDefault(delivery.id(), -1)),
                                Switch.on()),
                topic,
                delivery -> count.incrementAndGet());
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .interceptLane(numbering, Switch.on())
                .open();
        ExecutorService senders = Executors.newFixedThreadPool(8);
        List<Future<?>> sending = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            sending.add(senders.submit(() -> {
                List<CompletableFuture<?>> all = new ArrayList<>();
                for (int i = 0; i < 1_000; i++) {
                    all.add(producer.sendAsync(Message.to(topic).key("k" + i).build()));
                }
                all.forEach(CompletableFuture::join);
            }));
        }
        senders.shutdown();
        for (Future<?> one : sending) {
            one.get();
        }
        scene.eventually("all are handled", () -> count.get() == 8_000);
        assertThat(numbering.outcomes).hasValue(8_000);
        arrived.forEach((partition, numbers) -> assertThat(numbers)
                .as("numbers of partition %s", partition)
                .isSorted()
                .doesNotHaveDuplicates());
    }

    @Test
    @DisplayName(
            "I8 C2 C7 C14 while an interceptor lets nothing through no attempt counts, and nothing more is fetched")
    void whileNothingIsLetThroughNoAttemptCounts(Scene scene) {
        String topic = scene.topic(2);
        Inbox inbox = scene.inbox();
        AtomicBoolean closed = new AtomicBoolean(true);
        AtomicInteger asked = new AtomicInteger();
        Consumer consumer = scene.open(
                scene.waybill()
                        .consumer(scene.group())
                        .retry(RetryPolicy.attempts(1))
                        .intercept(chain -> {
                            asked.incrementAndGet();
                            if (closed.get()) {
                                throw new PauseException("the sluice is closed", Duration.ofMillis(20));
                            }
                            chain.proceed(chain.delivery());
                        }),
                topic,
                inbox);
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 20, 4);
        scene.eventually("it says why", () -> consumer.health().text().contains("the sluice is closed"));
        scene.eventually("it asks again", () -> asked.get() > 10);
        Scene.stays("nothing is handled", () -> inbox.all().isEmpty()); // and what is on its way arrives
        long delivered = delivered(consumer);
        Scene.sendNumbers(producer, topic, 20, 60, 4);
        Scene.stays("nothing more is fetched", () -> delivered(consumer) == delivered);

        consumer.pause();
        closed.set(false);
        Scene.stays("the user's own pause lasts", () -> inbox.all().isEmpty());
        consumer.resume();
        inbox.awaitMessages(60);
        inbox.assertOrderOfKeys();
        assertThat(inbox.all()).hasSize(60).allMatch(delivery -> delivery.attempt() == 1);
        assertThat(consumer.health().details()).containsEntry("failed", 0L).containsEntry("deadLettered", 0L);
        assertThat(consumer.health().text()).doesNotContain("sluice");
    }

    private static long delivered(Consumer consumer) {
        return consumer.health().details().getOrDefault("delivered", -1L);
    }

    @Test
    @DisplayName("I8 C1 C14 a consumer that is let through nothing closes in time, and another gets all as it was")
    void whatWasNotLetThroughComesAgain(Scene scene) {
        String topic = scene.topic(1);
        String group = scene.group();
        Consumer stuck = scene.open(
                scene.waybill().consumer(group).intercept(chain -> {
                    throw new PauseException("the sluice is closed", Duration.ofMillis(20));
                }),
                topic,
                delivery -> {});
        Scene.sendNumbers(scene.producer(), topic, 0, 20, 4);
        scene.eventually("it says why", () -> stuck.health().text().contains("the sluice is closed"));
        long start = System.nanoTime();
        assertThat(stuck.close(Duration.ofSeconds(10)).clean())
                .as("the close is clean")
                .isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
        Inbox inbox = scene.inbox();
        scene.open(scene.waybill().consumer(group), topic, inbox);
        inbox.awaitMessages(20);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("I7 what a lane interceptor throws fails its send alone, and nothing is stored")
    void whatALaneInterceptorThrowsFailsTheSend(Scene scene) {
        String topic = scene.topic(1);
        Inbox inbox = scene.inbox();
        scene.open(topic, inbox);
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .interceptLane(new Numbering(), Switch.on())
                .open();
        assertThatThrownBy(
                        () -> producer.send(Message.to(topic).text("refuse").build()),
                        "what the lane interceptor threw fails the send")
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("refused in the lane");
        producer.send(Message.to(topic).text("take").build());
        inbox.awaitMessages(1);
        assertThat(inbox.texts()).containsExactly("take");
    }
}
