package io.waybill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.ledger.Finding;
import io.waybill.ledger.Ledger;
import io.waybill.ledger.ProducerTotals;
import io.waybill.ledger.Stamping;
import io.waybill.ledger.Verdict;
import io.waybill.ledger.Verification;
import io.waybill.ledger.VerifierState;
import io.waybill.message.Message;
import io.waybill.message.Receipt;
import io.waybill.testbrokers.KafkaBroker;
import io.waybill.testbrokers.RabbitMqBroker;
import io.waybill.testbrokers.RocketMqBroker;
import io.waybill.testbrokers.RunningBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loss detection on real brokers: silent while instances come and go, and exact where something is lost. */
@Timeout(300)
class LossDetectionOnBrokersTest {
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final int SENDS = 2_000;

    private final VerifierState state = VerifierState.memory();
    private final Queue<Finding> findings = new ConcurrentLinkedQueue<>();
    private final AtomicInteger handled = new AtomicInteger();

    private static RunningBroker start(String kind) {
        return switch (kind) {
            case "kafka" -> KafkaBroker.builder().start();
            case "rocketmq" -> RocketMqBroker.builder().start();
            default -> RabbitMqBroker.builder().start();
        };
    }

    private Consumer consumer(Waybill waybill) {
        return waybill.consumer("billing")
                .interceptLane(Verification.create().state(state).grace(GRACE).onFinding(findings::add))
                .subscribe("orders", delivery -> {
                    int unused = handled.incrementAndGet();
                });
    }

    private static Producer producer(Waybill waybill) {
        return waybill.producer("shop")
                .interceptLane(Stamping.create().manifestEvery(Duration.ofMillis(200)))
                .open();
    }

    private static void send(Producer producer, int count) {
        List<CompletableFuture<Receipt>> sends = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sends.add(producer.sendAsync(
                    Message.to("orders").key("k" + i % 20).text("" + i).build()));
        }
        sends.forEach(CompletableFuture::join);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka", "rocketmq", "rabbitmq"})
    void w5_newOwnersAndRestartsRaiseNoAlarm(String kind) {
        try (RunningBroker broker = start(kind);
                Waybill waybill = Waybill.connect(broker.uri())) {
            waybill.admin().createTopic("orders", 2);
            waybill.admin().createGroup("billing", "orders");
            Consumer consumer = consumer(waybill);
            for (int life = 0; life < 2; life++) {
                try (Producer producer = producer(waybill)) {
                    send(producer, SENDS);
                    Consumer next = consumer(waybill);
                    send(producer, SENDS);
                    consumer.close();
                    consumer = next;
                }
            }
            await("all are handled").atMost(LONG).until(() -> handled.get() >= 4 * SENDS);
            await("the grace at both ends, and looks between")
                    .pollDelay(GRACE.multipliedBy(6))
                    .atMost(LONG)
                    .untilAsserted(() -> assertThat(findings).isEmpty());
            consumer.close();
            assertBooksAddUp(Ledger.read(waybill, "orders"));
        }
    }

    /** Rule W6: what both sides said, read from the control log of a real broker. */
    private static void assertBooksAddUp(Ledger ledger) {
        assertThat(ledger.producers())
                .containsExactly(Map.entry("shop", new ProducerTotals(4 * SENDS, 4 * SENDS, 0, 0)));
        assertThat(ledger.streams())
                .as("two lives in two partitions")
                .hasSize(4)
                .allSatisfy(stream -> {
                    assertThat(stream.closed()).isTrue();
                    assertThat(stream.groups())
                            .singleElement()
                            .satisfies(group -> assertThat(group.handled())
                                    .as("%s", stream)
                                    .isEqualTo(stream.totals().acknowledged()));
                });
        assertThat(ledger.lost()).isZero();
    }

    @Test
    void w4_recordsThatAreDeletedBeforeTheyAreReadAreNamed() throws Exception {
        try (RunningBroker broker = start("kafka");
                Waybill waybill = Waybill.connect(broker.uri())) {
            waybill.admin().createTopic("orders", 1);
            try (Producer producer = producer(waybill)) {
                Consumer consumer = consumer(waybill);
                send(producer, 100);
                await("all are handled").atMost(LONG).until(() -> handled.get() == 100);
                consumer.close();

                send(producer, 50);
                var unused = waybill.unwrap(Admin.class)
                        .deleteRecords(Map.of(new TopicPartition("orders", 0), RecordsToDelete.beforeOffset(150)))
                        .all()
                        .get();
                send(producer, 10);
                consumer = consumer(waybill);
                await("the gap is older than the grace").atMost(LONG).until(() -> !findings.isEmpty());
                consumer.close();
            }
            assertThat(findings).singleElement().satisfies(finding -> {
                assertThat(finding.verdict()).isEqualTo(Verdict.LOST);
                assertThat(finding.numbers()).hasToString("[101-150]");
            });
        }
    }
}
