package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Switch;
import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.RetryPolicy;
import io.waybill.message.State;
import io.waybill.message.TopicPartition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stamping and verification together, on a broker that loses when it is told to. Each test has its own, and mostly waits. */
@Execution(ExecutionMode.CONCURRENT)
class LossDetectionTest {
    private static final String LOG = "memory:";
    private static final String QUEUE = "memory:?shape=queue";
    private static final Duration GRACE = Duration.ofMillis(200);
    private static final Duration MANIFESTS = Duration.ofMillis(20);
    private static final byte[] SECRET = "sixteen bytes at least".getBytes(StandardCharsets.UTF_8);

    private final Queue<Finding> findings = new ConcurrentLinkedQueue<>();
    private final AtomicInteger handled = new AtomicInteger();
    private final VerifierState state = VerifierState.memory();
    private final Switch power = Switch.on();
    private Waybill waybill;

    private void connect(String uri) {
        waybill = Waybill.connect(uri);
        waybill.admin().createTopic("orders", 2);
        waybill.admin().createGroup("billing", "orders");
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    private Verification verification() {
        return Verification.create().state(state).grace(GRACE).power(power).onFinding(findings::add);
    }

    private Consumer consumer() {
        return consumer(verification());
    }

    private Consumer consumer(Verification verification) {
        return waybill.consumer("billing")
                .retry(RetryPolicy.attempts(3).backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
                .interceptLane(verification, Switch.on())
                .subscribe("orders", delivery -> {
                    if (delivery.attempt() == 1 && delivery.message().text().endsWith("7")) {
                        throw new IllegalStateException("not yet");
                    }
                    handled.incrementAndGet();
                });
    }

    private Producer producer() {
        return producer(Stamping.create());
    }

    private Producer producer(Stamping stamping) {
        return waybill.producer("shop")
                .interceptLane(stamping.manifestEvery(MANIFESTS), Switch.on())
                .open();
    }

    private static void send(Producer producer, int count) {
        for (int i = 0; i < count; i++) {
            var unused = producer.send(
                    Message.to("orders").key("k" + i % 20).text("order " + i).build());
        }
    }

    private void awaitHandled(int count) {
        await("deliveries are handled on other threads").until(() -> handled.get() >= count);
    }

    private void lose() {
        waybill.unwrap(MemoryAdapter.Faults.class).truncate("orders");
    }

    private long lost() {
        assertThat(findings).allMatch(finding -> finding.verdict() == Verdict.LOST);
        return findings.stream().mapToLong(Finding::count).sum();
    }

    /** As long as it takes until a loss would have been told. */
    private void awaitSilence() {
        await("the grace at both ends, and the looks between them")
                .pollDelay(GRACE.multipliedBy(2).plusSeconds(2))
                .untilAsserted(() -> assertThat(findings).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {LOG, QUEUE})
    void w5_retriesRestartsAndNewOwnersRaiseNoAlarm(String uri) {
        connect(uri);
        Consumer consumer = consumer();
        for (int life = 0; life < 3; life++) {
            try (Producer producer = producer()) {
                send(producer, 200);
                Consumer second = consumer();
                send(producer, 200);
                consumer.close();
                consumer = second;
            }
        }
        awaitHandled(1_200);
        awaitSilence();
    }

    @ParameterizedTest
    @ValueSource(strings = {LOG, QUEUE})
    void w4_aLossInTheMiddleIsNamed(String uri) {
        connect(uri);
        Consumer consumer = consumer();
        Producer producer = producer();
        send(producer, 100);
        awaitHandled(100);
        consumer.close();
        send(producer, 60);
        lose();
        send(producer, 40);
        var unused = consumer();
        await("the gap is older than the grace")
                .untilAsserted(() -> assertThat(lost()).isEqualTo(60));
        awaitHandled(140);
    }

    @ParameterizedTest
    @ValueSource(strings = {LOG, QUEUE})
    void w4_aLossAtTheEndIsNamed(String uri) {
        connect(uri);
        Consumer consumer = consumer();
        try (Producer producer = producer()) {
            send(producer, 100);
            awaitHandled(100);
            consumer.close();
            send(producer, 60);
            lose();
        }
        var unused = consumer();
        await("the broker has nothing left, twice")
                .untilAsserted(() -> assertThat(lost()).isEqualTo(60));
    }

    @ParameterizedTest
    @ValueSource(strings = {LOG, QUEUE})
    void w4_aLossOfAllThatAProducerSentIsNamed(String uri) {
        connect(uri);
        Consumer consumer = consumer();
        try (Producer producer = producer()) {
            send(producer, 10);
        }
        awaitHandled(10);
        consumer.close();
        try (Producer producer = producer()) {
            send(producer, 60);
            lose();
        }
        var unused = consumer();
        await("the broker has nothing left, twice")
                .untilAsserted(() -> assertThat(lost()).isEqualTo(60));
    }

    @Test
    void whatPassesWhileItIsOffIsNotMissed() {
        connect(LOG);
        Consumer consumer = consumer();
        Producer producer = producer();
        send(producer, 50);
        awaitHandled(50);
        power.turn(false);
        send(producer, 50);
        awaitHandled(100);
        power.turn(true);
        send(producer, 50);
        awaitHandled(150);
        awaitSilence();
        consumer.close();
        send(producer, 60);
        lose();
        var unused = consumer();
        await("it looks again").untilAsserted(() -> assertThat(lost()).isEqualTo(60));
    }

    @Test
    void w5_whatAnotherLaneInterceptorRefusesIsNotMissed() {
        connect(LOG);
        var unused = waybill.consumer("billing")
                .retry(RetryPolicy.attempts(1))
                .interceptLane(delivery -> {
                    if (delivery.message().text().endsWith("5")) {
                        throw new IllegalStateException("not this one");
                    }
                })
                .interceptLane(verification())
                .subscribe("orders", delivery -> handled.incrementAndGet());
        Producer producer = producer();
        send(producer, 50);
        awaitHandled(45);
        awaitSilence();
    }

    @Test
    void w7_onlyWhoKnowsTheSecretIsBelieved() {
        connect(LOG);
        Consumer consumer = consumer(verification().sealedWith(SECRET));
        try (Producer producer = producer(Stamping.create().sealedWith(SECRET))) {
            send(producer, 20);
        }
        awaitHandled(20);
        assertThat(findings).isEmpty();
        try (Producer stranger = producer()) {
            send(stranger, 1);
        }
        await("it is told").untilAsserted(() -> assertThat(findings).hasSize(1));
        assertThat(findings.element().verdict()).isEqualTo(Verdict.CORRUPTED);
        consumer.close();
    }

    /** A store that is away now and then. */
    private static final class Flaky implements VerifierState {
        private final VerifierState store = VerifierState.memory();
        private volatile boolean away;

        @Override
        public Map<TopicPartition, Row> load(String group, Collection<TopicPartition> partitions) throws Exception {
            check();
            return store.load(group, partitions);
        }

        @Override
        public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) throws Exception {
            check();
            return store.save(group, rows);
        }

        private void check() throws IOException {
            if (away) {
                throw new IOException("away");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOG, QUEUE})
    void w5_nothingIsAcknowledgedThatTheStateDoesNotKnow(String uri) {
        connect(uri);
        Flaky flaky = new Flaky();
        Consumer consumer = consumer(verification().state(flaky));
        await("it owns the partitions").until(() -> consumer.assignment().size() == 2);
        flaky.away = true;
        Producer producer = producer();
        send(producer, 20);
        awaitHandled(20);
        assertThat(consumer.close(Duration.ofSeconds(5)).unsettled()).isPositive();

        flaky.away = false;
        try (Consumer second = consumer(verification().state(flaky))) {
            awaitHandled(40);
            assertThat(second.close(Duration.ofSeconds(5)).clean()).isTrue();
        }
        try (Consumer third = consumer(verification().state(flaky))) {
            send(producer, 1);
            awaitHandled(41);
            assertThat(third.close(Duration.ofSeconds(5)).clean()).isTrue();
        }
        assertThat(handled).as("what was settled does not come again").hasValue(41);
        awaitSilence();
    }

    @Test
    void aConsumerThatCannotReadItsStateRecoversWhenItCan() {
        connect(LOG);
        Flaky flaky = new Flaky();
        flaky.away = true;
        try (Consumer consumer = consumer(verification().state(flaky))) {
            await("the state is away").until(() -> consumer.health().state() == State.RECOVERING);
            flaky.away = false;
            send(producer(), 10);
            awaitHandled(10);
        }
    }

    @Test
    void oneIsForOneProducerAndWhoTriesToShareItDoesItNoHarm() {
        connect(LOG);
        Consumer consumer = consumer();
        Stamping stamping = Stamping.create().manifestEvery(MANIFESTS);
        Producer producer = waybill.producer("shop").interceptLane(stamping).open();
        Producer.Builder other = waybill.producer("other").interceptLane(stamping);
        assertThatThrownBy(other::open)
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("belongs to a producer already");
        send(producer, 10);
        awaitHandled(10);
        consumer.close();
        send(producer, 20);
        lose();
        var unused = consumer();
        await("the first one's manifests go on")
                .untilAsserted(() -> assertThat(lost()).isEqualTo(20));
    }

    @Test
    void badSettingsAreRefusedAtTheirCall() {
        connect(LOG);
        assertThatThrownBy(() -> Stamping.create().manifestEvery(Duration.ZERO)).hasMessageContaining("manifestEvery");
        assertThatThrownBy(() -> Stamping.create().sealedWith(new byte[3])).hasMessageContaining("16");
        assertThatThrownBy(() -> Verification.create().grace(Duration.ZERO)).hasMessageContaining("grace");
        assertThatThrownBy(() -> Verification.create().sealedWith(new byte[3])).hasMessageContaining("16");
    }
}
