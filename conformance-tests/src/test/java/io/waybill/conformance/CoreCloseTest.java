package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Switch;
import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.CloseReport;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.message.State;
import io.waybill.spi.Outgoing;
import io.waybill.spi.SendLaneInterceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a close of a producer or connection waits for, and whom it must not wait for. */
@Timeout(60)
class CoreCloseTest {
    private final List<Waybill> open = new ArrayList<>();

    private Waybill memory(String parameters) {
        Waybill waybill = Waybill.connect("memory:" + parameters);
        open.add(waybill);
        waybill.admin().createTopic("t", 1);
        return waybill;
    }

    @AfterEach
    void close() {
        open.forEach(waybill -> {
            var unused = waybill.close(Duration.ofSeconds(5));
        });
    }

    @Test
    void c14_aListenerMayCloseWhatItListensTo() {
        Waybill waybill = memory("");
        AtomicReference<Producer> self = new AtomicReference<>();
        Producer producer = waybill.producer("p")
                .onState((state, cause) -> {
                    if (state == State.RECOVERING) {
                        var unused = self.get().close(Duration.ofSeconds(20));
                    }
                })
                .open();
        self.set(producer);
        producer.send(Message.to("t").build());
        waybill.unwrap(MemoryAdapter.Faults.class).down();
        long start = System.nanoTime();
        assertThatThrownBy(() -> producer.send(Message.to("t").build())).isInstanceOf(MessagingException.class);
        await("it is closed").until(() -> producer.state() == State.CLOSED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void s10_whatIsOpenedOnceTheConnectionIsClosedIsClosed() {
        Waybill waybill = memory("");
        Producer.Builder producer = waybill.producer("p");
        Consumer.Builder consumer = waybill.consumer("g");
        waybill.close();
        assertThatThrownBy(producer::open).hasMessageContaining("closed");
        assertThatThrownBy(() -> consumer.subscribe("t", delivery -> {})).hasMessageContaining("closed");
    }

    @Test
    void s10_closeReturnsWhenWhatHangsOnFuturesHasRun() {
        Producer producer = memory("?ack.delay=100ms").producer("p").open();
        AtomicBoolean ran = new AtomicBoolean();
        CompletableFuture<Void> after = producer.sendAsync(Message.to("t").build())
                .thenAccept(receipt -> {
                    await("the close has begun").until(() -> producer.state() == State.CLOSING);
                    LockSupport.parkNanos(300_000_000); // far longer than a close that does not wait for this
                    ran.set(true);
                });
        assertThat(producer.close(Duration.ofSeconds(10))).isEqualTo(CloseReport.CLEAN);
        assertThat(ran).as("it has run when close returns").isTrue();
        assertThat(after).isCompleted();
    }

    @Test
    void s10_whatHangsOnAFutureMayCloseTheConnection() throws Exception {
        Waybill waybill = memory("?ack.delay=100ms");
        Producer producer = waybill.producer("p").open();
        CompletableFuture<CloseReport> closed =
                producer.sendAsync(Message.to("t").build()).thenApply(receipt -> waybill.close(Duration.ofMinutes(5)));
        CompletableFuture<Receipt> other = producer.sendAsync(Message.to("t").build());
        assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(CloseReport.CLEAN);
        assertThat(other.get(10, TimeUnit.SECONDS)).isNotNull();
        await("it is closed").until(() -> producer.state() == State.CLOSED);
    }

    @Test
    void s10_aListenerMayCloseWhatIsBeingClosed() {
        AtomicReference<Producer> self = new AtomicReference<>();
        Producer producer = memory("")
                .producer("p")
                .onState((state, cause) -> {
                    if (state == State.CLOSING || state == State.CLOSED) {
                        var unused = self.get().close(Duration.ofMinutes(5));
                    }
                })
                .open();
        self.set(producer);
        assertThat(producer.close(Duration.ofMinutes(5))).isEqualTo(CloseReport.CLEAN);
        assertThat(producer.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void s10_aLaneInterceptorMayCloseItsProducer() throws Exception {
        AtomicReference<Producer> self = new AtomicReference<>();
        SendLaneInterceptor closing = new SendLaneInterceptor() {
            @Override
            public byte[] handOver(Outgoing outgoing, byte[] waybill) {
                var unused = self.get().close(Duration.ofMinutes(5));
                return waybill;
            }
        };
        Producer producer =
                memory("").producer("p").interceptLane(closing, Switch.on()).open();
        self.set(producer);
        CompletableFuture<Receipt> sent = producer.sendAsync(Message.to("t").build());
        assertThat(sent.get(10, TimeUnit.SECONDS)).isNotNull();
        await("it is closed").until(() -> producer.state() == State.CLOSED);
    }

    @Test
    void s10_theShorterOfTwoClosesCounts() throws Exception {
        Waybill waybill = memory("?ack.delay=1h");
        Producer producer =
                waybill.producer("p").sendTimeout(Duration.ofHours(1)).open();
        CompletableFuture<Receipt> sent = producer.sendAsync(Message.to("t").build());
        CompletableFuture<CloseReport> patient =
                CompletableFuture.supplyAsync(() -> producer.close(Duration.ofHours(1)));
        await("it is being closed").until(() -> producer.state() == State.CLOSING);
        assertThat(producer.close(Duration.ofMillis(100)).unfinished()).isEqualTo(1);
        assertThat(patient.get(10, TimeUnit.SECONDS).unfinished()).isEqualTo(1);
        CoreTest.assertEndsAs(ErrorKind.OUTCOME_UNKNOWN, sent);
    }

    @Test
    void s10_whoIsInterruptedInASecondCloseCutsNothingShort() throws Exception {
        Producer producer = memory("?ack.delay=500ms").producer("p").open();
        CompletableFuture<Receipt> sent = producer.sendAsync(Message.to("t").build());
        CompletableFuture<CloseReport> first =
                CompletableFuture.supplyAsync(() -> producer.close(Duration.ofSeconds(30)));
        await("it is being closed").until(() -> producer.state() == State.CLOSING);
        Thread.currentThread().interrupt();
        var unused = producer.close(Duration.ofSeconds(30));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(CloseReport.CLEAN);
        assertThat(sent.get(10, TimeUnit.SECONDS)).isNotNull();
    }
}
