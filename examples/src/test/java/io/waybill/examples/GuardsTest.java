package io.waybill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.ReceiveInterceptor;
import io.waybill.Waybill;
import io.waybill.interceptors.ReceiveGuards;
import io.waybill.interceptors.SendGuards;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.PauseException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The snippets of the how-to "guards", compiled and run. */
class GuardsTest {
    private final Waybill waybill = Waybill.connect("memory:");
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private final Message message = Message.to("orders").text("1 umbrella").build();
    private final Office office = new Office();

    private static final class Office {
        private volatile boolean open;

        boolean isOpen() {
            return open;
        }
    }

    @BeforeEach
    void createTopic() {
        waybill.admin().ensureTopic("orders", 4);
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    private void log(String line) {
        seen.add(line);
    }

    private void reserve(Message order) {
        log("reserved " + order.text());
    }

    @Test
    void sends() {
        // snippet: guards around sends
        CircuitBreakerRegistry breakers = CircuitBreakerRegistry.ofDefaults();
        SendGuards guards = SendGuards.builder()
                .retry(Retry.of("orders", RetryConfig.custom().maxAttempts(5).build()))
                .circuitBreaker(breakers.circuitBreaker("broker"))
                .rateLimiter(RateLimiter.ofDefaults("orders"))
                .bulkhead(Bulkhead.ofDefaults("orders"))
                .build();
        Producer orders = waybill.producer("order-service").intercept(guards).open();
        orders.send(message);
        // snippet end
        assertThat(breakers.circuitBreaker("broker").getMetrics().getNumberOfSuccessfulCalls())
                .isEqualTo(1);
    }

    @Test
    void unknownOutcomes() {
        RetryRegistry retries = RetryRegistry.ofDefaults();
        // snippet: to send again what may be stored
        SendGuards stubborn = SendGuards.builder()
                .retry(retries.retry("orders"), ErrorKind.UNAVAILABLE, ErrorKind.OUTCOME_UNKNOWN)
                .build();
        // snippet end
        waybill.producer("order-service").intercept(stubborn).open().send(message);
        assertThat(retries.retry("orders").getMetrics().getNumberOfSuccessfulCallsWithoutRetryAttempt())
                .isEqualTo(1);
    }

    @Test
    void handlers() {
        CircuitBreakerRegistry breakers = CircuitBreakerRegistry.ofDefaults();
        // snippet: guards around handlers
        CircuitBreaker warehouse = breakers.circuitBreaker("warehouse");
        ReceiveGuards guards = ReceiveGuards.builder()
                .circuitBreaker(warehouse)
                .rateLimiter(RateLimiter.ofDefaults("warehouse"))
                .bulkhead(Bulkhead.ofDefaults("warehouse"))
                .build();
        Consumer shipping = waybill.consumer("shipping")
                .intercept(guards)
                .subscribe("orders", delivery -> reserve(delivery.message()));
        // snippet end
        // snippet: what happens
        warehouse.getEventPublisher().onStateTransition(event -> log(event.toString()));
        log(warehouse.getMetrics().getFailureRate() + " % failed");
        // snippet end
        warehouse.transitionToOpenState();
        waybill.producer("order-service").open().send(message);
        await().until(() -> shipping.health().text().contains("Circuit breaker 'warehouse' is OPEN"));
        assertThat(seen).noneMatch(line -> line.startsWith("reserved"));
        warehouse.transitionToClosedState();
        await().until(() -> seen.contains("reserved 1 umbrella"));
        assertThat(seen).anyMatch(line -> line.contains("from CLOSED to OPEN"));
    }

    @Test
    void pauses() {
        // snippet: a pause of one's own
        ReceiveInterceptor officeHours = chain -> {
            if (!office.isOpen()) {
                throw new PauseException("the office is closed", Duration.ofMillis(50)); // asks again then
            }
            chain.proceed(chain.delivery());
        };
        // snippet end
        Consumer consumer = waybill.consumer("shipping")
                .intercept(officeHours)
                .subscribe("orders", delivery -> reserve(delivery.message()));
        waybill.producer("order-service").open().send(message);
        await().until(() -> consumer.health().text().contains("the office is closed"));
        office.open = true;
        await().until(() -> seen.contains("reserved 1 umbrella"));
    }
}
