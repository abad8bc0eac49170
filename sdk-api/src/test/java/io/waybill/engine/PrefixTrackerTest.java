package io.waybill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PrefixTrackerTest {
    @Test
    void c4_settlesTheFinishedPrefixAndNotOneMore() {
        PrefixTracker tracker = new PrefixTracker(64, false);
        long first = tracker.add(10);
        long second = tracker.add(13); // positions may have gaps
        long third = tracker.add(14);

        tracker.finish(second);
        assertThat(tracker.advance()).isFalse();
        assertThat(tracker.next()).isEqualTo(10);
        assertThat(tracker.through()).isEqualTo(-1);

        tracker.finish(first);
        assertThat(tracker.advance()).isTrue();
        assertThat(tracker.next()).isEqualTo(14);
        assertThat(tracker.through()).isEqualTo(13);

        tracker.finish(third);
        assertThat(tracker.advance()).isTrue();
        assertThat(tracker.next()).isEqualTo(15);
    }

    @Test
    void queuesLearnWhatIsFinishedBeyondThePrefixOnce() {
        PrefixTracker tracker = new PrefixTracker(128, true);
        long[] indexes = LongStream.range(0, 100).map(i -> tracker.add(i + 1)).toArray();
        tracker.finish(indexes[3]);
        tracker.finish(indexes[70]);
        tracker.advance();
        assertThat(tracker.beyond()).containsExactly(4, 71);
        tracker.finish(indexes[71]);
        assertThat(tracker.beyond()).containsExactly(72);
        assertThat(tracker.beyond()).isEmpty();
    }

    @Test
    void ringIsReusedForEver() {
        PrefixTracker tracker = new PrefixTracker(64, true);
        Random random = new Random(7);
        List<Long> open = new ArrayList<>();
        long position = 0;
        for (int round = 0; round < 10_000; round++) {
            while (tracker.room() > 0 && random.nextInt(3) > 0) {
                open.add(tracker.add(position++));
            }
            Collections.shuffle(open, random);
            for (int i = open.size() / 2; i >= 0 && !open.isEmpty(); i--) {
                tracker.finish(open.remove(open.size() - 1));
            }
            tracker.advance();
            tracker.beyond();
            long firstOpen = open.stream().mapToLong(Long::longValue).min().orElse(position);
            assertThat(tracker.next()).isEqualTo(firstOpen);
        }
    }

    @Test
    void refusesMoreThanItHolds() {
        PrefixTracker tracker = new PrefixTracker(64, false);
        for (int i = 0; i < 64; i++) {
            tracker.add(i);
        }
        assertThat(tracker.room()).isZero();
        assertThatThrownBy(() -> tracker.add(64)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void manyThreadsFinishWhileOneAdvances() throws Exception {
        PrefixTracker tracker = new PrefixTracker(1 << 16, false);
        int count = 60_000;
        for (int i = 0; i < count; i++) {
            tracker.add(i);
        }
        CountDownLatch done = new CountDownLatch(4);
        for (int t = 0; t < 4; t++) {
            int mine = t;
            new Thread(() -> {
                        for (int i = mine; i < count; i += 4) {
                            tracker.finish(i);
                        }
                        done.countDown();
                    })
                    .start();
        }
        while (done.getCount() > 0) {
            tracker.advance();
        }
        tracker.advance();
        assertThat(tracker.next()).isEqualTo(count);
        assertThat(tracker.span()).isZero();
    }
}
