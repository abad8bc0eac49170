package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import io.waybill.message.RefusedException;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Outgoing;
import io.waybill.spi.SendLaneInterceptor;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What both sides say, put side by side, on the broker in memory. */
class LedgerTest {
    private static final int MESSAGES = 100;

    private final Waybill waybill = Waybill.connect("memory:" + UUID.randomUUID());

    @BeforeEach
    void createTopic() {
        waybill.admin().createTopic("orders", 1);
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    private static Stamping stamping() {
        return Stamping.create().manifestEvery(Duration.ofMillis(20));
    }

    private static Verification verification() {
        return Verification.create().grace(Duration.ofMillis(300)).manifestEvery(Duration.ofMillis(100));
    }

    private Consumer consumer(String group, Verification verification) {
        return waybill.consumer(group)
                .interceptLane(verification)
                .intercept(chain -> {
                    if (!chain.delivery().message().text().endsWith("7")) { // 7, 17 ... are filtered
                        chain.proceed(chain.delivery());
                    }
                })
                .subscribe("orders", delivery -> {
                    if (delivery.message().text().endsWith("9")) {
                        throw new RefusedException("no nines"); // 9, 19 ... are dead letters
                    }
                });
    }

    private static void send(Producer producer, int from, int to) {
        for (int i = from; i < to; i++) {
            producer.send(Message.to("orders").text("order " + i).build());
        }
    }

    /** What a sender does that keeps the stamp of some for itself. */
    private static final class Losing implements SendLaneInterceptor {
        @Override
        public byte[] handOver(Outgoing outgoing, byte[] waybill) {
            if (outgoing.message().text().equals("order 50")) {
                throw new IllegalStateException("not this one");
            }
            return waybill;
        }
    }

    @Test
    void w6_eachNumberIsInOneState() {
        Stamping stamping = stamping();
        Verification verification = verification();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        LedgerMetrics.of("shop", stamping).bindTo(meters);
        LedgerMetrics.of("billing", verification).bindTo(meters);
        try (Consumer billing = consumer("billing", verification)) {
            await("it owns the partition").until(() -> billing.assignment().contains(new TopicPartition("orders", 0)));
            try (Producer shop =
                    waybill.producer("shop").interceptLane(stamping).open()) {
                send(shop, 0, MESSAGES);
            }
            await("all is handled").until(() -> verification.totals().handled() == 80);
            assertTotals(stamping, verification, meters);
        }
        assertThat(verification.totals()).as("it owns nothing any more").isEqualTo(GroupTotals.NONE);

        Ledger ledger = Ledger.read(waybill, "orders");
        assertThat(ledger.producers()).containsOnlyKeys("shop").containsValue(new ProducerTotals(100, 100, 0, 0));
        assertThat(ledger.lost()).isZero();
        assertThat(ledger.streams()).singleElement().satisfies(stream -> {
            assertThat(stream.closed()).isTrue();
            assertThat(stream.history()).isNotEmpty();
            assertThat(stream.groups()).singleElement().satisfies(group -> {
                assertThat(group.handled()).isEqualTo(80);
                assertThat(group.deadLettered()).isEqualTo(10);
                assertThat(group.filtered()).isEqualTo(10);
                assertThat(group.inFlight()).isZero();
                assertThat(group.sum()).isEqualTo(MESSAGES);
            });
        });
    }

    private static void assertTotals(Stamping stamping, Verification verification, SimpleMeterRegistry meters) {
        assertThat(stamping.totals()).isEqualTo(new ProducerTotals(MESSAGES, MESSAGES, 0, 0));
        assertThat(verification.totals()).isEqualTo(new GroupTotals(80, 10, 10, 0, 0, 0, 0, 0, 0, 0, 0));
        assertThat(meters.get("waybill.ledger.sent")
                        .tag("producer", "shop")
                        .tag("state", "acknowledged")
                        .gauge()
                        .value())
                .isEqualTo(MESSAGES);
        assertThat(meters.get("waybill.ledger.received")
                        .tag("group", "billing")
                        .tag("state", "dead-lettered")
                        .gauge()
                        .value())
                .isEqualTo(10);
    }

    @Test
    void w6_aGroupThatCameLaterMissesNothing() {
        try (Producer shop = waybill.producer("shop").interceptLane(stamping()).open()) {
            send(shop, 0, 10);
        }
        Verification verification = verification();
        try (Consumer late = waybill.consumer("late")
                .start(StartPosition.latest())
                .interceptLane(verification)
                .subscribe("orders", delivery -> {})) {
            await("it owns the partition").until(() -> late.assignment().size() == 1);
            try (Producer shop =
                    waybill.producer("shop").interceptLane(stamping()).open()) {
                send(shop, 0, 5);
            }
            await("all is handled").until(() -> verification.totals().handled() == 5);
        }
        List<GroupLedger> groups = Ledger.read(waybill, "orders").of("late").streams().stream()
                .flatMap(stream -> stream.groups().stream())
                .toList();
        assertThat(groups).extracting(GroupLedger::before).containsExactly(10L, 0L);
        assertThat(groups).extracting(GroupLedger::handled).containsExactly(0L, 5L);
        assertThat(groups).extracting(GroupLedger::sum).containsExactly(10L, 5L);
    }

    @Test
    void w6_whatNobodyReadsIsInFlight() {
        Verification verification = verification();
        try (Consumer billing = consumer("billing", verification)) {
            await("it owns the partition").until(() -> billing.assignment().size() == 1);
        }
        try (Producer shop = waybill.producer("shop")
                .interceptLane(stamping())
                .interceptLane(new Losing())
                .open()) {
            send(shop, 0, 50);
            assertThat(shop.sendAsync(Message.to("orders").text("order 50").build()))
                    .isCompletedExceptionally();
            send(shop, 51, 60);
        }
        Ledger ledger = Ledger.read(waybill, "orders");
        assertThat(ledger.streams()).singleElement().satisfies(stream -> {
            assertThat(stream.totals()).isEqualTo(new ProducerTotals(60, 59, 0, 1));
            assertThat(stream.abandoned()).containsExactly(new NumberRange(51, 51));
            assertThat(stream.groups())
                    .singleElement()
                    .satisfies(group -> assertThat(group.inFlight()).isEqualTo(59));
        });
        assertThat(ledger.of("nobody").streams().get(0).groups()).isEmpty();
        assertThat(Ledger.read(waybill, "elsewhere").streams()).isEmpty();
    }
}
