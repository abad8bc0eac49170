package io.waybill.memory;

import static io.waybill.memory.Instance.P0;
import static io.waybill.memory.Instance.P1;
import static io.waybill.memory.Instance.drain;
import static io.waybill.memory.Instance.numbered;
import static io.waybill.memory.Instance.own;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryLogTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private Instance instance;

    @BeforeEach
    void connect() throws Exception {
        instance = Instance.at("memory:");
    }

    @AfterEach
    void close() {
        instance.close();
    }

    @Test
    void aMessageArrivesAsItWasSent() throws Exception {
        Message message = Message.to("orders")
                .key("k-1")
                .header("source", "test")
                .body(new byte[] {0, 1, -1})
                .build();
        TestOutgoing outgoing = new TestOutgoing(message, 1);
        instance.lane(1).send(List.of(outgoing));
        assertThat(outgoing.outcome()).isEqualTo("stored");
        assertThat(outgoing.position()).isZero();

        Delivery delivery = drain(instance.owner("g", P1)).deliveries.get(0);
        assertThat(delivery.message().body()).containsExactly(0, 1, -1);
        assertThat(delivery.message().keyText()).contains("k-1");
        assertThat(delivery.message().headers().text("source")).contains("test");
        assertThat(delivery.id()).isEqualTo(message.id());
        assertThat(delivery.waybill()).isEqualTo(outgoing.waybill());
        assertThat(delivery.foreign()).isFalse();
        assertThat(delivery.partition()).isEqualTo(1);
        assertThat(delivery.attempt()).isEqualTo(1);
        assertThat(delivery.timestamp())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    }

    @Test
    void orderIsKeptOverSegments() throws Exception {
        String[] texts = numbered(3000);
        instance.send(P0, texts);
        TestSink sink = drain(instance.owner("g", P0));
        assertThat(sink.texts()).containsExactly(texts);
        assertThat(sink.positions()).first().isEqualTo(0L);
        assertThat(sink.positions()).last().isEqualTo(2999L);
    }

    @Test
    void everyGroupGetsAll() throws Exception {
        instance.send(P0, "a", "b");
        assertThat(drain(instance.owner("g1", P0)).texts()).containsExactly("a", "b");
        assertThat(drain(instance.owner("g2", P0)).texts()).containsExactly("a", "b");
    }

    @Test
    void aPartitionHasOneOwnerAtATime() throws Exception {
        MemoryReceiver first = instance.receiver("g");
        MemoryReceiver second = instance.receiver("g");
        assertThat(second.hasOwner(P0)).isFalse();
        assertThat(first.tryOwn(P0)).isTrue();
        assertThat(second.tryOwn(P0)).isFalse();
        assertThat(second.tryOwn(P1)).isTrue();
        assertThat(second.hasOwner(P0)).isTrue();
        assertThat(instance.receiver("other").tryOwn(P0)).isTrue();

        first.release(P0);
        assertThat(second.hasOwner(P0)).isFalse();
        assertThat(second.tryOwn(P0)).isTrue();
    }

    @Test
    void aClosedReceiverFreesItsPartitions() throws Exception {
        MemoryReceiver first = instance.owner("g", P0);
        first.close(Duration.ZERO);
        assertThat(instance.receiver("g").tryOwn(P0)).isTrue();
    }

    @Test
    void whatIsNotSettledComesAgain() throws Exception {
        instance.send(P0, "a", "b", "c");
        MemoryReceiver first = instance.owner("g", P0);
        drain(first);
        first.settle(List.of(Settlement.prefix(P0, 0, 1)), true);
        first.close(Duration.ZERO);

        MemoryReceiver second = instance.owner("g", P0);
        assertThat(((LogReceiver) second).knowsGroup("orders")).isTrue();
        assertThat(drain(second).texts()).containsExactly("b", "c");
    }

    @Test
    void firstEndAndTimeAreFound() throws Exception {
        LogReceiver log = (LogReceiver) instance.receiver("g");
        assertThat(log.knowsGroup("orders")).isFalse();
        assertThat(log.committed(List.of(P0))).isEmpty();
        instance.send(P0, "a", "b");
        assertThat(log.first(P0)).isZero();
        assertThat(log.end(P0)).isEqualTo(2);
        assertThat(log.at(P0, Instant.now().minusSeconds(60))).isZero();
        assertThat(log.at(P0, Instant.now().plusSeconds(60))).isEqualTo(2);
    }

    @Test
    void aTimeBetweenTwoSendsIsFound() throws Exception {
        instance.send(P0, "a");
        long sent = System.currentTimeMillis();
        Awaitility.await().until(() -> System.currentTimeMillis() > sent + 5);
        Instant between = Instant.now();
        instance.send(P0, "b");
        assertThat(((LogReceiver) instance.receiver("g")).at(P0, between)).isEqualTo(1);
    }

    @Test
    void aPausedPartitionGivesNothing() throws Exception {
        MemoryReceiver receiver = instance.owner("g", P0);
        own(receiver, P1);
        receiver.pause(List.of(P0));
        instance.send(P0, "a");
        instance.send(P1, "b");
        assertThat(drain(receiver).texts()).containsExactly("b");
        assertThat(instance.receiver("g").hasOwner(P0)).isTrue();
        receiver.resume(List.of(P0));
        assertThat(drain(receiver).texts()).containsExactly("a");
    }

    @Test
    void aSeekGoesBack() throws Exception {
        instance.send(P0, "a", "b");
        MemoryReceiver receiver = instance.owner("g", P0);
        drain(receiver);
        ((LogReceiver) receiver).seek(P0, 1);
        assertThat(drain(receiver).texts()).containsExactly("b");
    }

    @Test
    void whatWasTruncatedIsOutOfRange() throws Exception {
        instance.send(P0, "a", "b");
        MemoryReceiver receiver = instance.owner("g", P0);
        instance.faults().truncate("orders");
        assertThat(drain(receiver).outOfRange).containsExactly(0L);
        instance.send(P0, "c");
        assertThat(drain(receiver).texts()).containsExactly("c");
    }

    @Test
    void aWaitingPollEndsWithAnAppend() throws Exception {
        MemoryReceiver receiver = instance.owner("g", P0);
        TestSink sink = new TestSink();
        CompletableFuture<Void> poll = pollInBackground(receiver, sink);
        instance.send(P0, "a");
        poll.get(10, TimeUnit.SECONDS);
        assertThat(sink.texts()).containsExactly("a");
    }

    @Test
    void aWaitingPollEndsWithAWakeup() throws Exception {
        MemoryReceiver receiver = instance.owner("g", P0);
        CompletableFuture<Void> poll = pollInBackground(receiver, new TestSink());
        receiver.wakeup();
        poll.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aWakeupBeforeThePollEndsIt() throws Exception {
        MemoryReceiver receiver = instance.owner("g", P0);
        receiver.wakeup();
        long start = System.nanoTime();
        receiver.poll(LONG, new TestSink());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    private static CompletableFuture<Void> pollInBackground(MemoryReceiver receiver, TestSink sink) {
        AtomicReference<Thread> poller = new AtomicReference<>();
        CompletableFuture<Void> poll = CompletableFuture.runAsync(() -> {
            poller.set(Thread.currentThread());
            try {
                receiver.poll(LONG, sink);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        Awaitility.await().until(() -> poller.get() != null && poller.get().getState() == Thread.State.TIMED_WAITING);
        return poll;
    }
}
