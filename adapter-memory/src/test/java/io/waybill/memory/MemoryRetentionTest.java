package io.waybill.memory;

import static io.waybill.memory.Instance.P0;
import static io.waybill.memory.Instance.drain;
import static io.waybill.memory.Instance.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.message.ErrorKind;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.Settlement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryRetentionTest {
    @ParameterizedTest
    @ValueSource(strings = {"log", "queue"})
    void whatAGroupHasNotSettledIsNotDropped(String shape) throws Exception {
        try (Instance instance = Instance.at("memory:?retention.messages=10&shape=" + shape)) {
            MemoryReceiver receiver = instance.owner("g", P0);
            receiver.settle(List.of(Settlement.prefix(P0, -1, 0)), true);
            instance.send(P0, numbered(10));
            TestOutgoing refused = instance.send(P0, "one more").get(0);
            assertThat(refused.outcome()).isEqualTo("refused");
            assertThat(instance.kind(refused)).isEqualTo(ErrorKind.REFUSED);
            assertThat(refused.failure()).hasMessageContaining("full").hasMessageContaining("retention.messages");

            TestSink sink = drain(receiver);
            assertThat(sink.texts()).containsExactly(numbered(10));
            long fifth = sink.positions().get(4);
            receiver.settle(List.of(Settlement.prefix(P0, fifth, fifth + 1)), true);
            assertThat(instance.send(P0, "one more").get(0).outcome()).isEqualTo("stored");
            assertThat(drain(receiver).texts()).containsExactly("one more");
        }
    }

    @Test
    void theSlowestGroupDecides() throws Exception {
        try (Instance instance = Instance.at("memory:?retention.messages=4")) {
            MemoryReceiver fast = instance.owner("fast", P0);
            MemoryReceiver slow = instance.owner("slow", P0);
            slow.settle(List.of(Settlement.prefix(P0, -1, 0)), true);
            instance.send(P0, numbered(4));
            fast.settle(List.of(Settlement.prefix(P0, 3, 4)), true);
            assertThat(instance.send(P0, "x").get(0).outcome()).isEqualTo("refused");
            slow.settle(List.of(Settlement.prefix(P0, 1, 2)), true);
            assertThat(instance.send(P0, "x").get(0).outcome()).isEqualTo("stored");
        }
    }

    @Test
    void onlyAskedForAreTheOldestDroppedAndTheGroupIsTold() throws Exception {
        try (Instance instance = Instance.at("memory:?retention.messages=4&overflow=drop")) {
            MemoryReceiver receiver = instance.owner("g", P0);
            receiver.settle(List.of(Settlement.prefix(P0, -1, 0)), true);
            for (String text : numbered(6)) {
                assertThat(instance.send(P0, text).get(0).outcome()).isEqualTo("stored");
            }
            assertThat(((LogReceiver) receiver).first(P0)).isEqualTo(2);
            TestSink sink = drain(receiver);
            assertThat(sink.outOfRange).containsExactly(0L);
            sink.deliveries.addAll(drain(receiver).deliveries);
            assertThat(sink.texts()).containsExactly("m2", "m3", "m4", "m5");
        }
    }
}
