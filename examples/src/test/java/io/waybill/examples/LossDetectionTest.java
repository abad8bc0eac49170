package io.waybill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.ledger.Finding;
import io.waybill.ledger.GroupLedger;
import io.waybill.ledger.Ledger;
import io.waybill.ledger.LedgerMetrics;
import io.waybill.ledger.NumberRange;
import io.waybill.ledger.Stamping;
import io.waybill.ledger.StreamLedger;
import io.waybill.ledger.Verdict;
import io.waybill.ledger.Verification;
import io.waybill.ledger.VerifierState;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of docs/how-to/loss-detection.md, on a broker that loses. */
class LossDetectionTest {
    @TempDir
    Path folder;

    private final Queue<Finding> alarms = new ConcurrentLinkedQueue<>();
    private final AtomicInteger charged = new AtomicInteger();

    private void alarm(Finding finding) {
        alarms.add(finding);
    }

    private void charge(Message message) {
        assertThat(message.text()).isNotEmpty();
        charged.incrementAndGet();
    }

    private final StringBuilder reported = new StringBuilder();

    private void report(String producer, int partition, long handled, List<NumberRange> lost) {
        reported.append(producer + " " + partition + " " + handled + " " + lost);
    }

    private void books(Waybill waybill, Stamping stamping, Verification verification) {
        // snippet ledger
        Ledger ledger = Ledger.read(waybill, "orders").of("billing");
        for (StreamLedger stream : ledger.streams()) {
            for (GroupLedger group : stream.groups()) {
                report(stream.producer(), stream.partition(), group.handled(), group.lost());
            }
        }
        // snippet end
        MeterRegistry registry = new SimpleMeterRegistry();
        // snippet metrics
        LedgerMetrics.of("order-service", stamping).bindTo(registry);
        LedgerMetrics.of("billing", verification).bindTo(registry);
        // snippet end
        assertThat(registry.getMeters()).hasSize(15);
    }

    private Consumer subscribe(Waybill waybill) {
        // snippet verify
        Consumer billing = waybill.consumer("billing")
                .interceptLane(Verification.create()
                        .state(VerifierState.files(folder))
                        .grace(Duration.ofSeconds(1))
                        .onFinding(finding -> alarm(finding)))
                .subscribe("orders", delivery -> charge(delivery.message()));
        // snippet end
        return billing;
    }

    @Test
    void aLossHasAName() {
        try (Waybill waybill = Waybill.connect("memory:")) {
            waybill.admin().createTopic("orders", 1);
            Consumer billing = subscribe(waybill);
            // snippet stamp
            Producer orders = waybill.producer("order-service")
                    .interceptLane(Stamping.create())
                    .open();
            // snippet end
            var unused = orders.send(Message.to("orders").text("1").build());
            await("it is charged").until(() -> charged.get() == 1);
            billing.close();

            unused = orders.send(Message.to("orders").text("2").build());
            unused = orders.send(Message.to("orders").text("3").build());
            waybill.unwrap(MemoryAdapter.Faults.class).truncate("orders");
            unused = orders.send(Message.to("orders").text("4").build());

            Consumer again = subscribe(waybill);
            await("the grace is over").until(() -> !alarms.isEmpty());
            assertThat(alarms.element().verdict()).isEqualTo(Verdict.LOST);
            assertThat(alarms.element().toString())
                    .matches("LOST 2-3 of order-service/[0-9a-f]+ in orders-0, noticed by group 'billing'");
            again.close();
            books(waybill, Stamping.create(), Verification.create());
            assertThat(reported.toString()).isEqualTo("order-service 0 2 [2-3]");
        }
    }
}
