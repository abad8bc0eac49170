package io.waybill.memory;

import static io.waybill.memory.Instance.P0;
import static io.waybill.memory.Instance.drain;
import static io.waybill.memory.Instance.own;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.message.Capability;
import io.waybill.message.Support;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.Settlement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryQueueTest {
    private Instance instance;

    @BeforeEach
    void connect() throws Exception {
        instance = Instance.at("memory:?shape=queue");
    }

    @AfterEach
    void close() {
        instance.close();
    }

    @Test
    void itIsNoLogAndSaysSo() throws Exception {
        assertThat(instance.receiver("g")).isNotInstanceOf(LogReceiver.class);
        assertThat(instance.adapter.capabilities().of(Capability.START_LATEST)).isEqualTo(Support.NATIVE);
        for (Capability missing : List.of(Capability.START_FIRST, Capability.START_TIME, Capability.RESET_POSITIONS)) {
            assertThat(instance.adapter.capabilities().of(missing)).isEqualTo(Support.UNSUPPORTED);
        }
    }

    @Test
    void tagsAreDenseFromOneInEachOwnership() throws Exception {
        MemoryReceiver receiver = instance.owner("g", P0);
        instance.send(P0, "a", "b", "c");
        assertThat(drain(receiver).positions()).containsExactly(1L, 2L, 3L);
        receiver.release(P0);
        own(receiver, P0);
        assertThat(drain(receiver).positions()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void whatIsNotSettledComesAgainWithItsAttemptsCounted() throws Exception {
        MemoryReceiver first = instance.owner("g", P0);
        instance.send(P0, "a", "b", "c", "d");
        drain(first);
        first.settle(List.of(new Settlement(P0, 1, 2, new long[] {3})), true);
        first.close(Duration.ZERO);
        instance.send(P0, "e");

        TestSink again = drain(instance.owner("g", P0));
        assertThat(again.texts()).containsExactly("b", "d", "e");
        assertThat(again.attempts()).containsExactly(2, 2, 1);
    }

    @Test
    void attemptsGoOnCounting() throws Exception {
        MemoryReceiver receiver = instance.owner("g", P0);
        instance.send(P0, "a");
        for (int attempt = 1; attempt <= 4; attempt++) {
            assertThat(drain(receiver).attempts()).containsExactly(attempt);
            receiver.release(P0);
            own(receiver, P0);
        }
    }

    @Test
    void settledInPiecesIsSettled() throws Exception {
        MemoryReceiver receiver = instance.owner("g", P0);
        instance.send(P0, "a", "b", "c");
        drain(receiver);
        receiver.settle(List.of(new Settlement(P0, -1, 1, new long[] {2})), false);
        receiver.settle(List.of(new Settlement(P0, 2, 3, new long[0])), false);
        receiver.settle(List.of(new Settlement(P0, 3, 4, new long[0])), true);
        receiver.close(Duration.ZERO);
        assertThat(drain(instance.owner("g", P0)).deliveries).isEmpty();
    }

    @Test
    void aNewGroupStartsAtTheEndAndGroupsDoNotMixTheirAcks() throws Exception {
        MemoryReceiver one = instance.owner("one", P0);
        instance.send(P0, "a");
        MemoryReceiver two = instance.owner("two", P0);
        instance.send(P0, "b");
        assertThat(drain(one).texts()).containsExactly("a", "b");
        one.settle(List.of(Settlement.prefix(P0, 2, 3)), true);
        assertThat(drain(two).texts()).containsExactly("b");
    }
}
