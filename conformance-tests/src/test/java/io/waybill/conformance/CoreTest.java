package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.ConsumerListener;
import io.waybill.Producer;
import io.waybill.Switch;
import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.CloseReport;
import io.waybill.message.DeadLetter;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.message.RetryPolicy;
import io.waybill.message.SendResult;
import io.waybill.message.State;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Adapter;
import io.waybill.spi.Outgoing;
import io.waybill.spi.SendLaneInterceptor;
import io.waybill.spi.Sender;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the core must withstand, whatever adapters, handlers, interceptors and listeners do. */
@Timeout(60)
class CoreTest {
    private final List<CountDownLatch> gates = new ArrayList<>();
    private final List<Waybill> open = new ArrayList<>();

    private Waybill memory() {
        return over(MemoryAdapter.create());
    }

    private Waybill over(Adapter adapter) {
        Waybill waybill = Waybill.over(adapter);
        open.add(waybill);
        waybill.admin().createTopic("t", 1);
        return waybill;
    }

    private CountDownLatch gate() {
        CountDownLatch gate = new CountDownLatch(1);
        gates.add(gate);
        return gate;
    }

    @AfterEach
    void close() {
        gates.forEach(CountDownLatch::countDown);
        open.forEach(waybill -> {
            var unused = waybill.close(Duration.ofSeconds(5));
        });
    }

    /** Memory whose lanes, or whose opening, wait at a gate while they are told to. */
    private static Adapter blocking(AtomicBoolean blocked, CountDownLatch gate, boolean opening) {
        MemoryAdapter memory = MemoryAdapter.create();
        return Intercepted.of(
                Adapter.class,
                memory,
                Map.of(
                        "openSender",
                        (arguments, original) -> Intercepted.of(
                                Sender.class, (Sender) original.call(), Map.of("openLane", (lane, openLane) -> {
                                    if (opening && blocked.get()) {
                                        gate.await();
                                    }
                                    return Intercepted.of(
                                            Sender.Lane.class,
                                            (Sender.Lane) openLane.call(),
                                            Map.of("send", (batch, send) -> {
                                                if (!opening && blocked.get()) {
                                                    gate.await();
                                                }
                                                return send.call();
                                            }));
                                }))));
    }

    static void assertEndsAs(ErrorKind kind, CompletableFuture<?> send) {
        assertThatThrownBy(() -> send.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void s4_sendsEndInTimeThoughTheClientBlocks() throws Exception {
        AtomicBoolean blocked = new AtomicBoolean();
        Waybill waybill = over(blocking(blocked, gate(), false));
        Producer producer =
                waybill.producer("p").sendTimeout(Duration.ofSeconds(1)).open();
        producer.send(Message.to("t").text("opens the lane").build());
        blocked.set(true);
        CompletableFuture<Void> caught =
                CompletableFuture.runAsync(() -> producer.send(Message.to("t").build()));
        await("somebody is inside the client")
                .until(() -> producer.health().details().get("inFlightBytes") > 0);
        long start = System.nanoTime();
        List<CompletableFuture<Receipt>> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            others.add(producer.sendAsync(Message.to("t").build()));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500));
        for (CompletableFuture<Receipt> other : others) {
            assertEndsAs(ErrorKind.UNAVAILABLE, other);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        await("the one in the client is unknown")
                .until(() -> producer.health().details().get("unknown") == 1);
        gates.forEach(CountDownLatch::countDown);
        assertEndsAs(ErrorKind.OUTCOME_UNKNOWN, caught);
    }

    @Test
    void s7_openingALaneBlocksNoCaller() {
        AtomicBoolean blocked = new AtomicBoolean(true);
        CountDownLatch gate = gate();
        Waybill waybill = over(blocking(blocked, gate, true));
        Producer producer = waybill.producer("p").open();
        long start = System.nanoTime();
        CompletableFuture<Receipt> first = producer.sendAsync(Message.to("t").build());
        CompletableFuture<Receipt> second = producer.sendAsync(Message.to("t").build());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500));
        assertThat(first).isNotDone();
        gate.countDown();
        assertThat(first.join().position()).isZero();
        assertThat(second.join().position()).isEqualTo(1);
    }

    @Test
    void s7_whoKeepsAFutureKeepsItsMessageAndNoOther() {
        Waybill waybill = Waybill.connect("memory:?overflow=drop&retention.messages=10");
        open.add(waybill);
        waybill.admin().createTopic("t", 1);
        Producer producer = waybill.producer("p").open();
        CompletableFuture<Receipt> kept =
                producer.sendAsync(Message.to("t").text("kept").build());
        WeakReference<Message> other = sendAnother(producer);
        for (int i = 0; i < 20_000; i++) { // more than the memory broker forgets at once
            var unused = producer.sendAsync(Message.to("t").text("more").build());
        }
        await("what was sent right behind it is collected").until(() -> {
            System.gc();
            return other.get() == null;
        });
        assertThat(kept.join().topic()).isEqualTo("t");
    }

    private static WeakReference<Message> sendAnother(Producer producer) {
        Message message = Message.to("t").text("other").build();
        var unused = producer.sendAsync(message);
        return new WeakReference<>(message);
    }

    @Test
    void i6_aLaneInterceptorThatFailsAfterTheOutcomeChangesNothing() {
        Producer producer = memory().producer("p")
                .interceptLane(
                        new SendLaneInterceptor() {
                            @Override
                            public byte[] handOver(Outgoing outgoing, byte[] waybill) {
                                return waybill;
                            }

                            @Override
                            public void completed(Outgoing outgoing, @Nullable MessagingException failure) {
                                throw new AssertionError("on purpose");
                            }
                        },
                        Switch.on())
                .onState((state, cause) -> {
                    throw new AssertionError("on purpose");
                })
                .open();
        for (int i = 0; i < 10; i++) {
            assertThat(producer.send(Message.to("t").build()).position()).isEqualTo(i);
        }
        assertThat(producer.close(Duration.ofSeconds(5))).isEqualTo(CloseReport.CLEAN);
    }

    @Test
    void s4_aDeletedTopicForgetsNoSend() {
        Waybill waybill = memory();
        MemoryAdapter.Faults faults = waybill.unwrap(MemoryAdapter.Faults.class);
        Producer producer =
                waybill.producer("p").sendTimeout(Duration.ofSeconds(1)).open();
        producer.send(Message.to("t").build());
        AtomicInteger stored = new AtomicInteger();
        var unused = waybill.consumer("g").subscribe("t", delivery -> stored.incrementAndGet());
        faults.swallowConfirms(true);
        CompletableFuture<Receipt> unconfirmed =
                producer.sendAsync(Message.to("t").build());
        await("it is stored").until(() -> stored.get() == 2);
        waybill.admin().deleteTopic("t");
        assertEndsAs(ErrorKind.NOT_FOUND, producer.sendAsync(Message.to("t").build()));
        assertEndsAs(ErrorKind.NOT_FOUND, producer.sendAsync(Message.to("t").build()));
        assertEndsAs(ErrorKind.OUTCOME_UNKNOWN, unconfirmed);
        faults.swallowConfirms(false);
        waybill.admin().createTopic("t", 3);
        for (int i = 0; i < 20; i++) {
            producer.send(Message.to("t").key("k" + i).build());
        }
        assertThat(producer.close(Duration.ofSeconds(5))).isEqualTo(CloseReport.CLEAN);
    }

    @Test
    void s2_aSendInterceptorThatFailsAfterTheSendLeavesItUnknown() {
        Producer producer = memory().producer("p")
                .intercept(chain -> chain.proceed(chain.message()).thenApply(receipt -> {
                    throw new IllegalStateException("after the fact");
                }))
                .open();
        List<SendResult> results = producer.sendAll(List.of(Message.to("t").build()));
        assertThat(results.get(0).failure())
                .isNotNull()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.OUTCOME_UNKNOWN))
                .hasMessageContaining("after the fact");
    }

    @Test
    void c5_aHandlerWhoseTimeIsOverMakesNoDeadLetter() throws Exception {
        Waybill waybill = memory();
        waybill.admin().createTopic("dead", 1);
        CountDownLatch gate = gate();
        AtomicInteger attempts = new AtomicInteger();
        Queue<String> handled = new ConcurrentLinkedQueue<>();
        Queue<String> dead = new ConcurrentLinkedQueue<>();
        waybill.consumer("watch")
                .subscribe("dead", delivery -> dead.add(delivery.message().text()));
        Consumer consumer = waybill.consumer("g")
                .retry(RetryPolicy.attempts(1))
                .deadLetterTopic("dead")
                .drain(Duration.ofMillis(100))
                .subscribe("t", delivery -> {
                    if (attempts.incrementAndGet() == 1) {
                        gate.await();
                        throw new IllegalStateException("too late to matter");
                    }
                    handled.add(delivery.message().text());
                });
        Producer producer = waybill.producer("p").open();
        producer.send(Message.to("t").key("k").text("1").build());
        await("it is in hand").until(() -> attempts.get() == 1);
        waybill.unwrap(MemoryAdapter.Faults.class).cut();
        await("it came again, to a handler that takes it").until(() -> handled.contains("1"));
        gate.countDown();
        await("the late end is counted").until(() -> consumer.health().details().get("stale") == 1);
        assertThat(consumer.health().details()).containsEntry("deadLettered", 0L);
        Producer after = waybill.producer("p").open();
        after.send(Message.to("dead").text("end").build());
        await("the end").until(() -> dead.contains("end"));
        assertThat(dead).containsExactly("end");
    }

    @Test
    void c14_aCloseThatCannotEndSaysWhatIsLeftAndComesBackInTime() {
        Waybill waybill = memory();
        CountDownLatch gate = gate();
        AtomicInteger begun = new AtomicInteger();
        Consumer consumer = waybill.consumer("g").subscribe("t", delivery -> {
            begun.incrementAndGet();
            gate.await();
        });
        Producer producer = waybill.producer("p").open();
        producer.send(Message.to("t").build());
        await("it is in hand").until(() -> begun.get() == 1);
        waybill.unwrap(MemoryAdapter.Faults.class).down();
        await("it recovers").until(() -> consumer.state() == State.RECOVERING);
        long start = System.nanoTime();
        CloseReport report = consumer.close(Duration.ofMillis(300));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        assertThat(report.unfinished()).isEqualTo(1);
        assertThat(consumer.close(Duration.ZERO)).isEqualTo(report);
    }

    @Test
    void c14_aCloseOfAnInterruptedThreadSaysWhatIsLeft() {
        Waybill waybill = memory();
        CountDownLatch gate = gate();
        AtomicInteger begun = new AtomicInteger();
        Consumer consumer = waybill.consumer("g").subscribe("t", delivery -> {
            begun.incrementAndGet();
            gate.await();
        });
        waybill.producer("p").open().send(Message.to("t").build());
        await("it is in hand").until(() -> begun.get() == 1);
        Thread.currentThread().interrupt();
        CloseReport report = consumer.close(Duration.ofSeconds(20));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(report.clean()).isFalse();
        gate.countDown();
        await("it closes").until(() -> consumer.state() == State.CLOSED);
    }

    @Test
    void c14_aHandlerMayCloseTheConnection() {
        Waybill waybill = memory();
        Queue<String> handled = new ConcurrentLinkedQueue<>();
        Consumer consumer = waybill.consumer("g").subscribe("t", delivery -> {
            var unused = waybill.close(Duration.ofSeconds(10));
            handled.add("closed");
        });
        waybill.producer("p").open().send(Message.to("t").build());
        await("all is closed").until(() -> consumer.state() == State.CLOSED);
        assertThat(handled).containsExactly("closed");
        assertThatThrownBy(waybill::admin).hasMessageContaining("closed");
    }

    @Test
    void c15_aListenerThatFailsStopsNothing() {
        Waybill waybill = memory();
        Queue<String> handled = new ConcurrentLinkedQueue<>();
        Consumer consumer = waybill.consumer("g")
                .onState((state, cause) -> {
                    throw new AssertionError("on purpose");
                })
                .subscribe("t", delivery -> handled.add(delivery.message().text()));
        Producer producer = waybill.producer("p").open();
        producer.send(Message.to("t").text("1").build());
        await("the first").until(() -> handled.contains("1"));
        waybill.unwrap(MemoryAdapter.Faults.class).cut();
        await("it is back").until(() -> consumer.state() == State.OPEN);
        Producer again = waybill.producer("p").open();
        again.send(Message.to("t").text("2").build());
        await("the second").until(() -> handled.contains("2"));
    }

    @Test
    void c7_aRetryOfAnyLengthCanBeAskedFor() {
        Waybill waybill = memory();
        AtomicInteger attempts = new AtomicInteger();
        Duration never = Duration.ofSeconds(Long.MAX_VALUE);
        Consumer consumer = waybill.consumer("g")
                .retry(RetryPolicy.attempts(3).backoff(never, never))
                .subscribe("t", delivery -> {
                    attempts.incrementAndGet();
                    throw new IllegalStateException("never again");
                });
        Producer producer = waybill.producer("p").open();
        producer.send(Message.to("t").key("a").build());
        producer.send(Message.to("t").key("b").build());
        await("both failed once").until(() -> attempts.get() == 2);
        assertThat(consumer.close(never).unfinished()).isZero();
    }

    @Test
    void c2_aKeyIsNotHandledTwiceAtOnceHoweverOftenItsPartitionComesBack() {
        Waybill waybill = memory();
        CountDownLatch gate = gate();
        AtomicInteger inHand = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger assigned = new AtomicInteger();
        Consumer consumer = waybill.consumer("g")
                .listener(new ConsumerListener() {
                    @Override
                    public void assigned(Collection<TopicPartition> partitions) {
                        assigned.incrementAndGet();
                    }
                })
                .subscribe("t", delivery -> {
                    most.accumulateAndGet(inHand.incrementAndGet(), Math::max);
                    try {
                        gate.await();
                    } finally {
                        inHand.decrementAndGet();
                    }
                });
        waybill.producer("p").open().send(Message.to("t").key("k").build());
        await("it is in hand").until(() -> inHand.get() == 1);
        for (int cut = 1; cut <= 3; cut++) {
            int now = cut + 1;
            waybill.unwrap(MemoryAdapter.Faults.class).cut();
            await("the partition is back").until(() -> assigned.get() == now);
            await("what is in it is delivered again")
                    .until(() -> consumer.health().details().get("delivered") == now);
        }
        assertThat(most).hasValue(1);
        gate.countDown();
        await("it is handled").until(() -> consumer.health().details().get("handled") >= 2);
        assertThat(most).hasValue(1);
    }

    @Test
    void c7_anExceptionWithoutATextBecomesADeadLetterToo() {
        Waybill waybill = memory();
        Queue<String> reasons = new ConcurrentLinkedQueue<>();
        Consumer consumer = waybill.consumer("g").retry(RetryPolicy.attempts(1)).subscribe("t", delivery -> {
            throw new SilentException(delivery.message().text().equals("throws"));
        });
        var unusedWatch = waybill.consumer("watch")
                .subscribe(
                        "t.g.dead", delivery -> DeadLetter.of(delivery).ifPresent(dead -> reasons.add(dead.reason())));
        Producer producer = waybill.producer("p").open();
        producer.send(Message.to("t").text("null").build());
        producer.send(Message.to("t").text("throws").build());
        producer.send(Message.to("t").text("null").build());
        await("all are dead letters, once each")
                .during(Duration.ofMillis(500))
                .until(() -> reasons.size() == 3 && consumer.health().details().get("deadLettered") == 3);
        assertThat(reasons).allMatch(reason -> reason.contains("SilentException"));
    }

    @SuppressWarnings({"OverrideThrowableToString", "ToStringReturnsNull"}) // as an application's may be
    private static final class SilentException extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean fails;

        SilentException(boolean fails) {
            this.fails = fails;
        }

        @Override
        public String toString() {
            if (fails) {
                throw new IllegalStateException("not even this");
            }
            return null;
        }
    }

    @Test
    void startAndDeadLetterTopicAreSettingsToo() {
        Properties properties = new Properties();
        properties.setProperty("start", "latest");
        properties.setProperty("dead.letter.topic", "graveyard");
        Waybill waybill = Waybill.over(MemoryAdapter.create(), properties);
        open.add(waybill);
        waybill.admin().createTopic("t", 1);
        Producer producer = waybill.producer("p").open();
        producer.send(Message.to("t").text("before").build());
        Queue<String> handled = new ConcurrentLinkedQueue<>();
        Consumer consumer = waybill.consumer("g")
                .subscribe("t", delivery -> handled.add(delivery.message().text()));
        producer.send(Message.to("t").text("after").build());
        await("it starts at the latest").until(() -> !handled.isEmpty());
        assertThat(handled).containsExactly("after");
        assertThat(waybill.admin().topics()).contains("graveyard").doesNotContain("t.g.dead");
        assertThat(consumer.effectiveConfig()).contains("start = LATEST  (PROPERTIES)");
        properties.setProperty("shape", "queue");
        assertThatThrownBy(() -> Waybill.over(MemoryAdapter.create(), properties))
                .as("a setting of the adapter")
                .hasMessageContaining("'shape'");
    }
}
