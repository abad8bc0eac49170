package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.TopicPartition;
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
