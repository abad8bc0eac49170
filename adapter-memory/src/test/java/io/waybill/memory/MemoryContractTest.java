package io.waybill.memory;

import static io.waybill.memory.Instance.P0;
import static io.waybill.memory.Instance.P1;
import static io.waybill.memory.Instance.drain;
import static io.waybill.memory.Instance.numbered;
import static io.waybill.memory.Instance.own;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.message.MessagingException;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicSpec;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.Settlement;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the SPI asks of every adapter, where it is easily missed. */
class MemoryContractTest {
    @Test
    void closingASenderCompletesWhatWasSwallowed() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            instance.faults().swallowConfirms(true);
            TestOutgoing open = instance.send(P0, "a").get(0);
            instance.sender.close(Duration.ZERO);
            assertThat(open.outcome()).isEqualTo("unknown");
        }
    }

    @Test
    void closingASenderCompletesWhatIsDelayed() throws Exception {
        try (Instance instance = Instance.at("memory:?ack.delay=1h")) {
            TestOutgoing open = instance.send(P0, "a").get(0);
            instance.sender.close(Duration.ZERO);
            assertThat(open.outcome()).isEqualTo("unknown");
        }
    }

    @Test
    void aConfirmOnItsWayIsUnknownWhenTheBrokerGoesDown() throws Exception {
        try (Instance instance = Instance.at("memory:?ack.delay=50ms")) {
            TestOutgoing onItsWay = instance.send(P0, "a").get(0);
            instance.faults().down();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(onItsWay.outcome()).isNotEqualTo("open"));
            assertThat(onItsWay.outcome()).isEqualTo("unknown");
        }
    }

    @Test
    void aSettlementThatIsNotWaitedForReportsItsFailureInALaterPoll() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            instance.send(P0, "a");
            MemoryReceiver receiver = instance.owner("g", P0);
            drain(receiver);
            instance.faults().failSettlements(1);
            receiver.settle(List.of(Settlement.prefix(P0, 0, 1)), false);
            assertThat(drain(receiver).failedSettles).containsExactly(P0);
        }
    }

    @Test
    void aConfirmedSettlementOfWhatIsNotOwnedFails() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            MemoryReceiver receiver = instance.receiver("g");
            Assertions.assertThatException()
                    .isThrownBy(() -> receiver.settle(List.of(Settlement.prefix(P0, 0, 1)), true));
        }
    }

    @Test
    void aPollGivesNoMoreThanABatch() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            instance.send(P0, numbered(50));
            instance.send(P1, numbered(50));
            MemoryReceiver receiver = instance.receiver("g", 10);
            own(receiver, P0);
            own(receiver, P1);
            for (int poll = 0; poll < 2; poll++) {
                TestSink sink = new TestSink();
                receiver.poll(Instance.NOW, sink);
                assertThat(sink.deliveries).hasSizeLessThanOrEqualTo(10);
            }
        }
    }

    @Test
    void aSmallBatchStarvesNoPartition() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            instance.send(P0, numbered(20));
            instance.send(P1, numbered(20));
            MemoryReceiver receiver = instance.receiver("g", 1);
            own(receiver, P0);
            own(receiver, P1);
            TestSink sink = new TestSink();
            for (int poll = 0; poll < 4; poll++) {
                receiver.poll(Instance.NOW, sink);
            }
            assertThat(sink.deliveries).extracting(d -> d.partition()).contains(0, 1);
        }
    }

    @Test
    void aQueueKeepsWhatIsSentBetweenOpeningAndOwning() throws Exception {
        try (Instance instance = Instance.at("memory:?shape=queue")) {
            MemoryReceiver receiver = instance.receiver("g");
            instance.send(P0, "a");
            own(receiver, P0);
            assertThat(drain(receiver).texts()).containsExactly("a");
        }
    }

    @Test
    void aPositionBehindTheEndIsOutOfRange() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            instance.send(P0, "a");
            MemoryReceiver receiver = instance.owner("g", P0);
            ((LogReceiver) receiver).seek(P0, 100);
            assertThat(drain(receiver).outOfRange).contains(100L);
        }
    }

    @Test
    void aTopicThatWasDeletedIsLostAndCanBeOwnedAgainOnceItIsBack() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            MemoryReceiver receiver = instance.owner("g", P0);
            instance.adapter.admin().deleteTopic("orders");
            assertThat(drain(receiver).lost).containsExactly(P0);
            instance.adapter.admin().createTopic(TopicSpec.of("orders", 2));
            instance.send(P0, "a");
            own(receiver, P0);
            assertThat(drain(receiver).texts()).containsExactly("a");
        }
    }

    @Test
    void exactlyAsManyAreRefusedAsAsked() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            instance.faults().refuse(2);
            List<TestOutgoing> sent = instance.send(P0, "a", "b", "c", "d");
            assertThat(sent)
                    .extracting(TestOutgoing::outcome)
                    .containsExactly("refused", "refused", "stored", "stored");
        }
    }

    @Test
    void aBatchThatFitsInPartIsStoredInPart() throws Exception {
        try (Instance instance = Instance.at("memory:?retention.messages=3")) {
            instance.adapter.admin().resetGroup("g", "orders", StartPosition.first());
            List<TestOutgoing> sent = instance.send(P0, "a", "b", "c", "d");
            assertThat(sent).extracting(TestOutgoing::outcome).containsExactly("stored", "stored", "stored", "refused");
        }
    }

    @Test
    void whatNoGroupWaitsForMakesRoom() throws Exception {
        try (Instance instance = Instance.at("memory:?retention.messages=3")) {
            for (String text : numbered(9)) {
                assertThat(instance.send(P0, text).get(0).outcome()).isEqualTo("stored");
            }
        }
    }

    @Test
    void aBatchLargerThanTheRetentionCanBeDroppedAnywhereInALog() throws Exception {
        try (Instance instance = Instance.at("memory:?retention.messages=10&overflow=drop")) {
            for (String text : numbered(1020)) {
                instance.send(P0, text);
            }
            assertThat(instance.send(P0, numbered(20)))
                    .allMatch(one -> one.outcome().equals("stored"));
        }
    }

    @Test
    void anotherRetentionOnASharedBrokerIsRefused() throws Exception {
        String uri = Instance.freshName();
        try (Instance first = Instance.at(uri)) {
            assertThat(first.adapter.endpoint()).isEqualTo(uri);
            assertThatThrownBy(() -> Instance.at(uri + "?retention.messages=5").close())
                    .isInstanceOf(MessagingException.class);
        }
    }

    @Test
    void aResetOfAMissingTopicMakesNoGroup() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            Assertions.assertThatException()
                    .isThrownBy(() -> instance.adapter.admin().resetGroup("ghost", "missing", StartPosition.first()));
            assertThat(instance.adapter.admin().groups()).isEmpty();
        }
    }

    @Test
    void aControlLogFailsWhileTheBrokerIsDown() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            var logs = instance.adapter.controlLogs().orElseThrow();
            logs.create("waybill.test");
            try (var reader = logs.open("waybill.test", true)) {
                instance.faults().down();
                Assertions.assertThatException().isThrownBy(() -> reader.read(Duration.ofMillis(1)));
            }
        }
    }
}
