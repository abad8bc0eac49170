package io.waybill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
    void s10_closedItRefusesByName() {
        Admission admission = new Admission(100);
        assertThat(admission.close(SOON)).isTrue();
        assertThatThrownBy(() -> admission.acquire(1, SOON, "p"))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CLOSED));
        assertThat(admission.used()).isZero();
    }
}
