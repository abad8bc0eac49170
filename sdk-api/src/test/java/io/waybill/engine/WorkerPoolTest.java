package io.waybill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
    private final WorkerPool pool = new WorkerPool("test", 8);

    @AfterEach
    void close() {
        int unused = pool.close(System.nanoTime());
    }

    @Test
    void c3_aBurstIsNotLeftToOneThread() throws Exception {
        for (int round = 0; round < 30_000; round++) {
            pool.execute(() -> {}); // wakes a worker, which may find nothing, since another one was faster
            pool.execute(() -> {});
            CountDownLatch met = new CountDownLatch(3);
            CountDownLatch ended = new CountDownLatch(3);
            for (int i = 0; i < 3; i++) {
                pool.execute(() -> {
                    met.countDown();
                    awaitQuietly(met);
                    ended.countDown();
                });
            }
            assertThat(ended.await(10, TimeUnit.SECONDS))
                    .as("three tasks that wait for each other run at once, round %s", round)
                    .isTrue();
        }
    }

    @Test
    void aTaskThatThrowsOrLeavesAnInterruptHarmsNoOther() throws Exception {
        CountDownLatch clean = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            pool.execute(() -> {
                Thread.currentThread().interrupt();
                throw new AssertionError("on purpose");
            });
            pool.execute(() -> {
                if (!Thread.currentThread().isInterrupted()) {
                    clean.countDown();
                }
            });
        }
        assertThat(clean.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void c14_closeWaitsForWhatRunsUntilItsDeadline() {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            pool.execute(() -> {
                begun.countDown();
                awaitQuietly(release);
            });
        }
        await().until(() -> begun.getCount() == 0);
        assertThat(pool.close(System.nanoTime() + 50_000_000)).isEqualTo(2);
        new Thread(release::countDown).start();
        assertThat(pool.close(System.nanoTime() + 10_000_000_000L)).isZero();
    }

    @RepeatedTest(20)
    void runsEveryTaskOfManyThreads() throws Exception {
        int threads = 4;
        int each = 20_000;
        CountDownLatch ran = new CountDownLatch(threads * each);
        for (int t = 0; t < threads; t++) {
            new Thread(() -> {
                        for (int i = 0; i < each; i++) {
                            pool.execute(ran::countDown);
                            if (i % 997 == 0) {
                                LockSupport.parkNanos(20_000); // lets workers fall asleep in between
                            }
                        }
                    })
                    .start();
        }
        assertThat(ran.await(30, TimeUnit.SECONDS)).as("a wake-up was lost").isTrue();
    }

    @Test
    void blockingTasksUseAllThreadsAndNoMore() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
            pool.execute(() -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                awaitQuietly(release);
                running.decrementAndGet();
                ended.countDown();
            });
        }
        await("all eight threads run").atMost(Duration.ofSeconds(5)).until(() -> running.get() == 8);
        release.countDown();
        assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(most).hasValue(8);
    }

    @Test
    void pausedItStartsNothingAndResumedItStartsAll() throws Exception {
        pool.pause();
        CountDownLatch ran = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            pool.execute(ran::countDown);
        }
        assertThat(ran.await(50, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(ran.getCount()).isEqualTo(100);
        pool.resume();
        assertThat(ran.await(5, TimeUnit.SECONDS)).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
