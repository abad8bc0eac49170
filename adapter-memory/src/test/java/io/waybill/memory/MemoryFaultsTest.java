package io.waybill.memory;

import static io.waybill.memory.Instance.P0;
import static io.waybill.memory.Instance.drain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.waybill.message.ErrorKind;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.Sender;
import io.waybill.spi.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryFaultsTest {
    private String uri;
    private Instance instance;

    @BeforeEach
    void connect() throws Exception {
        uri = Instance.freshName();
        instance = Instance.at(uri);
    }

    @AfterEach
    void close() {
        instance.close();
    }

    @Test
    void allIsWellAtFirst() throws Exception {
        assertThat(instance.send(P0, "a", "b")).allMatch(one -> one.outcome().equals("stored"));
        assertThat(drain(instance.owner("g", P0)).texts()).containsExactly("a", "b");
    }

    @Test
    void refusedIsNotStored() throws Exception {
        instance.faults().refuse(1);
        TestOutgoing refused = instance.send(P0, "a").get(0);
        assertThat(refused.outcome()).isEqualTo("refused");
        assertThat(instance.kind(refused)).isEqualTo(ErrorKind.REFUSED);
        assertThat(instance.send(P0, "b").get(0).outcome()).isEqualTo("stored");
        assertThat(drain(instance.owner("g", P0)).texts()).containsExactly("b");
    }

    @Test
    void aDeniedTopicRefusesUntilItIsAllowed() throws Exception {
        instance.faults().deny("orders", true);
        TestOutgoing refused = instance.send(P0, "a").get(0);
        assertThat(refused.outcome()).isEqualTo("refused");
        assertThat(instance.kind(refused)).isEqualTo(ErrorKind.UNAUTHORIZED);
        instance.faults().deny("orders", false);
        assertThat(instance.send(P0, "b").get(0).outcome()).isEqualTo("stored");
    }

    @Test
    void aLostConfirmIsUnknownAndTheMessageIsStored() throws Exception {
        instance.faults().loseConfirms(true);
        assertThat(instance.send(P0, "a").get(0).outcome()).isEqualTo("unknown");
        instance.faults().loseConfirms(false);
        assertThat(drain(instance.owner("g", P0)).texts()).containsExactly("a");
    }

    @Test
    void aSwallowedConfirmDoesNotComeAndTheMessageIsStored() throws Exception {
        instance.faults().swallowConfirms(true);
        TestOutgoing open = instance.send(P0, "a").get(0);
        instance.faults().swallowConfirms(false);
        assertThat(drain(instance.owner("g", P0)).texts()).containsExactly("a");
        assertThat(open.outcome()).isEqualTo("open");
    }

    @Test
    void delayedConfirmsComeLaterInOrder() throws Exception {
        try (Instance slow = Instance.at("memory:?ack.delay=50ms&max.batches.in.flight=1")) {
            assertThat(slow.sender.maxBatchesInFlight()).isEqualTo(1);
            List<TestOutgoing> sent = slow.send(P0, "a", "b");
            assertThat(sent).allMatch(one -> one.outcome().equals("open"));
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(sent).allMatch(one -> one.outcome().equals("stored") && one.completions() == 1));
            assertThat(sent).extracting(TestOutgoing::position).containsExactly(0L, 1L);
        }
    }

    @Test
    void aCutKillsWhatIsOpenAndNothingElse() throws Exception {
        Sender.Lane lane = instance.lane(0);
        MemoryReceiver receiver = instance.owner("g", P0);
        try (Instance other = Instance.at(uri)) {
            MemoryReceiver untouched = other.owner("h", P0);
            instance.faults().cut();
            assertThat(lane.open()).isFalse();
            assertUnavailable(() -> receiver.poll(Instance.NOW, new TestSink()));
            receiver.close(Duration.ZERO);
            assertThat(instance.lane(0).open()).isTrue();
            assertThat(instance.send(P0, "a").get(0).outcome()).isEqualTo("stored");
            assertThat(drain(untouched).texts()).containsExactly("a");
            assertThat(drain(instance.owner("g", P0)).texts()).containsExactly("a");
        }
    }

    @Test
    void aConfirmOnItsWayIsUnknownAfterACut() throws Exception {
        try (Instance slow = Instance.at("memory:?ack.delay=100ms")) {
            TestOutgoing onItsWay = slow.send(P0, "a").get(0);
            slow.faults().cut();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(onItsWay.outcome()).isEqualTo("unknown"));
        }
    }

    @Test
    void aBrokerThatIsDownServesNobodyAndForgetsNothing() throws Exception {
        instance.send(P0, "a");
        MemoryReceiver receiver = instance.owner("g", P0);
        Sender.Lane lane = instance.lane(0);
        ControlLogs logs = instance.adapter.controlLogs().orElseThrow();
        logs.create("waybill.test");
        try (Instance other = Instance.at(uri)) {
            instance.faults().down();
            assertUnavailable(() -> other.adapter.connect(Duration.ofSeconds(1)));
            assertUnavailable(() -> other.sender.describe("orders"));
            assertUnavailable(() -> other.receiver("g"));
            assertUnavailable(() -> other.adapter.admin().topics());
            assertUnavailable(() -> receiver.poll(Instance.NOW, new TestSink()));
            assertUnavailable(() -> logs.append("waybill.test", new byte[1]));
            TestOutgoing refused = new TestOutgoing(
                    io.waybill.message.Message.to("orders").text("b").build(), 0);
            lane.send(List.of(refused));
            assertThat(refused.outcome()).isEqualTo("refused");
            assertThat(instance.kind(refused)).isEqualTo(ErrorKind.UNAVAILABLE);

            instance.faults().up();
            receiver.close(Duration.ZERO);
            assertThat(drain(other.owner("g", P0)).texts()).containsExactly("a");
        }
    }

    @Test
    void aCrashedInstanceLosesItsPartitionsWithoutSettling() throws Exception {
        instance.send(P0, "a");
        MemoryReceiver receiver = instance.owner("g", P0);
        drain(receiver);
        try (Instance other = Instance.at(uri)) {
            instance.faults().crash();
            assertUnavailable(() -> receiver.poll(Instance.NOW, new TestSink()));
            assertUnavailable(() -> receiver.settle(List.of(Settlement.prefix(P0, 0, 1)), true));
            assertUnavailable(() -> instance.receiver("g"));
            assertUnavailable(() -> instance.lane(0));
            assertThat(drain(other.owner("g", P0)).texts()).containsExactly("a");
        }
    }

    @Test
    void aFrozenInstanceLosesItsPartitionsAndHearsOfItWhenItIsThawed() throws Exception {
        instance.send(P0, "a");
        MemoryReceiver receiver = instance.owner("g", P0);
        drain(receiver);
        try (Instance other = Instance.at(uri)) {
            instance.faults().freeze();
            CompletableFuture<Void> stale = settling(receiver);
            MemoryReceiver successor = other.owner("g", P0);
            assertThat(drain(successor).texts()).containsExactly("a");
            assertThat(stale).isNotDone();
            instance.faults().thaw();
            assertUnavailable(() -> stale.get(10, TimeUnit.SECONDS));
            assertThat(drain(receiver).lost).containsExactly(P0);
            assertThat(receiver.tryOwn(P0)).isFalse();
            successor.close(Duration.ZERO);
            Instance.own(receiver, P0);
            assertThat(drain(receiver).texts()).containsExactly("a");
        }
    }

    @Test
    void aFrozenInstanceCanCrash() throws Exception {
        MemoryReceiver receiver = instance.owner("g", P0);
        instance.faults().freeze();
        CompletableFuture<Void> stale = settling(receiver);
        instance.faults().crash();
        assertUnavailable(() -> stale.get(10, TimeUnit.SECONDS));
    }

    private static CompletableFuture<Void> settling(MemoryReceiver receiver) {
        return CompletableFuture.runAsync(() -> {
            try {
                receiver.settle(List.of(Settlement.prefix(P0, 0, 1)), true);
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }

    @Test
    void aSettlementFailsAsOftenAsAsked() throws Exception {
        instance.send(P0, "a", "b");
        MemoryReceiver receiver = instance.owner("g", P0);
        drain(receiver);
        List<Settlement> settlement = List.of(Settlement.prefix(P0, 0, 1));
        instance.faults().failSettlements(1);
        assertUnavailable(() -> receiver.settle(settlement, true));
        receiver.settle(settlement, true);
        receiver.close(Duration.ZERO);
        assertThat(drain(instance.owner("g", P0)).texts()).containsExactly("b");
    }

    @Test
    void theLastOfABatchComesTwice() throws Exception {
        instance.send(P0, "a", "b");
        instance.faults().duplicate(1);
        assertThat(drain(instance.owner("g", P0)).texts()).containsExactly("a", "b", "b");
    }

    private void assertUnavailable(ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isNotNull();
        Throwable failure = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
        assertThat(instance.adapter.classify(failure)).isEqualTo(ErrorKind.UNAVAILABLE);
    }
}
