package io.waybill.interceptors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Producer;
import io.waybill.Switch;
import io.waybill.Waybill;
import io.waybill.interceptors.CountingInterceptor.Counts;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.message.RetryPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CountingInterceptorTest {
    private final CountingInterceptor counts = new CountingInterceptor();
    private Waybill waybill;

    @BeforeEach
    void connect() {
        waybill = Waybill.connect("memory:");
        waybill.admin().createTopic("orders", 4);
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    private static Message order(int number) {
        return Message.to("orders").key("k" + number % 10).text("" + number).build();
    }

    @Test
    void countsSendsAndAttempts() {
        var unused = waybill.consumer("billing")
                .retry(RetryPolicy.attempts(3).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .intercept(counts)
                .subscribe("orders", delivery -> {
                    boolean bad = delivery.message().text().equals("3");
                    if (bad && delivery.attempt() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                });
        Producer producer = waybill.producer("shop").intercept(counts).open();
        IntStream.range(0, 100).forEach(number -> producer.send(order(number)));
        assertThat(counts.counts().acknowledged()).isEqualTo(100);
        await().until(() -> counts.counts().handled() == 100);
        assertThat(counts.counts()).isEqualTo(new Counts(100, 100, Map.of(), 102, 100, 2));
        assertThat(counts.counts().open()).isZero();
    }

    @Test
    void countsFailuresByKindBeforeTheCallerKnows() throws Exception {
        Producer producer = waybill.producer("shop").intercept(counts).open();
        producer.send(order(1));
        assertThatThrownBy(() -> producer.send(Message.to("nowhere").build())).isInstanceOf(MessagingException.class);
        assertThat(counts.counts().sendFailures()).containsExactly(Map.entry(ErrorKind.NOT_FOUND, 1L));

        waybill.unwrap(MemoryAdapter.Faults.class).refuse(1);
        AtomicReference<Throwable> seen = new AtomicReference<>();
        CompletableFuture<Receipt> future = producer.sendAsync(order(2));
        var unused = future.whenComplete((receipt, failure) -> seen.set(failure));
        assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class);
        await().until(() -> seen.get() != null);
        assertThat(seen.get()).isInstanceOf(MessagingException.class);
        assertThat(counts.counts().sent()).isEqualTo(3);
        assertThat(counts.counts().acknowledged()).isEqualTo(1);
        assertThat(counts.counts().sendFailures().values())
                .allMatch(count -> count == 1)
                .hasSize(2);
        assertThat(counts.counts().open()).isZero();
    }

    @Test
    void countsWhatAnInnerInterceptorThrows() {
        Producer producer = waybill.producer("shop")
                .intercept(counts)
                .intercept(chain -> {
                    throw new IllegalArgumentException("never on Sundays");
                })
                .open();
        assertThatThrownBy(() -> producer.send(order(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("never on Sundays");
        assertThat(counts.counts().sendFailures()).containsExactly(Map.entry(ErrorKind.INTERNAL, 1L));
    }

    @Test
    void countsNothingWhileItIsOff() {
        Switch power = Switch.off();
        Producer producer = waybill.producer("shop").intercept(counts, power).open();
        producer.send(order(1));
        assertThat(counts.counts().sent()).isZero();
        power.turn(true);
        producer.send(order(2));
        assertThat(counts.counts().sent()).isEqualTo(1);
        assertThat(counts).hasToString(counts.counts().toString());
    }
}
