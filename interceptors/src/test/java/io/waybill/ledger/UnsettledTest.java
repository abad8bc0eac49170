package io.waybill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UnsettledTest {
    /** Against a queue of objects, with rings that grow while they are turned. */
    @Test
    void whatWasAddedFinishesInItsOrder() {
        Random random = new Random(7);
        Unsettled unsettled = new Unsettled();
        Account account = new Account(0);
        Deque<Long> expected = new ArrayDeque<>();
        long next = 0;
        for (int i = 0; i < 2_000; i++) {
            for (int added = random.nextInt(200); added > 0; added--) {
                next++;
                unsettled.add(2 * next, account, next);
                expected.add(next);
            }
            long through = random.nextLong(next + 1);
            boolean any = false;
            while (!expected.isEmpty() && expected.element() <= through) {
                long unused = expected.remove();
                any = true;
            }
            assertThat(unsettled.finish(2 * through, new long[0])).isEqualTo(any);
            assertThat(account.finished.last()).isEqualTo(expected.isEmpty() ? next : expected.element() - 1);
        }
        assertThat(account.finished.intervals()).isEqualTo(1);
    }

    @Test
    void someFinishOutOfTheirOrder() {
        Unsettled unsettled = new Unsettled();
        Account account = new Account(0);
        for (long number = 1; number <= 100; number++) {
            unsettled.add(10 * number, account, number);
        }
        assertThat(unsettled.finish(20, new long[] {50, 990, 1_000})).isTrue();
        assertThat(account.finished).hasToString("[1-2, 5, 99-100]");
        assertThat(unsettled.finish(60, new long[0])).isTrue();
        assertThat(account.finished).hasToString("[1-6, 99-100]");
        assertThat(unsettled.finish(60, new long[] {15})).as("none is there").isTrue();
        assertThat(account.finished).hasToString("[1-6, 99-100]");
    }
}
