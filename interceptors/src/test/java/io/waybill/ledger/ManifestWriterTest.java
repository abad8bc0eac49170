package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.Producer;
import io.waybill.Switch;
import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.spi.ControlLogs;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManifestWriterTest {
    private static final long EPOCH = 5;

    private final MemoryAdapter adapter = MemoryAdapter.create();
    private final Stamper stamper = new Stamper("shop", null, EPOCH);
    private Waybill waybill;
    private ControlLogs logs;
    private ManifestWriter writer;
    private Producer producer;

    @BeforeEach
    void connect() throws Exception {
        waybill = Waybill.over(adapter);
        waybill.admin().createTopic("orders", 1);
        logs = adapter.controlLogs().orElseThrow();
        writer = new ManifestWriter("shop", stamper, logs, () -> 42);
        writer.open();
        producer = waybill.producer("shop").interceptLane(stamper, Switch.on()).open();
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    private void send() {
        var unused = producer.send(Message.to("orders").text("x").build());
    }

    private List<Manifest> written() throws Exception {
        try (ControlLogs.LogReader reader = logs.open(ManifestWriter.LOG, true)) {
            return reader.read(Duration.ofMillis(1)).stream()
                    .map(record -> Manifest.decode(record).orElseThrow())
                    .toList();
        }
    }

    private Manifest last() throws Exception {
        List<Manifest> all = written();
        return all.get(all.size() - 1);
    }

    @Test
    void w4_itSaysThatAnEpochBeginsBeforeItsFirstNumber() throws Exception {
        assertThat(written()).containsExactly(new Manifest("shop", EPOCH, Manifest.Kind.OPENED, 42, List.of()));
    }

    @Test
    void w4_itSaysWhatHasChangedAndNothingTwice() throws Exception {
        send();
        send();
        assertThat(writer.publish()).isTrue();
        assertThat(writer.publish()).isTrue();
        assertThat(written()).hasSize(2);
        assertThat(last().kind()).isEqualTo(Manifest.Kind.PERIODIC);
        assertThat(last().streams()).singleElement().satisfies(stream -> {
            assertThat(stream.topic()).isEqualTo("orders");
            assertThat(stream.assigned()).isEqualTo(2);
            assertThat(stream.acknowledged()).hasToString("[1-2]");
        });
    }

    @Test
    void w2_itDeclaresWhatIsAbandoned() throws Exception {
        waybill.unwrap(MemoryAdapter.Faults.class).refuse(1);
        assertThatThrownBy(this::send).isInstanceOf(MessagingException.class);
        writer.publish();
        assertThat(last().streams().get(0).abandoned()).hasToString("[1]");
    }

    @Test
    void w4_theLastOneCloses() throws Exception {
        send();
        producer.close();
        writer.close();
        assertThat(last().kind()).isEqualTo(Manifest.Kind.CLOSED);
        assertThat(last().streams())
                .singleElement()
                .satisfies(stream -> assertThat(stream.acknowledged()).hasToString("[1]"));
    }

    @Test
    void whatCouldNotBeWrittenIsWrittenLater() throws Exception {
        send();
        MemoryAdapter.Faults faults = waybill.unwrap(MemoryAdapter.Faults.class);
        faults.down();
        assertThat(writer.publish()).isFalse();
        faults.up();
        assertThat(writer.publish()).isTrue();
        assertThat(last().streams())
                .singleElement()
                .satisfies(stream -> assertThat(stream.acknowledged()).hasToString("[1]"));
    }

    @Test
    void aLifeWhoseBeginCouldNotBeToldIsNotToldToBeginLater() throws Exception {
        MemoryAdapter.Faults faults = waybill.unwrap(MemoryAdapter.Faults.class);
        ManifestWriter late = new ManifestWriter("late", new Stamper("late", null, EPOCH), logs, () -> 42);
        faults.down();
        late.open();
        faults.up();
        assertThat(late.publish()).isTrue();
        late.close();
        assertThat(written())
                .filteredOn(manifest -> manifest.producer().equals("late"))
                .extracting(Manifest::kind)
                .containsExactly(Manifest.Kind.CLOSED);
    }
}
