package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.Settlement;
import io.waybill.spi.WaybillHeader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** State and time, without a broker. */
class VerifierTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final List<Settlement> SETTLED = List.of(Settlement.prefix(PARTITION, 0, 1));
    private static final Duration GRACE = Duration.ofNanos(100);

    private final List<Finding> findings = new ArrayList<>();
    private final Told told = new Told("billing");
    private final AtomicLong clock = new AtomicLong(1);

    private Verifier verifier(VerifierState state) throws Exception {
        Verifier verifier = new Verifier("billing", state, null, null, told, null, GRACE, findings::add, clock::get);
        verifier.assigned(PARTITION, true);
        return verifier;
    }

    private static Delivery delivery(long number, long position) {
        Message message = Message.to("orders").text("order " + number).build();
        byte[] stamp = Stamp.on(WaybillHeader.encode(message), Contents.hash("shop"), 7, number, 0, 0, false);
        new Contents("orders", 0, null).vouch(stamp, message);
        return new Delivery(message, 0, position, 0, 1, stamp);
    }

    private void tell(long acknowledged) {
        NumberSet numbers = new NumberSet();
        numbers.add(1, acknowledged);
        told.read(new Manifest(
                        "shop",
                        7,
                        Manifest.Kind.PERIODIC,
                        0,
                        List.of(new Manifest.Stream(
                                "orders", 0, acknowledged, numbers, new NumberSet(), new NumberSet())))
                .encode(1 << 20)
                .get(0));
    }

    private void pass(long nanos) {
        clock.addAndGet(nanos);
    }

    @Test
    void w5_theNextOwnerGoesOnWhereTheLastSettled() throws Exception {
        VerifierState state = VerifierState.memory();
        Verifier first = verifier(state);
        first.arrived(delivery(1, 0));
        first.arrived(delivery(3, 2));
        first.settling(SETTLED);
        first.released(PARTITION);

        Verifier second = verifier(state);
        second.arrived(delivery(4, 3));
        tell(4);
        pass(GRACE.toNanos());
        second.between(partition -> 0);
        assertThat(findings)
                .singleElement()
                .satisfies(finding -> assertThat(finding.numbers()).containsExactly(new NumberRange(2, 2)));
    }

    @Test
    void w5_anOwnerThatWasTakenForDeadCostsTheNextOneNothing() throws Exception {
        VerifierState state = VerifierState.memory();
        Verifier zombie = verifier(state);
        zombie.arrived(delivery(1, 0));
        zombie.settling(SETTLED);

        Verifier owner = verifier(state);
        zombie.arrived(delivery(2, 1));
        zombie.settling(SETTLED);
        owner.arrived(delivery(3, 2));
        owner.settling(SETTLED);

        Verifier next = verifier(state);
        next.arrived(delivery(4, 3));
        tell(4);
        pass(GRACE.toNanos());
        next.between(partition -> 0);
        assertThat(findings).as("2 was seen, though by another").isEmpty();
    }

    @Test
    void w5_whatOneOwnerToldTheNextDoesNotTellAgain() throws Exception {
        VerifierState state = VerifierState.memory();
        Verifier first = verifier(state);
        first.arrived(delivery(1, 0));
        first.arrived(delivery(3, 2));
        first.settling(SETTLED);
        tell(3);
        pass(GRACE.toNanos());
        first.between(partition -> 0);
        assertThat(findings).hasSize(1);
        first.released(PARTITION); // nothing was settled behind the finding

        Verifier second = verifier(state);
        pass(GRACE.toNanos());
        second.between(partition -> 0);
        assertThat(findings).hasSize(1);
    }

    @Test
    void whatCannotBeSavedIsNotSettled() throws Exception {
        Verifier verifier = verifier(new Broken());
        verifier.arrived(delivery(1, 0));
        assertThatThrownBy(() -> verifier.settling(SETTLED)).isInstanceOf(IOException.class);
    }

    @Test
    void nothingIsWrittenWhereNothingHasChanged() throws Exception {
        Verifier verifier = verifier(new Broken());
        verifier.settling(SETTLED);
    }

    @Test
    void w4_aTailIsNoLossWhileTheBrokerHoldsMoreOrDoesNotAnswer() throws Exception {
        Verifier verifier = verifier(VerifierState.memory());
        verifier.arrived(delivery(1, 0));
        tell(2);
        for (int i = 0; i < 10; i++) {
            pass(GRACE.toNanos());
            verifier.between(partition -> 1);
        }
        for (int i = 0; i < 10; i++) {
            pass(GRACE.toNanos());
            verifier.between(partition -> {
                throw new IOException("away");
            });
        }
        assertThat(findings).isEmpty();
        verifier.between(partition -> 0);
        assertThat(findings).as("what it had sent may be on its way").isEmpty();
        pass(GRACE.toNanos());
        verifier.between(partition -> 0);
        assertThat(findings)
                .singleElement()
                .satisfies(finding -> assertThat(finding.numbers()).containsExactly(new NumberRange(2, 2)));
    }

    @Test
    void w4_whatComesMeanwhileIsNoLoss() throws Exception {
        Verifier verifier = verifier(VerifierState.memory());
        verifier.arrived(delivery(1, 0));
        tell(2);
        verifier.between(partition -> 0);
        pass(GRACE.toNanos());
        verifier.between(partition -> 0);
        verifier.arrived(delivery(2, 1));
        pass(GRACE.toNanos());
        verifier.between(partition -> 0);
        pass(GRACE.toNanos());
        verifier.between(partition -> 0);
        assertThat(findings).isEmpty();
    }

    @Test
    void w4_tailsThatAreLostOneAfterTheOtherAreToldThoughNothingComesInBetween() throws Exception {
        Verifier verifier = verifier(VerifierState.memory());
        verifier.arrived(delivery(1, 0));
        for (int last = 2; last <= 4; last++) {
            tell(last);
            for (int i = 0; i < 4; i++) {
                pass(GRACE.toNanos());
                verifier.between(partition -> 0);
            }
            assertThat(findings).as("up to %s", last).hasSize(last - 1);
        }
    }

    /** Control logs of the memory broker, of which this counts how often somebody waits for them. */
    private static ControlLogs counting(ControlLogs logs, AtomicLong calls) {
        return new ControlLogs() {
            @Override
            public void create(String name) throws Exception {
                calls.incrementAndGet();
                logs.create(name);
            }

            @Override
            public void append(String name, byte[] record) throws Exception {
                calls.incrementAndGet();
                logs.append(name, record);
            }

            @Override
            public LogReader open(String name, boolean fromFirst) throws Exception {
                return logs.open(name, fromFirst);
            }
        };
    }

    @Test
    void aLogThatIsAwayIsWaitedForOnceAndMarkedLater() throws Exception {
        MemoryAdapter adapter = MemoryAdapter.create();
        try (Waybill waybill = Waybill.over(adapter)) {
            AtomicLong calls = new AtomicLong();
            ControlLogs logs = counting(adapter.controlLogs().orElseThrow(), calls);
            MemoryAdapter.Faults faults = waybill.unwrap(MemoryAdapter.Faults.class);
            faults.down();
            GroupManifestWriter writer = new GroupManifestWriter("billing", logs, Duration.ofHours(1));
            Verifier verifier = new Verifier(
                    "billing", VerifierState.memory(), logs, writer, told, null, GRACE, findings::add, clock::get);
            for (int i = 0; i < 40; i++) {
                verifier.assigned(new TopicPartition("orders", i), true);
            }
            assertThat(calls.get()).as("waits of the polling thread").isEqualTo(1);
            faults.up();
            writer.close();
            assertThat(marks(logs)).isEqualTo(40);
        }
    }

    private static long marks(ControlLogs logs) throws Exception {
        try (ControlLogs.LogReader reader = logs.open(ManifestWriter.LOG, true)) {
            return reader.read(Duration.ofMillis(1)).stream()
                    .filter(record -> Mark.decode(record).isPresent())
                    .count();
        }
    }

    @Test
    void w6_whatIsNotSafeIsNotTheLastWordOfAnOwner() throws Exception {
        MemoryAdapter adapter = MemoryAdapter.create();
        try (Waybill waybill = Waybill.over(adapter)) {
            ControlLogs logs = adapter.controlLogs().orElseThrow();
            GroupManifestWriter writer = new GroupManifestWriter("billing", logs, Duration.ofHours(1));
            Verifier verifier = new Verifier(
                    "billing", VerifierState.memory(), logs, writer, told, null, GRACE, findings::add, clock::get);
            verifier.assigned(PARTITION, true);
            verifier.arrived(delivery(1, 0));
            verifier.released(PARTITION); // it was lost, and is another's
            assertThat(writer.isDone()).as("nothing is to be told").isTrue();
            verifier.assigned(PARTITION, true);
            verifier.arrived(delivery(1, 0));
            verifier.settling(SETTLED);
            verifier.released(PARTITION);
            assertThat(writer.isDone()).as("its last word").isFalse();
            writer.close();
            assertThat(waybill.capabilities()).isNotNull();
        }
    }

    @Test
    void aListenerThatThrowsHoldsUpNothing() throws Exception {
        Verifier verifier = new Verifier(
                "billing",
                VerifierState.memory(),
                null,
                null,
                told,
                null,
                GRACE,
                finding -> {
                    throw new IllegalStateException("on purpose");
                },
                clock::get);
        verifier.assigned(PARTITION, true);
        verifier.arrived(delivery(1, 0));
        verifier.arrived(delivery(1, 1));
        verifier.arrived(delivery(2, 2));
    }

    /** A store that is away. */
    private static final class Broken implements VerifierState {
        @Override
        public Map<TopicPartition, Row> load(String group, Collection<TopicPartition> partitions) {
            return Map.of();
        }

        @Override
        public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws IOException {
            throw new IOException("away");
        }
    }
}
