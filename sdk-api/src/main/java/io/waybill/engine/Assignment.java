package io.waybill.engine;

import io.waybill.message.Delivery;
import io.waybill.message.Ordering;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Settlement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One ownership of a partition, from assignment to its end. The object is the epoch: what handlers finish after its end
 * is counted as stale and settles nothing (rule C5).
 */
final class Assignment {
    /** What a delivery costs in memory beyond its own bytes, roughly. */
    private static final int OVERHEAD = 256;

    private final TopicPartition partition;
    private final Ordering ordering;
    private final WorkerPool pool;
    private final DeliveryRunner runner;
    private final PrefixTracker tracker;
    private final int window;
    private final boolean selective;
    private final LaneTable lanes = new LaneTable(this);
    private final KeyLane only = new KeyLane(this, null, 0);
    private final AtomicLong bufferedBytes = new AtomicLong();
    /** Lanes being run now. */
    private final AtomicInteger running = new AtomicInteger();

    private volatile boolean stopped;
    private volatile boolean ended;
    private volatile boolean windowFull;
    private volatile @Nullable Thread waiter;

    // the polling thread's
    boolean paused;
    boolean releasing;
    long drainDeadline;
    private long settled = -1;

    Assignment(
            TopicPartition partition,
            Ordering ordering,
            WorkerPool pool,
            DeliveryRunner runner,
            int window,
            int largestBatch,
            boolean selective) {
        this.partition = partition;
        this.ordering = ordering;
        this.pool = pool;
        this.runner = runner;
        this.window = window;
        this.selective = selective;
        this.tracker = new PrefixTracker(window + largestBatch, selective);
    }

    TopicPartition partition() {
        return partition;
    }

    WorkerPool pool() {
        return pool;
    }

    DeliveryRunner runner() {
        return runner;
    }

    // --- the polling thread's side

    /** Sorts a delivery into its lane; adds the lane to the list if it must be given to the pool. */
    void accept(Delivery delivery, @Nullable Throwable refusal, List<KeyLane> activated) {
        byte[] key = delivery.message().key();
        int size = OVERHEAD + delivery.message().body().length + (key == null ? 0 : key.length);
        Entry entry = new Entry(delivery, tracker.add(delivery.position()), size);
        entry.deadBecause = refusal;
        bufferedBytes.addAndGet(size);
        KeyLane lane = switch (ordering) {
            case PARTITION -> only;
            case KEY -> key == null ? new KeyLane(this, null, 0) : lanes.lane(key);
            case NONE -> new KeyLane(this, null, 0);
        };
        if (lane.offer(entry)) {
            activated.add(lane);
        }
    }

    /** Whether to stop reading: too many bytes wait, or the window is full. */
    boolean shouldPause(long byteLimit) {
        windowFull = tracker.span() >= window;
        return windowFull || bufferedBytes.get() > byteLimit;
    }

    boolean mayResume(long byteLimit) {
        boolean room = tracker.span() <= window / 2;
        if (room) {
            windowFull = false;
        }
        return room && bufferedBytes.get() <= byteLimit / 2;
    }

    boolean isWindowFull() {
        return windowFull;
    }

    /** What is newly done, or null. The caller settles it. */
    @Nullable
    Settlement settlement() {
        tracker.advance();
        long next = tracker.next();
        long[] beyond = selective ? tracker.beyond() : new long[0];
        if (tracker.through() < 0 && beyond.length == 0) {
            return null;
        }
        if (next == settled && beyond.length == 0) {
            return null;
        }
        settled = next;
        return new Settlement(partition, tracker.through(), next, beyond);
    }

    /** The last settlement may not have arrived: the next one repeats it. */
    void settleAgain() {
        settled = -1;
    }

    /** Where reading would go on now. */
    long next() {
        return tracker.next();
    }

    long bufferedBytes() {
        return bufferedBytes.get();
    }

    /** Whether something was delivered that is not settled. */
    boolean hasUnsettled() {
        return tracker.span() > 0 || (tracker.through() >= 0 && tracker.next() != settled);
    }

    /** Hands out nothing more; what runs goes on. */
    void stop() {
        stopped = true;
    }

    boolean isDrained() {
        return running.get() == 0;
    }

    /** Waits on the polling thread until nothing runs; false if the time is over first. */
    boolean awaitDrained(long deadlineNanos) {
        waiter = Thread.currentThread();
        try {
            while (!isDrained()) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, left);
            }
            return true;
        } finally {
            waiter = null;
        }
    }

    /** From here on what finishes is stale. */
    void end() {
        stopped = true;
        ended = true;
    }

    int unfinished() {
        return running.get();
    }

    // --- the workers' side

    boolean isStopped() {
        return stopped;
    }

    boolean enter() {
        running.incrementAndGet();
        if (stopped) {
            leave();
            return false;
        }
        return true;
    }

    void leave() {
        if (running.decrementAndGet() == 0 && stopped) {
            Thread waiting = waiter;
            if (waiting != null) {
                LockSupport.unpark(waiting);
            }
        }
    }

    void finished(Entry entry) {
        if (ended) {
            runner.stale();
            return;
        }
        tracker.finish(entry.index);
        bufferedBytes.addAndGet(-entry.size);
    }
}
