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
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AssignmentTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final ConsumerOptions OPTIONS = new ConsumerOptions(
            "group",
            "member",
            Set.of("orders"),
            Ordering.KEY,
            4,
            64,
            false,
            1 << 20,
            16,
            RetryPolicy.DEFAULT,
            Map.of(),
            StartPosition.first(),
            Duration.ofSeconds(10),
            Duration.ofMillis(300),
            Duration.ofMillis(100));

    private final WorkerPool pool = new WorkerPool("test", 4);
    private final SharedThreads threads = new SharedThreads();
    private final AtomicInteger handled = new AtomicInteger();
    private Processor processor = delivery -> handled.incrementAndGet() > 0;

    @AfterEach
    void close() {
        int unused = pool.close(System.nanoTime());
        threads.close();
    }

    private Assignment assignment(@Nullable Assignment before) {
        DeadLetters deadLetters = new DeadLetters(OPTIONS, () -> {
            throw new IllegalStateException("none expected");
        });
        DeliveryRunner runner = new DeliveryRunner(
                OPTIONS,
                delivery -> processor.process(delivery),
                (delivery, ending) -> {},
                deadLetters,
                threads,
                new ConsumerCounters());
        return new Assignment(PARTITION, OPTIONS, pool, runner, false, before);
    }

    private void deliver(Assignment assignment, Delivery delivery) {
        List<KeyLane> activated = new ArrayList<>();
        assignment.accept(delivery, null, activated);
        activated.forEach(pool::execute);
    }

    private static Delivery delivery(long position) {
        Message message = Message.to("orders").key("k").body(new byte[100_000]).build();
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
            for (int i = 0; i < 64; i++) {
                deliver(assignment, delivery(round * 64 + i));
            }
            int all = (round + 1) * 64;
            await("handled").until(() -> handled.get() == all && assignment.bufferedBytes() == 0);
            assertThat(assignment.shouldPause(Long.MAX_VALUE)).isFalse();
        }
    }
}
