package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Producer;
import io.waybill.Switch;
import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Ordering;
import io.waybill.message.Receipt;
import io.waybill.spi.WaybillHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StamperTest {
    private static final int PARTITIONS = 4;
    private static final long EPOCH = 77;

    private final Stamper stamper = new Stamper("shop", null, EPOCH);
    private final Queue<Delivery> delivered = new ConcurrentLinkedQueue<>();
    private Waybill waybill;

    @BeforeEach
    void connect() {
        waybill = Waybill.connect("memory:");
        waybill.admin().createTopic("orders", PARTITIONS);
        var unused = waybill.consumer("billing").ordering(Ordering.PARTITION).subscribe("orders", delivered::add);
    }

    @AfterEach
    void close() {
        waybill.close();
    }

    private Producer producer() {
        return waybill.producer("shop")
                .sendTimeout(Duration.ofSeconds(1))
                .interceptLane(stamper, Switch.on())
                .open();
    }

    private MemoryAdapter.Faults faults() {
        return waybill.unwrap(MemoryAdapter.Faults.class);
    }

    private static Message order(int number) {
        return Message.to("orders").key("k" + number).text("" + number).build();
    }

    private List<Manifest.Stream> books() {
        return stamper.books().map(StreamBook::state).toList();
    }

    private void awaitDelivered(int count) {
        await("deliveries come on the consumer's threads").until(() -> delivered.size() == count);
    }

    private Map<Integer, List<Long>> numbersByPartition() {
        return delivered.stream()
                .collect(Collectors.groupingBy(
                        Delivery::partition,
                        Collectors.mapping(delivery -> Stamp.number(stampOf(delivery)), Collectors.toList())));
    }

    private static byte[] stampOf(Delivery delivery) {
        byte[] header = delivery.waybill();
        if (header == null || !Stamp.isOn(header)) {
            throw new AssertionError("no stamp on " + delivery);
        }
        return header;
    }

    @Test
    void w1_whatIsStoredIsInTheOrderOfDenseNumbers() {
        try (Producer producer = producer()) {
            List<Thread> threads = IntStream.range(0, 8)
                    .mapToObj(thread -> new Thread(() -> sendMany(producer, thread)))
                    .toList();
            threads.forEach(Thread::start);
            threads.forEach(StamperTest::join);
        }
        awaitDelivered(8 * 500);

        assertThat(numbersByPartition())
                .hasSize(PARTITIONS)
                .allSatisfy((partition, numbers) -> assertThat(numbers)
                        .containsExactlyElementsOf(LongStream.rangeClosed(1, numbers.size())
                                .boxed()
                                .toList()));
        assertThat(books())
                .hasSize(PARTITIONS)
                .allSatisfy(book ->
                        assertThat(book.acknowledged().ranges()).containsExactly(new NumberRange(1, book.assigned())));
    }

    private static void sendMany(Producer producer, int thread) {
        List<CompletableFuture<Receipt>> sends = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            sends.add(producer.sendAsync(order(thread * 1_000 + i)));
        }
        sends.forEach(CompletableFuture::join);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void stampsSayWhoAndForWhere() {
        try (Producer producer = producer()) {
            var unused = producer.send(order(1));
        }
        awaitDelivered(1);
        Delivery delivery = delivered.element();
        byte[] stamp = stampOf(delivery);
        assertThat(Stamp.producer(stamp)).isEqualTo(Contents.hash("shop"));
        assertThat(Stamp.epoch(stamp)).isEqualTo(EPOCH);
        Contents here = new Contents("orders", delivery.partition(), null);
        assertThat(here.isForHere(stamp)).isTrue();
        assertThat(here.isUnchanged(stamp, delivery.message())).isTrue();
    }

    @Test
    void laterStampsSayWhatWasConfirmed() {
        try (Producer producer = producer()) {
            for (int i = 0; i < 5; i++) {
                var unused = producer.send(order(1));
            }
        }
        awaitDelivered(5);
        assertThat(delivered.stream().map(delivery -> Stamp.confirmedTo(stampOf(delivery))))
                .containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(delivered.stream().skip(1).map(delivery -> Stamp.confirmedFrom(stampOf(delivery))))
                .containsOnly(1L);
    }

    @Test
    void whileManyAreOpenASixteenthOfTheStampsSaysHowFarItIs() {
        StreamBook book = new StreamBook(1, EPOCH, "orders", 0, null);
        List<byte[]> stamps = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            stamps.add(stampBy(book));
        }
        stamps.subList(0, 100).forEach(stamp -> book.ended(stamp, order(1), null));
        assertThat(IntStream.range(0, 16).mapToObj(i -> stampBy(book)).map(Stamp::confirmedTo))
                .as("of 16 stamps in a row one looks, and those behind it say the same")
                .contains(100L);
    }

    private static byte[] stampBy(StreamBook book) {
        Message message = order(1);
        return book.stamp(message, WaybillHeader.encode(message));
    }

    @Test
    void w2_aDefiniteFailureLeavesAnAbandonedNumberThatNoOtherMessageGets() {
        try (Producer producer = producer()) {
            var unused = producer.send(order(1));
            faults().refuse(1);
            assertThatThrownBy(() -> producer.send(order(1))).isInstanceOf(MessagingException.class);
            unused = producer.send(order(1));
        }
        awaitDelivered(2);
        assertThat(numbersByPartition().values()).containsExactly(List.of(1L, 3L));
        Manifest.Stream book = books().get(0);
        assertThat(book.abandoned()).hasToString("[2]");
        assertThat(book.acknowledged()).hasToString("[1, 3]");
        assertThat(book.unknown().isEmpty()).isTrue();
        assertThat(ProducerTotals.of(book).open()).isZero();
    }

    @Test
    void w2_anUnknownOutcomeIsDeclaredUnknown() {
        try (Producer producer = producer()) {
            faults().loseConfirms(true);
            assertThatThrownBy(() -> producer.send(order(1)))
                    .isInstanceOfSatisfying(
                            MessagingException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.OUTCOME_UNKNOWN));
            faults().loseConfirms(false);
        }
        assertThat(books().get(0).unknown()).hasToString("[1]");
    }

    @Test
    void s5_whatIsSentAgainKeepsItsStamp() {
        Message message = order(1);
        try (Producer producer = producer()) {
            faults().loseConfirms(true);
            assertThatThrownBy(() -> producer.send(message)).isInstanceOf(MessagingException.class);
            faults().loseConfirms(false);
            var unused = producer.send(message);
            unused = producer.send(order(1));
        }
        awaitDelivered(3);
        List<byte[]> stamps = delivered.stream().map(StamperTest::stampOf).toList();
        assertThat(stamps.get(1)).isEqualTo(stamps.get(0));
        assertThat(Stamp.number(stamps.get(2))).isEqualTo(2);
        assertThat(books().get(0).acknowledged()).hasToString("[1-2]");
        assertThat(books().get(0).unknown().isEmpty()).isTrue();
    }

    @Test
    void whatIsSentTwiceWithoutAFailureIsTwoMessages() {
        Message message = order(1);
        try (Producer producer = producer()) {
            var unused = producer.send(message);
            unused = producer.send(message);
        }
        awaitDelivered(2);
        assertThat(numbersByPartition().values()).containsExactly(List.of(1L, 2L));
    }

    @Test
    void stampsOfFailuresThatNobodySendsAgainAreForgotten() {
        Message message = order(1);
        try (Producer producer = producer()) {
            faults().refuse(1);
            assertThatThrownBy(() -> producer.send(message)).isInstanceOf(MessagingException.class);
            stamper.books().forEach(book -> book.forgetFailed(0));
            var unused = producer.send(message);
        }
        assertThat(books().get(0).acknowledged()).hasToString("[2]");
        assertThat(books().get(0).abandoned()).hasToString("[1]");
    }

    @Test
    void changesAreToldOnce() {
        try (Producer producer = producer()) {
            var unused = producer.send(order(1));
        }
        StreamBook book = stamper.books().findFirst().orElseThrow();
        assertThat(book.changes()).isNotNull();
        assertThat(book.changes()).isNull();
    }
}
