package io.waybill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.Ordering;
import io.waybill.message.RetryPolicy;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicPartition;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AssignmentTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final int WINDOW = 64;

    private final WorkerPool pool = new WorkerPool("test", 4);
    private final SharedThreads threads = new SharedThreads();
    private final AtomicInteger handled = new AtomicInteger();
    private Processor processor = delivery -> handled.incrementAndGet() > 0;

    @AfterEach
    void close() {
        int unused = pool.close(System.nanoTime());
        threads.close();
    }

    private static ConsumerOptions options(Ordering ordering) {
        return new ConsumerOptions(
                "group",
                "member",
                Set.of("orders"),
                ordering,
                4,
                WINDOW,
                false,
                1 << 20,
                16,
                RetryPolicy.DEFAULT,
                Map.of(),
                StartPosition.first(),
                Duration.ofSeconds(10),
                Duration.ofMillis(300),
                Duration.ofMillis(100));
    }

    private Assignment assignment(@Nullable Assignment before) {
        return assignment(options(Ordering.KEY), before);
    }

    private Assignment assignment(ConsumerOptions options, @Nullable Assignment before) {
        DeadLetters deadLetters = new DeadLetters(options, () -> {
            throw new IllegalStateException("none expected");
        });
        DeliveryRunner runner = new DeliveryRunner(
                options,
                delivery -> processor.process(delivery),
                (delivery, ending) -> {},
                deadLetters,
                threads,
                new ConsumerCounters());
        return new Assignment(PARTITION, options, pool, runner, false, before);
    }

    private void deliver(Assignment assignment, Delivery... deliveries) {
        List<KeyLane> activated = new ArrayList<>();
        assignment.accept(List.of(deliveries), arrived -> null, activated);
        pool.execute(activated);
    }

    private static Delivery delivery(long position) {
        return delivery(position, "k", 100_000);
    }

    private static Delivery delivery(long position, String key, int size) {
        Message message = Message.to("orders").key(key).body(new byte[size]).build();
        return new Delivery(message, 0, position, 0, 1, null);
    }

    @Test
    void c6_anIdleLaneKeepsNothingOfItsLastMessage() {
        Assignment assignment = assignment(null);
        WeakReference<Message> last = deliverOne(assignment);
        await("handled").until(() -> handled.get() == 1 && assignment.bufferedBytes() == 0);
        await("let go").until(() -> {
            System.gc();
            return last.get() == null;
        });
        assertThat(assignment.partition()).isEqualTo(PARTITION);
    }

    private WeakReference<Message> deliverOne(Assignment assignment) {
        Delivery delivery = delivery(0);
        deliver(assignment, delivery);
        return new WeakReference<>(delivery.message());
    }

    private Assignment endedWhileHandling(CountDownLatch gate) {
        processor = delivery -> {
            handled.incrementAndGet();
            gate.await();
            return true;
        };
        Assignment assignment = assignment(null);
        deliver(assignment, delivery(0));
        await("in hand").until(() -> handled.get() == 1);
        assignment.end();
        return assignment;
    }

    @Test
    void c2_handsOutNothingWhileAnEarlierOwnershipStillHandles() {
        CountDownLatch gate = new CountDownLatch(1);
        Assignment earlier = endedWhileHandling(gate);
        Assignment now = assignment(earlier);
        deliver(now, delivery(0));
        assertThat(now.isHeldBack()).isTrue();
        gate.countDown();
        await("over").until(earlier::isDrained);
        List<KeyLane> activated = new ArrayList<>();
        now.release(activated);
        assertThat(activated).hasSize(1);
        assertThat(now.isHeldBack()).isFalse();
    }

    @Test
    void c5_anEarlierOwnershipIsWaitedForNoLongerThanADrain() {
        CountDownLatch gate = new CountDownLatch(1);
        Assignment earlier = endedWhileHandling(gate);
        Assignment now = assignment(earlier);
        deliver(now, delivery(0));
        List<KeyLane> activated = new ArrayList<>();
        await("a drain's time").until(() -> {
            now.release(activated);
            return activated.size() == 1;
        });
        gate.countDown();
    }

    @Test
    void c4_finishedDeliveriesFillNoWindow() {
        Assignment assignment = assignment(null);
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < WINDOW; i++) {
                deliver(assignment, delivery(round * WINDOW + i));
            }
            int all = (round + 1) * WINDOW;
            await("handled").until(() -> handled.get() == all && assignment.bufferedBytes() == 0);
            assertThat(assignment.shouldPause(Long.MAX_VALUE)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Ordering.class)
    void c2_batchesThatComeWhileOthersAreHandledStayInOrder(Ordering ordering) {
        Map<String, Long> last = new ConcurrentHashMap<>();
        AtomicInteger swapped = new AtomicInteger();
        processor = delivery -> {
            Long before = last.put(delivery.message().keyText().orElseThrow(), delivery.position());
            if (before != null && before >= delivery.position()) {
                swapped.incrementAndGet();
            }
            return handled.incrementAndGet() > 0;
        };
        Assignment assignment = assignment(options(ordering), null);
        Random random = new Random(7);
        int next = 0;
        for (int batch = 0; batch < 20_000; batch++) {
            Delivery[] deliveries = new Delivery[1 + random.nextInt(4)];
            for (int i = 0; i < deliveries.length; i++, next++) {
                String key = ordering == Ordering.PARTITION ? "all" : "key-" + next % 3;
                deliveries[i] = delivery(next, ordering == Ordering.NONE ? "key-" + next : key, 10);
            }
            long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (assignment.shouldPause(Long.MAX_VALUE)) {
                assertThat(deadline - System.nanoTime()).as("time for room").isPositive();
                Thread.onSpinWait();
            }
            deliver(assignment, deliveries);
        }
        int all = next;
        await("handled").until(() -> handled.get() == all && assignment.bufferedBytes() == 0);
        assertThat(swapped).hasValue(0);
        assertThat(assignment.shouldPause(Long.MAX_VALUE)).isFalse();
        assertThat(assignment.next()).isEqualTo(all);
    }
}
