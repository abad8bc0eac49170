package io.waybill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final long SOON = Duration.ofMillis(50).toNanos();
    private static final long LATE = Duration.ofSeconds(10).toNanos();

    @Test
    void s7_blocksNoLongerThanAskedThenFails() {
        Admission admission = new Admission(100);
        admission.acquire(80, SOON, "p");
        long start = System.nanoTime();
        assertThatThrownBy(() -> admission.acquire(30, SOON, "p"))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.OVERLOADED))
                .hasMessageContaining("maxBlock");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SOON);
        assertThat(admission.used()).isEqualTo(80);
    }

    @Test
    void letsASingleLargeMessageIn() {
        Admission admission = new Admission(100);
        admission.acquire(1000, SOON, "p");
        assertThat(admission.used()).isEqualTo(1000);
    }

    @Test
    void manyThreadsNeverPassTheLimitAndNobodyIsForgotten() throws Exception {
        Admission admission = new Admission(1000);
        AtomicLong inside = new AtomicLong();
        AtomicLong most = new AtomicLong();
        CountDownLatch done = new CountDownLatch(8);
        for (int t = 0; t < 8; t++) {
            new Thread(() -> {
                        for (int i = 0; i < 5_000; i++) {
                            admission.acquire(300, LATE, "p");
                            most.accumulateAndGet(inside.addAndGet(300), Math::max);
                            inside.addAndGet(-300);
                            admission.release(300);
                        }
                        done.countDown();
                    })
                    .start();
        }
        assertThat(done.await(60, TimeUnit.SECONDS))
                .as("a waiter was forgotten")
                .isTrue();
        assertThat(most.get()).isLessThanOrEqualTo(1000);
        assertThat(admission.used()).isZero();
    }

    @Test
    void s7_whoWaitsGetsInThoughMostStaysTaken() throws Exception {
        Admission admission = new Admission(1000);
        admission.acquire(950, SOON, "p"); // for good: an eighth is never free
        admission.acquire(50, SOON, "p");
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> admission.acquire(50, LATE, "p"));
        await("it waits").until(() -> admission.inLine() == 1);
        admission.release(50);
        second.get(5, TimeUnit.SECONDS);
        assertThat(admission.used()).isEqualTo(1000);
    }

    @Test
    void s7_thoseInLineGetInOneAfterTheOther() throws Exception {
        Admission admission = new Admission(1000);
        admission.acquire(1000, SOON, "p");
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            all.add(CompletableFuture.runAsync(
                    () -> {
                        admission.acquire(1000, LATE, "p");
                        order.add(number);
                        admission.release(1000);
                    },
                    task -> new Thread(task).start()));
            await("it waits behind the others").until(() -> admission.inLine() == number + 1);
        }
        admission.release(1000);
        for (CompletableFuture<Void> one : all) {
            one.get(5, TimeUnit.SECONDS);
        }
        assertThat(order).containsExactly(0, 1, 2, 3);
    }

    @Test
    void s10_closeLetsGoOfThoseInLine() {
        Admission admission = new Admission(100);
        admission.acquire(100, SOON, "p");
        List<CompletableFuture<Void>> waiting = IntStream.range(0, 3)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> admission.acquire(100, LATE, "p"), task -> new Thread(task).start()))
                .toList();
        await("they wait").until(() -> admission.inLine() == 3);
        assertThat(admission.close(SOON)).isFalse();
        for (CompletableFuture<Void> one : waiting) {
            assertThat(one)
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableThat()
                    .withMessageContaining("is closed");
        }
        admission.release(100);
        assertThat(admission.close(SOON)).isTrue();
    }

    @Test
    void s10_closedItRefusesByName() {
        Admission admission = new Admission(100);
        assertThat(admission.close(SOON)).isTrue();
        assertThatThrownBy(() -> admission.acquire(1, SOON, "p"))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CLOSED));
        assertThat(admission.used()).isZero();
    }
}
