package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.conformance.FaultInjector.Fault;
import io.waybill.conformance.FaultInjector.Injected;
import io.waybill.conformance.FaultInjector.Sent;
import io.waybill.ledger.Stamping;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each fault on brokers in memory: one that takes any number of batches at a time, one that takes one, and one that is a queue. */
class FaultInjectorTest {
    private static final String MANY = "max.batches.in.flight=1000";
    private static final String ONE = "max.batches.in.flight=1&ack.delay=1ms";
    private static final String QUEUE = "shape=queue";
    private static final String TOPIC = "orders";

    private final FaultInjector injector = FaultInjector.create();
    private final Queue<Delivery> arrived = new ConcurrentLinkedQueue<>();
    private Waybill waybill;
    private Producer producer;

    /** The reading side goes past the injector. */
    private void connect(String settings, int partitions) {
        String uri = "memory:" + UUID.randomUUID() + "?" + settings;
        waybill = injector.connect(uri);
        waybill.admin().createTopic(TOPIC, partitions);
        var unused = waybill.consumer("readers").interceptLane(arrived::add).subscribe(TOPIC, delivery -> {});
        producer = waybill.producer("shop").interceptLane(Stamping.create()).open();
    }

    @AfterEach
    void close() {
        if (waybill != null) {
            waybill.close();
        }
    }

    /** Sends so many one by one. */
    private void send(int count) {
        for (int i = 0; i < count; i++) {
            var unused = producer.send(Message.to(TOPIC).key("k").text("text").build());
        }
    }

    private List<Long> numbers() {
        return arrived.stream().map(FaultInjectorTest::number).toList();
    }

    private static long number(Delivery delivery) {
        byte[] header = delivery.waybill();
        assertThat(header).isNotNull();
        return Sent.of(delivery.message(), delivery.partition(), header).number();
    }

    private void assertArrive(long... numbers) {
        await("deliveries come by themselves")
                .untilAsserted(() -> assertThat(numbers())
                        .containsExactlyElementsOf(
                                LongStream.of(numbers).boxed().toList()));
    }

    private void assertInjected(Fault fault, long... numbers) {
        assertThat(injector.injected())
                .as("what was done")
                .allMatch(one -> one.fault() == fault && one.topic().equals(TOPIC) && one.epoch() != 0)
                .extracting(Injected::number)
                .containsExactlyElementsOf(LongStream.of(numbers).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {MANY, ONE, QUEUE})
    void whatIsLostIsConfirmedAndDoesNotArrive(String settings) {
        connect(settings, 1);
        injector.inject(TOPIC, Fault.LOSE, 0, 2, 3, 5);
        send(5);
        assertThat(producer.health().details()).containsEntry("acknowledged", 5L);
        injector.stop();
        send(1);
        assertArrive(1, 4, 6);
        assertInjected(Fault.LOSE, 2, 3, 5);
    }

    @Test
    void aTailIsLostFromANumberOn() {
        connect(MANY, 1);
        injector.truncate(TOPIC, 0, 3);
        send(5);
        assertArrive(1, 2);
        assertInjected(Fault.LOSE, 3, 4, 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {MANY, ONE, QUEUE})
    void whatIsDoubledArrivesTwice(String settings) {
        connect(settings, 1);
        injector.inject(TOPIC, Fault.DUPLICATE, 0, 2);
        send(3);
        assertArrive(1, 2, 2, 3);
        assertThat(arrived.stream().map(Delivery::position).distinct()).hasSize(4);
        assertInjected(Fault.DUPLICATE, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {MANY, ONE, QUEUE})
    void whatIsSwappedComesBehindItsSuccessorThoughItIsSentByItself(String settings) {
        connect(settings, 1);
        injector.inject(TOPIC, Fault.SWAP, 0, 2, 3);
        send(5);
        assertArrive(1, 3, 2, 4, 5);
        assertInjected(Fault.SWAP, 2);
    }

    @Test
    void whatIsSwappedWithNobodyGoesAfterAWhile() {
        connect(ONE, 1);
        injector.inject(TOPIC, Fault.SWAP, 0, 2);
        send(2);
        assertArrive(1, 2);
        assertThat(injector.injected()).isEmpty();
    }

    @Test
    void aProducerThatIsClosedLetsGoWhatIsHeld() {
        connect(ONE, 1);
        injector.inject(TOPIC, Fault.SWAP, 0, 1);
        send(1);
        producer.close();
        assertArrive(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {MANY, ONE, QUEUE})
    void whatIsCorruptedDiffersInOneByte(String settings) {
        connect(settings, 1);
        injector.inject(TOPIC, Fault.CORRUPT, 0, 1);
        send(2);
        assertArrive(1, 2);
        List<Delivery> both = List.copyOf(arrived);
        byte[] changed = both.get(0).message().body();
        byte[] right = both.get(1).message().body();
        assertThat(IntStream.range(0, right.length).filter(i -> changed[i] != right[i]))
                .hasSize(1);
        assertInjected(Fault.CORRUPT, 1);
    }

    @Test
    void anEmptyBodyIsCorruptedToo() {
        connect(MANY, 1);
        injector.inject(TOPIC, Fault.CORRUPT, 0, 1);
        var unused = producer.send(Message.to(TOPIC).build());
        assertArrive(1);
        assertThat(arrived.element().message().body()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {MANY, ONE, QUEUE})
    void whatIsMisroutedArrivesInAnotherPartition(String settings) {
        connect(settings, 3);
        injector.inject(TOPIC, Fault.MISROUTE, sent -> sent.number() == 2);
        send(3);
        await("deliveries come by themselves").until(() -> arrived.size() == 3);
        int meant = injector.injected().get(0).partition();
        assertThat(arrived)
                .filteredOn(delivery -> number(delivery) == 2)
                .extracting(Delivery::partition)
                .containsExactly((meant + 1) % 3);
        assertInjected(Fault.MISROUTE, 2);
    }

    @Test
    void aTopicOfOnePartitionMisroutesNothing() {
        connect(MANY, 1);
        injector.inject(TOPIC, Fault.MISROUTE, 0, 1);
        Message message = Message.to(TOPIC).build();
        assertThatThrownBy(() -> producer.send(message))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID))
                .hasMessageContaining("one partition");
    }

    private ErrorKind failure(String text) {
        Message message = Message.to(TOPIC).text(text).build();
        try {
            throw new AssertionError("There is a receipt: " + producer.send(message));
        } catch (MessagingException e) {
            return e.kind();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {MANY, ONE, QUEUE})
    void whatABrokerMayDoIsToldAsItIs(String settings) {
        connect(settings, 1);
        injector.inject(TOPIC, Fault.REFUSE, 0, 1);
        injector.inject(TOPIC, Fault.UNCONFIRMED, 0, 2);
        injector.inject(TOPIC, Fault.VANISH, 0, 3);
        assertThat(failure("refused")).isEqualTo(ErrorKind.REFUSED);
        assertThat(failure("unconfirmed")).isEqualTo(ErrorKind.OUTCOME_UNKNOWN);
        assertThat(failure("vanished")).isEqualTo(ErrorKind.OUTCOME_UNKNOWN);
        send(1);
        assertArrive(2, 4);
        assertThat(injector.injected())
                .extracting(Injected::fault)
                .containsExactly(Fault.REFUSE, Fault.UNCONFIRMED, Fault.VANISH);
    }

    @Test
    void manyAtOnceKeepTheirPlaces() {
        connect(ONE, 1);
        injector.inject(TOPIC, Fault.DUPLICATE, sent -> sent.number() % 10 == 1);
        injector.inject(TOPIC, Fault.LOSE, sent -> sent.number() % 10 == 4);
        injector.inject(TOPIC, Fault.SWAP, sent -> sent.number() % 10 == 6);
        List<CompletableFuture<Receipt>> sends = new ArrayList<>();
        List<Long> wanted = new ArrayList<>();
        for (long i = 1; i <= 10_000; i++) {
            sends.add(producer.sendAsync(Message.to(TOPIC).build()));
        }
        for (long ten = 0; ten < 10_000; ten += 10) {
            for (long one : new long[] {1, 1, 2, 3, 5, 7, 6, 8, 9, 10}) {
                wanted.add(ten + one);
            }
        }
        sends.forEach(CompletableFuture::join);
        await("deliveries come by themselves").until(() -> arrived.size() >= 10_000);
        assertThat(numbers()).isEqualTo(wanted);
        assertThat(injector.injected()).hasSize(3_000);
    }

    @Test
    void whatIsNotStampedHasTheNumberZero() {
        connect(MANY, 1);
        injector.inject(TOPIC, Fault.LOSE, sent -> sent.message().text().equals("bare"));
        try (Producer bare = waybill.producer("bare").open()) {
            var unused = bare.send(Message.to(TOPIC).text("bare").build());
        }
        assertThat(injector.injected()).containsExactly(new Injected(Fault.LOSE, TOPIC, 0, 0, 0));
    }

    @Test
    void whatTheBrokerRefusesIsNotListed() {
        connect(MANY, 1);
        injector.inject(TOPIC, Fault.CORRUPT, 0, 1);
        injector.inject(TOPIC, Fault.DUPLICATE, 0, 2);
        MemoryAdapter.Faults faults = waybill.unwrap(MemoryAdapter.Faults.class);
        for (int i = 0; i < 2; i++) {
            faults.refuse(1);
            Message message = Message.to(TOPIC).build();
            assertThatThrownBy(() -> producer.send(message)).hasMessageContaining("refuse");
        }
        assertThat(injector.injected()).isEmpty();
    }

    @Test
    void settingsOfTheCoreAndOfTheAdapterGoWhereTheyBelong() {
        connect("send.timeout=7s&shape=queue", 1);
        assertThat(waybill.effectiveConfig()).contains("send.timeout = PT7S").containsPattern("(?i)shape = queue");
        assertThatThrownBy(() -> injector.connect("memory:?nonsense=1")).hasMessageContaining("nonsense");
        assertThatThrownBy(() -> injector.connect("nowhere:x")).hasMessageContaining("nowhere");
    }

    @Test
    void whatWaybillWritesForItselfIsNotHarmed() {
        assertThatThrownBy(() -> injector.inject("waybill.manifests", Fault.LOSE, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
