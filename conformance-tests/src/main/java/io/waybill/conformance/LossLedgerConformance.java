package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.conformance.FaultInjector.Fault;
import io.waybill.ledger.GroupLedger;
import io.waybill.ledger.Ledger;
import io.waybill.ledger.ProducerTotals;
import io.waybill.message.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What both sides say of a topic adds up. */
@SharedChapter
@DisplayName("The ledger")
class LossLedgerConformance {
    private static final int MESSAGES = 400;
    private static final Set<String> LOST = Set.of("100", "101", "102");

    @Test
    @DisplayName(
            "W6 each number is in one state: acknowledged, unknown or abandoned; handled, dead-lettered, filtered, in flight or lost")
    void eachNumberIsInOneState(Scene scene) {
        Watch watch = new Watch(scene, 2);
        Consumer consumer = scene.open(
                watch.consumer().intercept(chain -> {
                    if (!chain.delivery().message().text().endsWith("7")) {
                        chain.proceed(chain.delivery());
                    }
                }),
                watch.topic(),
                delivery -> {
                    if (delivery.message().text().endsWith("9")) {
                        throw new RefusedException("no nines");
                    }
                    watch.inbox().handle(delivery);
                });
        FaultInjector injector = watch.injector();
        injector.inject(
                watch.topic(), Fault.LOSE, sent -> LOST.contains(sent.message().text()));
        injector.inject(
                watch.topic(), Fault.REFUSE, sent -> sent.message().text().matches(".?5")); // 5, 15 ... 95
        injector.inject(
                watch.topic(), Fault.UNCONFIRMED, sent -> sent.message().text().equals("204"));
        injector.inject(
                watch.topic(), Fault.VANISH, sent -> sent.message().text().equals("206"));
        String name = scene.name("producer");
        try (Producer producer = watch.producer(name)) {
            List<CompletableFuture<?>> sends = IntStream.range(0, MESSAGES)
                    .<CompletableFuture<?>>mapToObj(
                            i -> producer.sendAsync(Scene.message(watch.topic(), "k" + i % 20, Integer.toString(i))))
                    .toList();
            scene.eventually("all sends end", () -> sends.stream().allMatch(CompletableFuture::isDone));
        }
        watch.inbox().awaitMessages(306);
        scene.eventually("the losses are told", () -> watch.named(watch.group()).size() == LOST.size());
        assertThat(consumer.close(Duration.ofSeconds(10)).clean())
                .as("the close is clean")
                .isTrue();

        Ledger ledger = Ledger.read(scene.waybill(), watch.topic()).of(watch.group());
        assertThat(ledger.producers().get(name))
                .as("what the producer says")
                .isEqualTo(new ProducerTotals(MESSAGES, 388, 2, 10));
        assertThat(sum(ledger, GroupLedger::filtered)).as("filtered").isEqualTo(40);
        assertThat(sum(ledger, GroupLedger::deadLettered)).as("dead-lettered").isEqualTo(40);
        assertThat(sum(ledger, GroupLedger::inFlight)).as("in flight").isZero();
        assertThat(sum(ledger, GroupLedger::handled)).as("handled").isEqualTo(306);
        assertThat(sum(ledger, GroupLedger::lostCount)).as("lost").isEqualTo(LOST.size());
        assertThat(sum(ledger, GroupLedger::sum))
                .as("acknowledged, or come though nobody knew")
                .isEqualTo(389);
    }

    private static long sum(Ledger ledger, ToLongFunction<GroupLedger> figure) {
        return ledger.streams().stream()
                .flatMap(stream -> stream.groups().stream())
                .mapToLong(figure)
                .sum();
    }
}
