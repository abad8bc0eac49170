package io.waybill.interceptors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SendGuardsTest {
    private final Message order = Message.to("orders").key("k").text("1").build();
    /** What the sends inside the guards end as; those after the last go to the broker. */
    private final Queue<ErrorKind> failures = new ConcurrentLinkedQueue<>();

    private final List<UUID> attempts = new CopyOnWriteArrayList<>();
    private final List<String> threads = new CopyOnWriteArrayList<>();
    private Waybill waybill;
    private MemoryAdapter.Faults faults;

    @BeforeEach
    void connect() {
        waybill = Waybill.connect("memory:");
        faults = waybill.unwrap(MemoryAdapter.Faults.class);
        waybill.admin().createTopic("orders", 1);
    }

    @AfterEach
    void close() {
        waybill.close(Duration.ofSeconds(2));
    }

    private static Retry retry(int attempts, long millis) {
        return Retry.of(
                "again",
                RetryConfig.custom()
                        .maxAttempts(attempts)
                        .waitDuration(Duration.ofMillis(millis))
                        .build());
    }

    private static CircuitBreaker breaker(int calls) {
        return CircuitBreaker.of(
                "broker",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(calls)
                        .minimumNumberOfCalls(calls)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .waitDurationInOpenState(Duration.ofHours(1))
                        .build());
    }

    private Producer producer(SendGuards guards) {
        return waybill.producer("shop")
                .sendTimeout(Duration.ofMillis(400))
                .intercept(guards)
                .intercept(chain -> {
                    attempts.add(chain.message().id());
                    threads.add(Thread.currentThread().getName());
                    ErrorKind failure = failures.poll();
                    if (failure == ErrorKind.UNAVAILABLE) {
                        throw new MessagingException(failure, "Failed as told.");
                    }
                    return failure == null
                            ? chain.proceed(chain.message())
                            : CompletableFuture.failedFuture(new MessagingException(failure, "Failed as told."));
                })
                .open();
    }

    private void fail(ErrorKind... kinds) {
        failures.addAll(List.of(kinds));
    }

    private static ErrorKind kindOf(Throwable failure) {
        assertThat(failure).isInstanceOf(MessagingException.class);
        return ((MessagingException) failure).kind();
    }

    // --- retry

    @Test
    void s5_sendsAgainWithTheSameIdAndHoldsNoThread() throws Exception {
        Retry retry = retry(5, 20);
        List<String> events = new CopyOnWriteArrayList<>();
        retry.getEventPublisher()
                .onEvent(event -> events.add(event.getEventType().name()));
        Producer producer = producer(SendGuards.builder().retry(retry).build());
        fail(ErrorKind.UNAVAILABLE, ErrorKind.UNAVAILABLE);
        CompletableFuture<Receipt> sent = producer.sendAsync(order);
        assertThat(sent.get(10, TimeUnit.SECONDS).id()).isEqualTo(order.id());
        assertThat(attempts).containsExactly(order.id(), order.id(), order.id());
        assertThat(threads.get(0)).isEqualTo(Thread.currentThread().getName());
        assertThat(threads.subList(1, 3)).allMatch(name -> name.startsWith("waybill-retry-"));
        assertThat(events).containsExactly("RETRY", "RETRY", "SUCCESS");
        assertThat(retry.getMetrics().getNumberOfSuccessfulCallsWithRetryAttempt())
                .isEqualTo(1);
    }

    @Test
    void waitsOutARealOutage() {
        Producer producer = producer(SendGuards.builder().retry(retry(100, 20)).build());
        faults.down();
        CompletableFuture<Receipt> sent = producer.sendAsync(order);
        await().until(() -> attempts.size() >= 3);
        assertThat(sent).isNotDone();
        faults.up();
        assertThat(sent.join().id()).isEqualTo(order.id());
        List<Delivery> arrived = new CopyOnWriteArrayList<>();
        var unused = waybill.consumer("billing").subscribe("orders", arrived::add);
        await().until(() -> arrived.size() == 1);
        await().during(Duration.ofMillis(200)).until(() -> arrived.size() == 1);
    }

    @Test
    void saysHowOftenItTriedInVain() {
        Producer producer = producer(SendGuards.builder().retry(retry(3, 1)).build());
        fail(ErrorKind.UNAVAILABLE, ErrorKind.UNAVAILABLE, ErrorKind.UNAVAILABLE);
        Throwable failure = catchThrowable(() -> producer.send(order));
        assertThat(kindOf(failure)).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(failure).hasMessage("Failed as told. This was attempt 3 of Retry 'again'.");
        assertThat(attempts).hasSize(3);
    }

    @Test
    void s4_sendsOnlyOnceWhatMayBeStored() {
        Producer producer = producer(SendGuards.builder().retry(retry(3, 1)).build());
        for (ErrorKind kind : List.of(ErrorKind.OUTCOME_UNKNOWN, ErrorKind.INVALID, ErrorKind.REFUSED)) {
            attempts.clear();
            fail(kind);
            assertThat(kindOf(catchThrowable(() -> producer.send(order)))).isEqualTo(kind);
            assertThat(attempts).hasSize(1);
        }
    }

    @Test
    void sendsAgainWhatMayBeStoredIfToldSoByName() {
        Producer producer = producer(SendGuards.builder()
                .retry(retry(50, 10), ErrorKind.UNAVAILABLE, ErrorKind.OUTCOME_UNKNOWN)
                .build());
        List<UUID> arrived = new CopyOnWriteArrayList<>();
        var unused = waybill.consumer("billing").subscribe("orders", delivery -> arrived.add(delivery.id()));
        faults.swallowConfirms(true);
        CompletableFuture<Receipt> sent = producer.sendAsync(order);
        await().until(() -> attempts.size() >= 2);
        faults.swallowConfirms(false);
        assertThat(sent.join().id()).isEqualTo(order.id());
        await().until(() -> arrived.size() >= 2); // twice, and to be recognised
        assertThat(arrived).containsOnly(order.id());
    }

    @Test
    void s2_anUnknownAttemptIsNotHiddenByADefiniteOne() {
        Producer producer = producer(SendGuards.builder()
                .retry(retry(5, 1), ErrorKind.OUTCOME_UNKNOWN)
                .build());
        fail(ErrorKind.OUTCOME_UNKNOWN, ErrorKind.REFUSED);
        Throwable failure = catchThrowable(() -> producer.send(order));
        assertThat(kindOf(failure)).isEqualTo(ErrorKind.OUTCOME_UNKNOWN);
        assertThat(failure).hasMessageContaining("attempt 2").hasMessageContaining("may hold the message");
    }

    @Test
    void waitingMessagesAreBounded() {
        Producer producer = producer(SendGuards.builder()
                .retry(retry(5, 60_000))
                .maxRetryBytes(64 << 10)
                .build());
        List<CompletableFuture<Receipt>> sends = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            fail(ErrorKind.UNAVAILABLE);
            sends.add(producer.sendAsync(
                    Message.to("orders").body(new byte[30_000]).build()));
        }
        assertThat(sends.get(0)).isNotDone();
        assertThat(sends.get(1)).isNotDone();
        assertThat(sends.get(2)).isCompletedExceptionally();
        assertThatThrownBy(sends.get(2)::join).hasMessageContaining("wait for their next attempt already");
    }

    @Test
    void aWaitingSendEndsWhenItsProducerIsClosed() {
        Producer producer = producer(SendGuards.builder().retry(retry(5, 300)).build());
        fail(ErrorKind.UNAVAILABLE);
        CompletableFuture<Receipt> sent = producer.sendAsync(order);
        producer.close();
        assertThat(kindOf(catchThrowable(() -> sent.get(10, TimeUnit.SECONDS)).getCause()))
                .isEqualTo(ErrorKind.CLOSED);
    }

    @Test
    void aListenerOfTheRetryThatThrowsLosesNoSend() {
        Retry retry = retry(3, 1);
        retry.getEventPublisher().onEvent(event -> {
            throw new IllegalStateException("on purpose");
        });
        Producer producer = producer(SendGuards.builder().retry(retry).build());
        fail(ErrorKind.UNAVAILABLE);
        assertThat(catchThrowable(() -> producer.sendAsync(order).get(10, TimeUnit.SECONDS)))
                .isNotInstanceOf(java.util.concurrent.TimeoutException.class);
        assertThat(producer.send(order).id()).isEqualTo(order.id());
    }

    // --- circuit breaker

    @Test
    void anOpenCircuitRefusesBeforeHandOverAndIsNamed() {
        CircuitBreaker breaker = breaker(2);
        Producer producer =
                producer(SendGuards.builder().circuitBreaker(breaker).build());
        fail(ErrorKind.UNAVAILABLE, ErrorKind.OUTCOME_UNKNOWN);
        for (int i = 0; i < 2; i++) {
            assertThat(catchThrowable(() -> producer.send(order))).hasMessageContaining("as told");
        }
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
        Throwable refused = catchThrowable(() -> producer.send(order));
        assertThat(kindOf(refused)).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(refused)
                .hasMessage("Cannot send to topic 'orders': Circuit breaker 'broker' is OPEN and lets nothing through"
                        + " now. Nothing was handed over.")
                .hasCauseInstanceOf(CallNotPermittedException.class);
        assertThat(attempts).hasSize(2);
        assertThat(breaker.getMetrics().getNumberOfNotPermittedCalls()).isEqualTo(1);
        breaker.transitionToHalfOpenState();
        producer.send(order);
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void whatSaysNothingOfTheBrokerCountsAsNothing() {
        CircuitBreaker breaker = breaker(2);
        Producer producer =
                producer(SendGuards.builder().circuitBreaker(breaker).build());
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        for (int i = 0; i < 5; i++) { // the one permission is given back each time
            fail(ErrorKind.INVALID);
            assertThat(kindOf(catchThrowable(() -> producer.send(order)))).isEqualTo(ErrorKind.INVALID);
        }
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
        assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
    }

    @Test
    void whatCountsAsAFailureCanBeChosen() {
        CircuitBreaker breaker = breaker(1);
        Producer producer = producer(
                SendGuards.builder().circuitBreaker(breaker, ErrorKind.REFUSED).build());
        fail(ErrorKind.UNAVAILABLE, ErrorKind.REFUSED);
        assertThat(kindOf(catchThrowable(() -> producer.send(order)))).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(kindOf(catchThrowable(() -> producer.send(order)))).isEqualTo(ErrorKind.REFUSED);
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    @Test
    void theRetryIsOutsideOfTheBreakerWhateverTheOrderOfTheCalls() {
        CircuitBreaker breaker = breaker(3);
        Producer producer = producer(
                SendGuards.builder().circuitBreaker(breaker).retry(retry(3, 1)).build());
        fail(ErrorKind.UNAVAILABLE, ErrorKind.UNAVAILABLE, ErrorKind.UNAVAILABLE);
        assertThat(catchThrowable(() -> producer.send(order))).isNotNull();
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isEqualTo(3);
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    // --- rate limiter and bulkhead

    @Test
    void theRateLimiterWaitsForItsOwnTimeAndThenRefuses() {
        RateLimiter limiter = RateLimiter.of(
                "rate",
                RateLimiterConfig.custom()
                        .limitForPeriod(1)
                        .limitRefreshPeriod(Duration.ofHours(1))
                        .timeoutDuration(Duration.ofMillis(50))
                        .build());
        CircuitBreaker breaker = breaker(1);
        Producer producer = producer(SendGuards.builder()
                .rateLimiter(limiter)
                .circuitBreaker(breaker)
                .build());
        producer.send(order);
        Throwable refused = catchThrowable(() -> producer.send(order));
        assertThat(kindOf(refused)).isEqualTo(ErrorKind.OVERLOADED);
        assertThat(refused).hasMessageContaining("Rate limiter 'rate' gave no permission within 50 ms");
        assertThat(attempts).hasSize(1);
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void theBulkheadIsHeldUntilTheOutcomeIsKnown() {
        Bulkhead bulkhead =
                Bulkhead.of("few", BulkheadConfig.custom().maxConcurrentCalls(2).build());
        RateLimiter limiter = RateLimiter.ofDefaults("rate");
        Producer producer = producer(
                SendGuards.builder().bulkhead(bulkhead).rateLimiter(limiter).build());
        faults.swallowConfirms(true);
        CompletableFuture<Receipt> first = producer.sendAsync(order);
        CompletableFuture<Receipt> second = producer.sendAsync(order);
        CompletableFuture<Receipt> third = producer.sendAsync(order);
        assertThat(bulkhead.getMetrics().getAvailableConcurrentCalls()).isZero();
        assertThat(third).isCompletedExceptionally();
        assertThat(kindOf(catchThrowable(third::join).getCause())).isEqualTo(ErrorKind.OVERLOADED);
        assertThat(first).isNotDone();
        assertThat(kindOf(catchThrowable(first::join).getCause())).isEqualTo(ErrorKind.OUTCOME_UNKNOWN);
        assertThat(kindOf(catchThrowable(second::join).getCause())).isEqualTo(ErrorKind.OUTCOME_UNKNOWN);
        assertThat(bulkhead.getMetrics().getAvailableConcurrentCalls()).isEqualTo(2);
        faults.swallowConfirms(false);
        fail(ErrorKind.UNAVAILABLE); // thrown, not returned
        assertThat(catchThrowable(() -> producer.send(order))).isNotNull();
        producer.send(order);
        assertThat(bulkhead.getMetrics().getAvailableConcurrentCalls()).isEqualTo(2);
    }

    // --- the builder

    @Test
    void aBuilderFailsAtTheWrongCall() {
        SendGuards.Builder builder = SendGuards.builder().retry(retry(2, 1));
        assertThatThrownBy(() -> builder.retry(retry(2, 1))).hasMessageContaining("second retry");
        assertThatThrownBy(() -> SendGuards.builder().retry(retry(2, 1), ErrorKind.INVALID))
                .hasMessageContaining("INVALID");
        assertThatThrownBy(() -> SendGuards.builder().maxRetryBytes(1)).hasMessageContaining("65536");
        assertThatThrownBy(() -> SendGuards.builder().build()).hasMessageContaining("no guard");
        assertThat(builder.circuitBreaker(breaker(1)).build())
                .hasToString("SendGuards[Retry 'again' around [Circuit breaker 'broker']]");
    }
}
