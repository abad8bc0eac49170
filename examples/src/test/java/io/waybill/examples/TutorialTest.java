package io.waybill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.ReceiveInterceptor;
import io.waybill.SendInterceptor;
import io.waybill.Switch;
import io.waybill.Waybill;
import io.waybill.codec.jackson.JacksonCodec;
import io.waybill.interceptors.CountingInterceptor;
import io.waybill.message.CloseReport;
import io.waybill.message.DeadLetter;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Ordering;
import io.waybill.message.Receipt;
import io.waybill.message.RefusedException;
import io.waybill.message.RetryLaterException;
import io.waybill.message.RetryPolicy;
import io.waybill.message.SendResult;
import io.waybill.message.StartPosition;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tutorial's snippets, compiled and run. */
class TutorialTest {
    private final Waybill waybill = Waybill.connect("memory:");
    private final Queue<String> seen = new ConcurrentLinkedQueue<>();

    record Order(String customer, int pieces) {}

    @BeforeEach
    void createTopic() {
        waybill.admin().ensureTopic("orders", 4);
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    @Test
    void sending() {
        Producer orders = waybill.producer("order-service").open();
        Message message =
                Message.to("orders").key("customer-17").text("1 umbrella").build();

        // snippet: the three outcomes
        try {
            Receipt receipt = orders.send(message);
            log("held by " + receipt.copies() + " brokers, flushed: " + receipt.flushed());
        } catch (MessagingException e) {
            if (e.kind() == ErrorKind.OUTCOME_UNKNOWN) {
                orders.send(message); // the same object: the same id, so a second copy can be recognised
            } else {
                log("surely not stored: " + e.getMessage());
            }
        }
        // snippet

        Message another = Message.to("orders").text("2 umbrellas").build();
        // snippet: many at once
        CompletableFuture<Void> logged =
                orders.sendAsync(message).thenAccept(receipt -> log("stored at " + receipt.position()));

        List<SendResult> results = orders.sendAll(List.of(message, another));
        // snippet
        logged.join();
        assertThat(results).allMatch(SendResult::confirmed);
        assertThat(seen).contains("held by 1 brokers, flushed: false");
    }

    @Test
    void handling() {
        // snippet: a consumer
        Consumer billing = waybill.consumer("billing")
                .ordering(Ordering.KEY)
                .concurrency(64)
                .retry(RetryPolicy.attempts(5).backoff(Duration.ofMillis(100), Duration.ofSeconds(10)))
                .start(StartPosition.first())
                .subscribe("orders", delivery -> charge(delivery.message()));
        // snippet
        waybill.producer("p")
                .open()
                .send(Message.to("orders").key("a").text("x").build());
        await("charged").untilAsserted(() -> assertThat(seen).contains("charged x"));

        // snippet: pausing and closing
        billing.pause();
        billing.resume();
        CloseReport report = billing.close(Duration.ofSeconds(30));
        log("left over: " + report.unfinished());
        // snippet
        assertThat(report.clean()).isTrue();
    }

    @Test
    void failing() {
        waybill.consumer("billing")
                .retry(RetryPolicy.attempts(2).backoff(Duration.ZERO, Duration.ZERO))
                .subscribe("orders", this::handle);
        // snippet: dead letters
        waybill.consumer("dead-letter-watch")
                .subscribe(
                        "orders.billing.dead",
                        delivery -> DeadLetter.of(delivery)
                                .ifPresent(dead -> log(dead.reason() + " after " + dead.attempts() + " attempts")));
        // snippet
        Producer producer = waybill.producer("p").open();
        producer.send(Message.to("orders").key("a").text("nonsense").build());
        await("refused")
                .untilAsserted(() -> assertThat(seen)
                        .anyMatch(line -> line.contains("no such product") && line.endsWith("after 1 attempts")));
        producer.send(Message.to("orders").key("a").text("busy").build());
        await("given up").untilAsserted(() -> assertThat(seen).anyMatch(line -> line.endsWith("after 2 attempts")));
    }

    // snippet: saying more than failed
    void handle(Delivery delivery) {
        String text = delivery.message().text();
        if (text.equals("nonsense")) {
            throw new RefusedException("no such product"); // to the dead letters now
        }
        if (text.equals("busy")) {
            throw new RetryLaterException(Duration.ofMillis(10)); // not now
        }
    }
    // snippet

    @Test
    void payloads() {
        // snippet: payloads
        JacksonCodec<Order> json = JacksonCodec.of(Order.class);
        waybill.consumer("billing").subscribe("orders", json, (delivery, order) -> log(order.pieces() + " pieces"));

        Producer orders = waybill.producer("order-service").open();
        orders.send(Message.to("orders")
                .key("customer-17")
                .payload(new Order("customer-17", 3), json)
                .build());
        // snippet
        await("decoded").untilAsserted(() -> assertThat(seen).contains("3 pieces"));
    }

    @Test
    void intercepting() {
        // snippet: interceptors
        SendInterceptor tagging = chain -> chain.proceed(
                chain.message().toBuilder().header("tenant", "north").build());
        ReceiveInterceptor timing = chain -> {
            long start = System.nanoTime();
            chain.proceed(chain.delivery());
            log("took " + (System.nanoTime() - start) + " ns");
        };
        Switch power = Switch.on();
        CountingInterceptor counts = new CountingInterceptor();

        Producer orders = waybill.producer("order-service")
                .intercept(counts)
                .intercept(tagging, power)
                .open();
        waybill.consumer("billing")
                .intercept(timing)
                .subscribe(
                        "orders",
                        delivery ->
                                log(delivery.message().headers().text("tenant").orElse("none")));
        // snippet
        orders.send(Message.to("orders").text("x").build());
        await("tagged").untilAsserted(() -> assertThat(seen).contains("north"));
        // snippet: switching
        power.turn(false);
        // snippet
        orders.send(Message.to("orders").text("x").build());
        await("not tagged").untilAsserted(() -> assertThat(seen).contains("none"));
    }

    @Test
    void administration() {
        // snippet: administration
        waybill.admin().ensureTopic("orders", 4); // at every start
        log(waybill.admin().topics() + " " + waybill.admin().describeTopic("orders"));
        waybill.admin().resetGroup("billing", "orders", StartPosition.first()); // has no members now
        log(waybill.effectiveConfig());
        // snippet
        assertThat(seen).anyMatch(line -> line.contains("send.timeout = PT30S  (DEFAULT)"));
    }

    private void charge(Message message) {
        log("charged " + message.text());
    }

    private void log(String line) {
        seen.add(line);
    }
}
