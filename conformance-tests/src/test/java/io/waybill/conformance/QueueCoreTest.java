package io.waybill.conformance;

import static org.awaitility.Awaitility.await;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.RetryPolicy;
import io.waybill.spi.Adapter;
import io.waybill.spi.ClaimingReceiver;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.ReceiverSink;
import io.waybill.spi.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the core does with brokers whose queues count deliveries and bound what is unacknowledged. */
@Timeout(60)
class QueueCoreTest {
    private @Nullable Waybill open;

    private Waybill over(Adapter adapter) {
        Waybill waybill = Waybill.over(adapter);
        open = waybill;
        waybill.admin().createTopic("t", 1);
        return waybill;
    }

    @AfterEach
    void close() {
        if (open != null) {
            var unused = open.close(Duration.ofSeconds(5));
        }
    }

    /** Memory as a queue, whose deliveries come as if given back before, or whose receivers want to be settled by number. */
    private static Adapter asQueue(Map<String, Intercepted.Instead> receiver) {
        ConnectionUri uri = ConnectionUri.parse("memory:");
        Settings shape = Settings.defaults(new MemoryAdapter.Provider().settings())
                .with(Map.of("shape", "queue"), Settings.Origin.CODE);
        Adapter memory = new MemoryAdapter.Provider().create(uri, shape);
        return Intercepted.of(
                Adapter.class,
                memory,
                Map.of(
                        "openReceiver",
                        (arguments, original) ->
                                Intercepted.of(ClaimingReceiver.class, (ClaimingReceiver) original.call(), receiver)));
    }

    @Test
    void c7_whatABrokerGaveBackHasItsWholeRetryBudget() {
        Waybill waybill = over(asQueue(Map.of("poll", (arguments, original) -> {
            ReceiverSink sink = (ReceiverSink) arguments[1];
            arguments[1] = Intercepted.of(ReceiverSink.class, sink, Map.of("deliver", (given, deliver) -> {
                given[1] = ((List<?>) given[1])
                        .stream().map(QueueCoreTest::givenBackOften).toList();
                return deliver.call();
            }));
            return original.call();
        })));
        AtomicInteger attempts = new AtomicInteger();
        waybill.consumer("g")
                .retry(RetryPolicy.attempts(3).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .subscribe("t", delivery -> {
                    if (attempts.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                });
        waybill.producer("p").open().send(Message.to("t").key("k").build());
        await().until(() -> attempts.get() == 3);
        await().during(Duration.ofMillis(300)).until(() -> attempts.get() == 3);
    }

    private static Delivery givenBackOften(Object delivery) {
        Delivery one = (Delivery) delivery;
        return new Delivery(one.message(), one.partition(), one.position(), one.timestampMillis(), 50, one.waybill());
    }

    @Test
    void c4_aBrokerThatSendsSoManyUnsettledOnesIsSettledByNumber() {
        AtomicInteger settled = new AtomicInteger();
        Waybill waybill =
                over(asQueue(Map.of("settleAfter", (arguments, original) -> 10, "settle", (arguments, original) -> {
                    settled.incrementAndGet();
                    return original.call();
                })));
        AtomicInteger handled = new AtomicInteger();
        waybill.consumer("g").settleInterval(Duration.ofHours(1)).subscribe("t", delivery -> handled.incrementAndGet());
        Producer producer = waybill.producer("p").open();
        for (int i = 0; i < 50; i++) {
            producer.send(Message.to("t").key("k" + i % 5).build());
        }
        await().until(() -> handled.get() == 50);
        await().until(() -> settled.get() > 0);
    }
}
