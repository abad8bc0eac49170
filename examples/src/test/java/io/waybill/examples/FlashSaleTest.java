package io.waybill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FlashSaleTest {
    private final String uri = "memory:" + UUID.randomUUID();

    @ParameterizedTest
    @ValueSource(strings = {"log", "queue"})
    void theBooksAddUpAndNothingIsLeftBehind(String shape) throws Exception {
        String shaped = uri + "?shape=" + shape;
        try (Waybill witness = Waybill.connect(shaped)) {
            Report report = new FlashSale(shaped, 500).run();
            assertThat(report.discrepancies()).isEmpty();
            assertThat(report.balanced()).isTrue();
            assertThat(report.sent()).isEqualTo(500);
            assertThat(report.acknowledged()).isEqualTo(500);
            assertThat(report.handled())
                    .containsEntry("payment", 500L)
                    .containsEntry("risk", 499L)
                    .containsEntry("notification", 500L)
                    .containsEntry("statistics", 500L)
                    .hasSize(4);
            assertThat(report.deadLettered()).isEqualTo(1);
            assertThat(report.lost()).isZero();
            assertThat(report.outOfOrder()).isZero();
            assertThat(report.seconds()).isPositive();
            assertThat(report.messagesPerSecond()).isPositive();
            assertThat(report.instances()).containsKeys("payment-1", "payment-2", "payment-3", "statistics-1");
            assertThat(witness.admin().topics()).isEmpty();
            assertThat(witness.admin().groups()).isEmpty();
        }
    }

    @Test
    void aBrokerThatLosesOrdersIsFoundOut() throws Exception {
        try (Waybill saboteur = Waybill.connect(uri)) {
            FlashSale sale = new FlashSale(uri, 2_000, Duration.ofSeconds(2));
            CompletableFuture<Report> running = CompletableFuture.supplyAsync(() -> {
                try {
                    return sale.run();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            MemoryAdapter.Faults faults = saboteur.unwrap(MemoryAdapter.Faults.class);
            String orders = await().until(
                            () -> saboteur.admin().topics().stream()
                                    .filter(topic -> topic.endsWith("orders"))
                                    .filter(topic -> !topic.contains("dead"))
                                    .findFirst()
                                    .orElse(""),
                            topic -> !topic.isEmpty());
            await().pollInterval(Duration.ofMillis(1)).until(() -> {
                faults.truncate(orders);
                Report now = sale.progress();
                return (now.lost() > 0 && now.acknowledged() > 100) || running.isDone();
            });
            Report report = running.get();
            assertThat(report.balanced()).isFalse();
            assertThat(report.lost()).isPositive();
            assertThat(report.discrepancies()).anyMatch(text -> text.contains(" lost "));
        }
    }

    @Test
    void aBrokerThatIsNotThereIsSaid() {
        assertThatThrownBy(() -> new FlashSale("kafka://127.0.0.1:1?connect.timeout=1s", 10).run())
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE))
                .hasMessageContaining("127.0.0.1:1");
    }
}
