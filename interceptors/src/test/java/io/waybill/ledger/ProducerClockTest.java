package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Producer;
import io.waybill.Switch;
import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Message;
import io.waybill.spi.ControlLogs;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A manifest bears the time of its producer's clock, and nobody decides anything by it: the log's order says what came when. */
class ProducerClockTest {
    private static final long MARK = 17;
    private static final long LATER = 18;

    private final AtomicLong clock = new AtomicLong(TimeUnit.DAYS.toMillis(20_000));
    private final MemoryAdapter adapter = MemoryAdapter.create();
    private final ControlLogs logs = adapter.controlLogs().orElseThrow();

    private ManifestWriter life(Stamper stamper) {
        ManifestWriter writer = new ManifestWriter("shop", stamper, logs, clock::get);
        writer.open();
        return writer;
    }

    private static void send(Producer producer) {
        var unused = producer.send(Message.to("orders").text("x").build());
    }

    private void mark(long name) throws Exception {
        logs.append(ManifestWriter.LOG, new Mark("billing", "orders", 0, name).encode());
    }

    @Test
    void w5_aClockThatIsSetBackChangesNothing() throws Exception {
        Stamper first = new Stamper("shop", null, 1);
        Stamper second = new Stamper("shop", null, 2);
        try (Waybill waybill = Waybill.over(adapter)) {
            waybill.admin().createTopic("orders", 1);
            ManifestWriter before = life(first);
            try (Producer producer =
                    waybill.producer("shop").interceptLane(first, Switch.on()).open()) {
                send(producer);
                assertThat(before.publish()).isTrue();
                mark(MARK);
                clock.addAndGet(-TimeUnit.HOURS.toMillis(1));
                send(producer);
                assertThat(before.publish()).isTrue();
            }
            ManifestWriter behind = life(second);
            try (Producer producer =
                    waybill.producer("shop").interceptLane(second, Switch.on()).open()) {
                send(producer);
                assertThat(behind.publish()).isTrue();
            }
            mark(LATER);

            Told told = new Told("billing");
            try (ControlLogs.LogReader reader = logs.open(ManifestWriter.LOG, true)) {
                reader.read(Duration.ofMillis(1)).forEach(told::read);
            }
            StreamId old = new StreamId(Contents.hash("shop"), 1);
            StreamId young = new StreamId(Contents.hash("shop"), 2);
            assertThat(told.life(old).orElseThrow().stream("orders", 0).acknowledged())
                    .as("what was said last, though it bears the earlier time")
                    .hasToString("[1-2]");
            assertThat(told.life(young).orElseThrow().stream("orders", 0).acknowledged())
                    .hasToString("[1]");
            assertThat(told.openedBehind(old, MARK, LATER)).isFalse();
            assertThat(told.openedBehind(young, MARK, LATER)).isTrue();
        }
    }
}
