package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.conformance.FaultInjector.Fault;
import io.waybill.conformance.FaultInjector.Injected;
import io.waybill.conformance.FaultInjector.Sent;
import io.waybill.conformance.Watch.Told;
import io.waybill.ledger.Stamping;
import io.waybill.ledger.Verdict;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Ordering;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ReceiveLaneInterceptor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is lost, doubled, changed or astray is named, exactly. That nothing else is: {@link LossSilenceConformance}. */
@SharedChapter
@DisplayName("Loss detection")
class LossConformance {
    private static final byte[] SECRET = "known to both sides".getBytes(StandardCharsets.UTF_8);
    private static final byte[] GUESSED = "guessed by a stranger".getBytes(StandardCharsets.UTF_8);

    @Test
    @DisplayName("W1 messages are stored in the order of their numbers, from 1 on, whatever the threads and keys")
    void theOrderOfStoringIsThatOfNumbers(Scene scene) throws Exception {
        int senders = 16;
        int each = 250;
        String topic = scene.topic(2);
        Map<Integer, List<Long>> stored = new ConcurrentHashMap<>();
        AtomicInteger handled = new AtomicInteger();
        scene.open(
                scene.waybill()
                        .consumer(scene.group())
                        .ordering(Ordering.PARTITION)
                        .interceptLane(
                                delivery -> stored.computeIfAbsent(delivery.partition(), any -> new ArrayList<>())
                                        .add(number(delivery))),
                topic,
                delivery -> handled.incrementAndGet());
        Producer producer = scene.waybill()
                .producer(scene.name("producer"))
                .interceptLane(Stamping.create())
                .open();
        ExecutorService threads = Executors.newFixedThreadPool(senders);
        List<Future<?>> sending = new ArrayList<>();
        for (int t = 0; t < senders; t++) {
            boolean keyed = t % 2 == 0;
            sending.add(threads.submit(() -> {
                List<CompletableFuture<?>> sends = new ArrayList<>();
                for (int i = 0; i < each; i++) {
                    Message.Builder message = Message.to(topic);
                    sends.add(producer.sendAsync((keyed ? message.key("k" + i) : message).build()));
                }
                sends.forEach(CompletableFuture::join);
            }));
        }
        threads.shutdown();
        for (Future<?> one : sending) {
            one.get();
        }
        scene.eventually("all are handled", () -> handled.get() == senders * each);
        stored.forEach((partition, numbers) -> assertThat(numbers)
                .as("numbers of partition %s", partition)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, numbers.size()).boxed().toList()));
    }

    private static long number(Delivery delivery) {
        byte[] header = delivery.waybill();
        return header == null
                ? 0
                : Sent.of(delivery.message(), delivery.partition(), header).number();
    }

    /** Of each message that fits the first time only. */
    private static Predicate<Sent> first(Predicate<Sent> fits) {
        Set<UUID> seen = ConcurrentHashMap.newKeySet();
        return sent -> fits.test(sent) && seen.add(sent.message().id());
    }

    private static Predicate<Sent> firstOf(int last) {
        return first(sent -> sent.message().text().endsWith(Integer.toString(last)));
    }

    @Test
    @DisplayName("W2 S5 no number is used for two messages; failed and unknown sends raise no alarm, sent again or not")
    void numbersOfFailedSends(Scene scene) {
        Watch watch = new Watch(scene, 2);
        var unused = watch.open();
        watch.injector().inject(watch.topic(), Fault.REFUSE, firstOf(1));
        watch.injector().inject(watch.topic(), Fault.VANISH, firstOf(5));
        watch.injector().inject(watch.topic(), Fault.UNCONFIRMED, firstOf(7));
        Predicate<Sent> refusedInLane = firstOf(3);
        Producer producer = watch.producer(scene.name("producer"), (outgoing, header) -> {
            if (refusedInLane.test(Sent.of(outgoing.message(), outgoing.partition(), header))) {
                throw new IllegalStateException("refused in the lane");
            }
            return header;
        });
        List<Message> messages = new ArrayList<>();
        List<CompletableFuture<?>> sends = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            messages.add(Scene.message(watch.topic(), "k" + i % 20, Integer.toString(i)));
            sends.add(producer.sendAsync(messages.get(i)));
        }
        scene.eventually("all sends end", () -> sends.stream().allMatch(CompletableFuture::isDone));
        int failed = 0;
        for (int i = 0; i < 400; i++) {
            if (sends.get(i).isCompletedExceptionally()) {
                failed++;
                boolean again = i % 10 != 7 && i % 20 < 10; // a second copy of what is stored would be told
                if (again) {
                    var unusedReceipt = producer.send(messages.get(i));
                }
            }
        }
        assertThat(failed).as("failed sends").isEqualTo(160);
        assertThat(watch.reused()).as("numbers of two messages").isEmpty();
        watch.assertTold();
    }

    private static long[] numbers(long from, long to) {
        return LongStream.rangeClosed(from, to).toArray();
    }

    @Test
    @DisplayName(
            "W3 W4 what is lost, doubled, changed or astray is named by number, producer, epoch and partition, once, and nothing else is")
    void eachVerdictIsExact(Scene scene) {
        Watch watch = new Watch(scene, 2);
        var unused = watch.open();
        FaultInjector injector = watch.injector();
        String topic = watch.topic();
        injector.inject(topic, Fault.LOSE, 0, numbers(1, 3));
        injector.inject(topic, Fault.LOSE, 0, numbers(40, 49));
        injector.inject(topic, Fault.LOSE, 0, 77);
        injector.inject(topic, Fault.LOSE, 1, 60);
        injector.inject(topic, Fault.DUPLICATE, 0, 55, 56);
        injector.inject(topic, Fault.DUPLICATE, 1, 5);
        injector.inject(topic, Fault.CORRUPT, 0, 65);
        injector.inject(topic, Fault.MISROUTE, 0, 70);
        injector.inject(topic, Fault.SWAP, 0, 90);
        injector.inject(topic, Fault.SWAP, 1, 20);
        Producer one = watch.producer(scene.name("one"));
        Producer other = watch.producer(scene.name("other"));
        watch.send(one, 300);
        watch.send(watch.foreign(), 20);
        watch.send(other, 300);
        Set<Fault> done = new HashSet<>();
        injector.injected().stream().map(Injected::fault).forEach(done::add);
        assertThat(done)
                .as("what was done")
                .containsExactlyInAnyOrder(Fault.LOSE, Fault.DUPLICATE, Fault.CORRUPT, Fault.MISROUTE, Fault.SWAP);
        watch.assertTold();
    }

    @Test
    @DisplayName("W3 S5 what is sent again after an unknown outcome: two stored copies are told, and one is none")
    void sentAgainAfterAnUnknownOutcome(Scene scene) {
        Watch watch = new Watch(scene, 1);
        var unused = watch.open();
        watch.injector().inject(watch.topic(), Fault.UNCONFIRMED, first(sent -> sent.number() == 11));
        watch.injector().inject(watch.topic(), Fault.VANISH, first(sent -> sent.number() == 12));
        String name = scene.name("producer");
        Producer producer = watch.producer(name);
        watch.send(producer, 10);
        for (String text : List.of("stored", "vanished")) {
            Message message = Scene.message(watch.topic(), "k", text);
            assertThat(failure(producer, message)).isEqualTo(ErrorKind.OUTCOME_UNKNOWN);
            assertThat(failure(producer, message)).isNull();
        }
        watch.send(producer, 10);
        watch.assertTold(watch.named(Verdict.DUPLICATE, name, 0, 11));
    }

    private static @Nullable ErrorKind failure(Producer producer, Message message) {
        try {
            var unusedReceipt = producer.send(message);
            return null;
        } catch (MessagingException e) {
            return e.kind();
        }
    }

    @Test
    @DisplayName("W3 W4 a loss is told when the grace is over, in the middle and at the end, and not before")
    void notBeforeTheGrace(Scene scene) {
        Duration grace = Duration.ofSeconds(2);
        Watch watch = new Watch(scene, 1, grace, null);
        var unused = watch.open();
        watch.injector().inject(watch.topic(), Fault.LOSE, 0, 5, 10);
        Producer producer = watch.producer(scene.name("producer"));
        long before = System.nanoTime();
        watch.send(producer, 10);
        for (int i = 1; i <= 2; i++) {
            int count = i;
            scene.eventually("loss " + count + " is told", () -> watch.told().size() == count);
            Told told = watch.told().get(count - 1);
            assertThat(Duration.ofNanos(told.nanos() - before))
                    .as("%s, told after", told.finding())
                    .isGreaterThanOrEqualTo(grace.multipliedBy(count));
        }
    }

    /** Asks what is left as often as it may, and compares. */
    private static final class Asking implements ReceiveLaneInterceptor {
        private final TopicPartition partition;
        private final Set<UUID> acknowledged;
        private final Set<UUID> arrived = ConcurrentHashMap.newKeySet();
        private final AtomicInteger some = new AtomicInteger();
        private final AtomicInteger none = new AtomicInteger();
        private final Queue<String> lies = new ConcurrentLinkedQueue<>();

        Asking(String topic, Set<UUID> acknowledged) {
            this.partition = new TopicPartition(topic, 0);
            this.acknowledged = acknowledged;
        }

        @Override
        public void arrived(Delivery delivery) {
            arrived.add(delivery.id());
        }

        @Override
        public void between(Backlog backlog) {
            Set<UUID> held = Set.copyOf(acknowledged);
            try {
                if (backlog.of(partition) > 0) {
                    some.incrementAndGet();
                    return;
                }
            } catch (Exception e) {
                return; // nobody knows, which is no lie
            }
            none.incrementAndGet();
            if (!arrived.containsAll(held)) {
                lies.add("nothing is left, and " + arrived.size() + " of " + held.size() + " arrived");
            }
        }
    }

    @Test
    @DisplayName("W4 a broker that says that it holds nothing more for a group has delivered all that it had confirmed")
    void whatIsLeftIsTrue(Scene scene) {
        String topic = scene.topic(1);
        Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        Asking asking = new Asking(topic, acknowledged);
        Consumer consumer =
                scene.open(scene.waybill().consumer(scene.group()).interceptLane(asking), topic, delivery -> {});
        Producer producer = scene.producer();
        for (int round = 0; round < 2; round++) {
            int some = asking.some.get();
            consumer.pause();
            scene.eventually("something is left", () -> {
                acknowledged.add(producer.send(Message.to(topic).build()).id());
                return asking.some.get() > some;
            });
            int none = asking.none.get();
            consumer.resume();
            scene.eventually("nothing is left", () -> asking.none.get() > none);
        }
        assertThat(asking.lies).as("what was not true").isEmpty();
        assertThat(asking.arrived).containsAll(acknowledged);
    }

    private static void lose(Watch watch, Producer producer) {
        for (int i = 0; i < 20; i++) {
            var unused = producer.send(Scene.message(watch.topic(), "k" + i, "lost " + i));
        }
    }

    @Test
    @DisplayName(
            "W4 the lost end of a stream is named, of a producer that is open, of one that was closed, and of one of which nothing came")
    void lostEnds(Scene scene) {
        Watch watch = new Watch(scene, 2);
        var unused = watch.open();
        watch.injector()
                .inject(watch.topic(), Fault.LOSE, sent -> sent.message().text().startsWith("lost"));
        Producer open = watch.producer(scene.name("open"));
        watch.send(open, 50);
        lose(watch, open);
        try (Producer closed = watch.producer(scene.name("closed"))) {
            watch.send(closed, 50);
            lose(watch, closed);
        }
        try (Producer vain = watch.producer(scene.name("vain"))) {
            lose(watch, vain);
        }
        assertThat(watch.injector().injected()).as("what was lost").hasSize(60);
        watch.assertTold();
    }

    @Test
    @DisplayName("W7 with a secret what is sealed is believed; what is not, or with another, or was changed, is told")
    void onlyWhatIsSealedIsBelieved(Scene scene) {
        Watch watch = new Watch(scene, 1, Watch.GRACE, SECRET);
        var unused = watch.open();
        watch.injector()
                .inject(
                        watch.topic(),
                        Fault.CORRUPT,
                        sent -> sent.message().text().equals("7"));
        watch.send(watch.producer(scene.name("sealed")), 20);
        watch.injector().stop();
        String unsealed = scene.name("unsealed");
        String forged = scene.name("forged");
        watch.send(stranger(scene, watch, unsealed, Stamping.create()), 1);
        watch.send(stranger(scene, watch, forged, Stamping.create().sealedWith(GUESSED)), 1);
        watch.assertTold(
                watch.named(Verdict.CORRUPTED, unsealed, 0, 1),
                watch.named(Verdict.LOST, unsealed, 0, 1),
                watch.named(Verdict.CORRUPTED, forged, 0, 1),
                watch.named(Verdict.LOST, forged, 0, 1));
    }

    /** What it says in the control log is believed, what it sends is not. */
    private static Producer stranger(Scene scene, Watch watch, String name, Stamping stamping) {
        return watch.producer(scene.waybill().producer(name), name, stamping.manifestEvery(Duration.ofMillis(100)));
    }
}
