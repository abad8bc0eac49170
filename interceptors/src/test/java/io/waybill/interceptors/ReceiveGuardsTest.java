package io.waybill.interceptors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.CloseReport;
import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.Ordering;
import io.waybill.message.RefusedException;
import io.waybill.message.RetryPolicy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReceiveGuardsTest {
    private static final Duration A_WHILE = Duration.ofMillis(700);

    /** What the handlers call. */
    private final AtomicBoolean down = new AtomicBoolean();

    private final AtomicInteger calls = new AtomicInteger();
    private final List<Delivery> handled = new CopyOnWriteArrayList<>();
    private final HandClock clock = new HandClock();
    private Waybill waybill;
    private Producer producer;

    @BeforeEach
    void connect() {
        waybill = Waybill.connect("memory:");
        waybill.admin().createTopic("orders", 2);
        producer = waybill.producer("shop").open();
    }

    @AfterEach
    void close() {
        waybill.close(Duration.ofSeconds(2));
    }

    /** Stands still until it is moved. */
    private static final class HandClock extends Clock {
        private volatile Instant now = Instant.EPOCH;

        void forward(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private CircuitBreaker breaker(int halfOpenCalls) {
        return CircuitBreaker.of(
                "warehouse",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(4)
                        .minimumNumberOfCalls(4)
                        .permittedNumberOfCallsInHalfOpenState(halfOpenCalls)
                        .waitDurationInOpenState(Duration.ofSeconds(10))
                        .clock(clock)
                        .build());
    }

    private void handle(Delivery delivery) {
        calls.incrementAndGet();
        if (down.get()) {
            throw new IllegalStateException("The warehouse is down");
        }
        handled.add(delivery);
    }

    private Consumer.Builder guarded(String group, ReceiveGuards guards) {
        return waybill.consumer(group)
                .retry(RetryPolicy.attempts(3).backoff(Duration.ofMillis(5), Duration.ofMillis(5)))
                .intercept(guards);
    }

    private void send(int from, int to) {
        List<CompletableFuture<?>> sent = new ArrayList<>();
        for (int i = from; i < to; i++) {
            sent.add(producer.sendAsync(
                    Message.to("orders").key("k" + i % 10).text("" + i).build()));
        }
        sent.forEach(CompletableFuture::join);
    }

    private static long number(Consumer consumer, String name) {
        return consumer.health().details().get(name);
    }

    private void assertAllHandledInOrder(int count) {
        assertThat(handled).hasSize(count);
        Map<String, Integer> last = new HashMap<>();
        for (Delivery delivery : handled) {
            int number = Integer.parseInt(delivery.message().text());
            Integer before = last.put(delivery.message().keyText().orElseThrow(), number);
            assertThat(before == null || before < number)
                    .as("%s after %s", number, before)
                    .isTrue();
        }
    }

    // --- circuit breaker

    @Test
    void i8_anOpenCircuitPausesAndBurnsNoAttempt() {
        CircuitBreaker breaker = breaker(2);
        List<String> states = new CopyOnWriteArrayList<>();
        breaker.getEventPublisher()
                .onStateTransition(event ->
                        states.add(event.getStateTransition().getToState().name()));
        Consumer consumer = guarded(
                        "billing",
                        ReceiveGuards.builder().circuitBreaker(breaker).build())
                .subscribe("orders", this::handle);
        down.set(true);
        send(0, 200);
        await().until(() -> breaker.getState() == State.OPEN);
        await().until(() -> consumer.health().text().contains("Circuit breaker 'warehouse' is OPEN"));
        int callsThen = calls.get();
        await().during(A_WHILE).until(() -> calls.get() == callsThen);

        for (int round = 0; round < 8; round++) { // more often than there are attempts
            clock.forward(Duration.ofSeconds(11));
            int opened = round + 2;
            await().until(() -> states.stream().filter("OPEN"::equals).count() >= opened);
        }
        assertThat(number(consumer, "deadLettered")).isZero();
        assertThat(calls.get()).isLessThanOrEqualTo(callsThen + 16);
        send(200, 400);
        assertThat(handled).isEmpty();

        down.set(false);
        clock.forward(Duration.ofSeconds(11));
        await().until(() -> handled.size() == 400);
        assertThat(breaker.getState()).isEqualTo(State.CLOSED);
        assertAllHandledInOrder(400);
        assertThat(handled).allMatch(delivery -> delivery.attempt() <= 3);
        assertThat(number(consumer, "deadLettered")).isZero();
        assertThat(number(consumer, "failed")).isLessThanOrEqualTo(4);
        assertThat(consumer.health().text()).doesNotContain("warehouse");
    }

    @Test
    void nothingIsFetchedForLongWhileItIsOpen() {
        CircuitBreaker breaker = breaker(1);
        breaker.transitionToForcedOpenState();
        Consumer consumer = guarded(
                        "billing",
                        ReceiveGuards.builder().circuitBreaker(breaker).build())
                .subscribe("orders", this::handle);
        send(0, 10);
        await().until(() -> consumer.health().text().contains("warehouse"));
        await().pollDelay(Duration.ofMillis(600)).until(() -> true);
        long delivered = number(consumer, "delivered");
        send(10, 20);
        await().during(A_WHILE).until(() -> number(consumer, "delivered") == delivered);
        breaker.transitionToClosedState();
        await().until(() -> handled.size() == 20);
        assertThat(handled).allMatch(delivery -> delivery.attempt() == 1);
    }

    @Test
    void halfOpenOnlySoManyAreTried() {
        CircuitBreaker breaker = breaker(2);
        breaker.transitionToOpenState();
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        Consumer consumer = guarded(
                        "billing",
                        ReceiveGuards.builder().circuitBreaker(breaker).build())
                .subscribe("orders", delivery -> {
                    begun.incrementAndGet();
                    gate.await();
                    handle(delivery);
                });
        send(0, 50);
        clock.forward(Duration.ofSeconds(11));
        await().until(() -> begun.get() == 2);
        await().during(A_WHILE).until(() -> begun.get() == 2);
        gate.countDown();
        await().until(() -> handled.size() == 50);
        assertAllHandledInOrder(50);
        assertThat(number(consumer, "failed")).isZero();
    }

    @Test
    void c14_thePauseOfTheUserIsNotUndone() {
        CircuitBreaker breaker = breaker(1);
        breaker.transitionToOpenState();
        Consumer consumer = guarded(
                        "billing",
                        ReceiveGuards.builder().circuitBreaker(breaker).build())
                .subscribe("orders", this::handle);
        send(0, 10);
        await().until(() -> consumer.health().text().contains("warehouse"));
        consumer.pause();
        breaker.transitionToClosedState();
        await().during(A_WHILE).until(handled::isEmpty);
        breaker.transitionToForcedOpenState();
        consumer.resume();
        await().during(A_WHILE).until(handled::isEmpty);
        breaker.transitionToClosedState();
        await().until(() -> handled.size() == 10);
    }

    @Test
    void severalConsumersAndGuardsShareABreaker() {
        CircuitBreaker breaker = breaker(1);
        ReceiveGuards shared = ReceiveGuards.builder().circuitBreaker(breaker).build();
        ReceiveGuards inner = ReceiveGuards.builder()
                .circuitBreaker(CircuitBreaker.ofDefaults("other"))
                .build();
        breaker.transitionToOpenState();
        Consumer billing = guarded("billing", shared).intercept(inner).subscribe("orders", this::handle);
        Consumer shipping = guarded(
                        "shipping",
                        ReceiveGuards.builder().circuitBreaker(breaker).build())
                .subscribe("orders", this::handle);
        Consumer audit = guarded("audit", shared).ordering(Ordering.PARTITION).subscribe("orders", this::handle);
        send(0, 30);
        await().during(A_WHILE).until(handled::isEmpty);
        clock.forward(Duration.ofSeconds(11));
        await().until(() -> handled.size() == 90);
        assertThat(handled).allMatch(delivery -> delivery.attempt() == 1);
        for (Consumer consumer : List.of(billing, shipping, audit)) {
            assertThat(number(consumer, "failed")).isZero();
        }
    }

    @Test
    void anOuterGuardTakesAnInnerOnesPauseForNoFailure() {
        CircuitBreaker outer = breaker(2);
        CircuitBreaker inner = CircuitBreaker.ofDefaults("inner");
        inner.transitionToForcedOpenState();
        Bulkhead bulkhead = Bulkhead.ofDefaults("outer");
        var unused = guarded(
                        "billing",
                        ReceiveGuards.builder()
                                .circuitBreaker(outer)
                                .bulkhead(bulkhead)
                                .build())
                .intercept(ReceiveGuards.builder().circuitBreaker(inner).build())
                .subscribe("orders", this::handle);
        send(0, 5);
        await().until(() -> inner.getMetrics().getNumberOfNotPermittedCalls() > 5);
        assertThat(outer.getMetrics().getNumberOfBufferedCalls()).isZero();
        inner.transitionToClosedState();
        await().until(() -> handled.size() == 5);
        await().until(() -> bulkhead.getMetrics().getAvailableConcurrentCalls() == 25);
    }

    @Test
    void c14_aCloseWhileItIsOpenIsQuickAndClean() {
        CircuitBreaker breaker = breaker(1);
        breaker.transitionToForcedOpenState();
        ReceiveGuards guards = ReceiveGuards.builder().circuitBreaker(breaker).build();
        Consumer consumer = guarded("billing", guards).subscribe("orders", this::handle);
        send(0, 50);
        await().until(() -> consumer.health().text().contains("warehouse"));
        long start = System.nanoTime();
        assertThat(consumer.close(Duration.ofSeconds(10))).isEqualTo(CloseReport.CLEAN);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        breaker.transitionToClosedState();
        var unused = guarded("billing", guards).subscribe("orders", this::handle);
        await().until(() -> handled.size() == 50);
        assertThat(handled).allMatch(delivery -> delivery.attempt() == 1);
    }

    @Test
    void whatSpeaksOfOneDeliveryCountsAsNothing() {
        CircuitBreaker breaker = breaker(1);
        Consumer consumer = guarded(
                        "billing",
                        ReceiveGuards.builder().circuitBreaker(breaker).build())
                .subscribe("orders", delivery -> {
                    throw new RefusedException("never");
                });
        send(0, 20);
        await().until(() -> number(consumer, "deadLettered") == 20);
        assertThat(breaker.getState()).isEqualTo(State.CLOSED);
        assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
    }

    @Test
    void oneBadMessageAmongGoodOnesIsDeadLettered() {
        CircuitBreaker breaker = CircuitBreaker.ofDefaults("warehouse");
        Consumer consumer = guarded(
                        "billing",
                        ReceiveGuards.builder().circuitBreaker(breaker).build())
                .subscribe("orders", delivery -> {
                    if (delivery.message().text().equals("7")) {
                        throw new IllegalStateException("bad");
                    }
                    handle(delivery);
                });
        send(0, 100);
        await().until(() -> handled.size() == 99 && number(consumer, "deadLettered") == 1);
        assertThat(breaker.getState()).isEqualTo(State.CLOSED);
    }

    // --- rate limiter and bulkhead

    @Test
    void theRateLimiterSlowsDownAndBurnsNothing() {
        for (long patience : new long[] {0, 5_000}) {
            handled.clear();
            RateLimiter limiter = RateLimiter.of(
                    "rate",
                    RateLimiterConfig.custom()
                            .limitForPeriod(5)
                            .limitRefreshPeriod(Duration.ofMillis(100))
                            .timeoutDuration(Duration.ofMillis(patience))
                            .build());
            long start = System.nanoTime();
            Consumer consumer = guarded(
                            "billing" + patience,
                            ReceiveGuards.builder().rateLimiter(limiter).build())
                    .subscribe("orders", this::handle);
            if (patience == 0) {
                send(0, 40);
            }
            await().until(() -> handled.size() == 40);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(550));
            assertAllHandledInOrder(40);
            assertThat(handled).allMatch(delivery -> delivery.attempt() == 1);
            assertThat(number(consumer, "failed")).isZero();
        }
    }

    @Test
    void theBulkheadLetsSoManyIn() {
        Bulkhead bulkhead =
                Bulkhead.of("few", BulkheadConfig.custom().maxConcurrentCalls(2).build());
        RateLimiter limiter = RateLimiter.of(
                "rate",
                RateLimiterConfig.custom()
                        .limitForPeriod(300) // and not one for each look at the bulkhead
                        .limitRefreshPeriod(Duration.ofHours(1))
                        .timeoutDuration(Duration.ZERO)
                        .build());
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Consumer consumer = guarded(
                        "billing",
                        ReceiveGuards.builder()
                                .bulkhead(bulkhead)
                                .rateLimiter(limiter)
                                .build())
                .subscribe("orders", delivery -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    try {
                        await().pollDelay(Duration.ofMillis(1)).until(() -> true);
                        handle(delivery);
                    } finally {
                        inside.decrementAndGet();
                    }
                });
        send(0, 250);
        await().until(() -> handled.size() == 250);
        assertThat(most).hasValue(2);
        assertAllHandledInOrder(250);
        assertThat(handled).allMatch(delivery -> delivery.attempt() == 1);
        assertThat(number(consumer, "failed")).isZero();
        await().until(() -> bulkhead.getMetrics().getAvailableConcurrentCalls() == 2);
    }

    // --- retry in place

    @Test
    void theRetryTriesInPlaceWithinOneAttempt() {
        Retry retry = Retry.of(
                "in place",
                RetryConfig.custom()
                        .maxAttempts(3)
                        .waitDuration(Duration.ofMillis(1))
                        .build());
        Consumer consumer = guarded(
                        "billing", ReceiveGuards.builder().retry(retry).build())
                .subscribe("orders", delivery -> {
                    int call = calls.incrementAndGet();
                    if (delivery.message().text().equals("1") || call < 3) {
                        throw new IllegalStateException("once more");
                    }
                    handled.add(delivery);
                });
        send(0, 1);
        await().until(() -> handled.size() == 1);
        assertThat(calls).hasValue(3);
        assertThat(handled.get(0).attempt()).isEqualTo(1);
        assertThat(number(consumer, "failed")).isZero();
        assertThat(retry.getMetrics().getNumberOfSuccessfulCallsWithRetryAttempt())
                .isEqualTo(1);
        send(1, 2);
        await().until(() -> number(consumer, "deadLettered") == 1);
        assertThat(calls).hasValue(3 + 9);
        assertThat(number(consumer, "failed")).isEqualTo(3);
    }

    @Test
    void countsAndLinesSeeNoAttemptInAPause() {
        CountingInterceptor counts = new CountingInterceptor();
        CircuitBreaker breaker = breaker(1);
        breaker.transitionToForcedOpenState();
        Consumer consumer = waybill.consumer("billing")
                .intercept(counts)
                .intercept(ReceiveGuards.builder().circuitBreaker(breaker).build())
                .subscribe("orders", this::handle);
        send(0, 3);
        await().until(() -> breaker.getMetrics().getNumberOfNotPermittedCalls() > 3);
        breaker.transitionToClosedState();
        await().until(() -> number(consumer, "handled") == 3);
        assertThat(counts.counts().delivered()).isEqualTo(3);
        assertThat(counts.counts().handled()).isEqualTo(3);
        assertThat(counts.counts().failed()).isZero();
    }

    @Test
    void aBuilderFailsAtTheWrongCall() {
        assertThatThrownBy(() -> ReceiveGuards.builder().build()).hasMessageContaining("no guard");
        ReceiveGuards.Builder builder = ReceiveGuards.builder().bulkhead(Bulkhead.ofDefaults("b"));
        assertThatThrownBy(() -> builder.bulkhead(Bulkhead.ofDefaults("c"))).hasMessageContaining("second bulkhead");
        assertThat(builder.retry(Retry.ofDefaults("r")).build())
                .hasToString("ReceiveGuards[Retry 'r' around [Bulkhead 'b']]");
    }
}
