package io.waybill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.interceptors.ReceiveGuards;
import io.waybill.interceptors.SendGuards;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.Receipt;
import io.waybill.message.RetryPolicy;
import io.waybill.testbrokers.KafkaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real Kafka dies and comes back, and so does what the handler calls: guards on both sides, and nothing is lost. */
@Timeout(value = 150, unit = TimeUnit.SECONDS)
class GuardsOutageTest {
    private static final int KEYS = 10;

    private final Set<UUID> sent = ConcurrentHashMap.newKeySet();
    private final Map<UUID, Integer> attempts = new ConcurrentHashMap<>();
    private final Set<UUID> handled = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean warehouseDown = new AtomicBoolean();
    private final AtomicInteger retries = new AtomicInteger();

    private static CircuitBreaker breaker(String name) {
        return CircuitBreaker.of(
                name,
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(10)
                        .minimumNumberOfCalls(5)
                        .permittedNumberOfCallsInHalfOpenState(2)
                        .waitDurationInOpenState(Duration.ofMillis(500))
                        .build());
    }

    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(60));
    }

    @Test
    void s5_i8_throughTheOutageOfABrokerAndOfAWarehouse() throws Exception {
        Retry retry = Retry.of(
                "orders",
                RetryConfig.custom()
                        .maxAttempts(200)
                        .intervalFunction(IntervalFunction.of(Duration.ofMillis(200)))
                        .build());
        retry.getEventPublisher().onRetry(event -> retries.incrementAndGet());
        CircuitBreaker toBroker = breaker("broker");
        CircuitBreaker toWarehouse = breaker("warehouse");
        AtomicInteger opened = new AtomicInteger();
        List.of(toBroker, toWarehouse)
                .forEach(breaker -> breaker.getEventPublisher().onStateTransition(event -> {
                    if (event.getStateTransition().getToState() == State.OPEN) {
                        opened.incrementAndGet();
                    }
                }));
        try (KafkaBroker broker = KafkaBroker.builder().quickStart().start();
                Waybill waybill = Waybill.connect(broker.uri())) {
            waybill.admin().createTopic("orders", 2);
            Consumer shipping = waybill.consumer("shipping")
                    .retry(RetryPolicy.attempts(2))
                    .intercept(
                            ReceiveGuards.builder().circuitBreaker(toWarehouse).build())
                    .subscribe("orders", delivery -> {
                        attempts.merge(delivery.id(), delivery.attempt(), Math::max);
                        if (warehouseDown.get()) {
                            throw new IllegalStateException("The warehouse is down");
                        }
                        handled.add(delivery.id());
                    });
            Producer orders = waybill.producer("shop")
                    .sendTimeout(Duration.ofSeconds(2))
                    .intercept(SendGuards.builder()
                            .retry(retry, ErrorKind.UNAVAILABLE, ErrorKind.OUTCOME_UNKNOWN)
                            .circuitBreaker(toBroker)
                            .build())
                    .open();
            send(orders, 50).join();
            patiently().until(() -> handled.size() == 50);

            broker.kill();
            CompletableFuture<Void> sending = send(orders, 50);
            patiently().until(() -> opened.get() > 0 && retries.get() > 50);
            assertThat(sending).isNotDone();
            broker.start();
            sending.get(60, TimeUnit.SECONDS);
            patiently().until(() -> handled.containsAll(sent));
            assertThat(sent).hasSize(100);
            assertThat(toBroker.getState()).isNotEqualTo(State.OPEN);

            warehouseDown.set(true);
            opened.set(0);
            send(orders, 100).join();
            patiently().until(() -> opened.get() >= 5); // trials that fail, more than there are attempts
            assertThat(handled).hasSize(100);
            assertThat(shipping.health().text()).contains("Circuit breaker 'warehouse'");
            warehouseDown.set(false);
            patiently().until(() -> handled.containsAll(sent));
            assertThat(handled).hasSize(200);
            assertThat(attempts.values()).allMatch(attempt -> attempt <= 2);
            assertThat(shipping.health().details()).containsEntry("deadLettered", 0L);
        }
    }

    private CompletableFuture<Void> send(Producer orders, int count) {
        List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Message order = Message.to("orders").key("k" + i % KEYS).build();
            sent.add(order.id());
            receipts.add(orders.sendAsync(order)
                    .whenComplete((receipt, failure) ->
                            assertThat(receipt == null ? null : receipt.id()).isEqualTo(order.id())));
        }
        return CompletableFuture.allOf(receipts.toArray(new CompletableFuture<?>[0]));
    }
}
