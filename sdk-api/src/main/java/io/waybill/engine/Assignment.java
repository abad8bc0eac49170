package io.waybill.engine;

import io.waybill.message.Delivery;
import io.waybill.message.Ordering;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Settlement;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One ownership of a partition, from assignment to its end. The object is the epoch: what handlers finish after its end
 * is counted as stale and settles nothing (rule C5).
 */
final class Assignment {
    /** What a delivery costs in memory beyond its own bytes, roughly. */
    private static final int OVERHEAD = 256;

    /** A paused partition that finishes nothing for so long is held up. */
    private static final long HELD_UP_NANOS = 1_000_000_000;

    private static final long LOOK_NANOS = 50_000_000;

    private final TopicPartition partition;
    private final Ordering ordering;
    private final WorkerPool pool;
    private final DeliveryRunner runner;
    private final PrefixTracker tracker;
    private final int window;
    /** How many deliveries may be between the first unfinished and the last so that one more poll stays in the window. */
    private final int mostBeforePoll;

    private final boolean selective;
    private final LaneTable lanes = new LaneTable(this);
    private final KeyLane only = new KeyLane(this, null, 0);
    /** The bytes of what arrived, and of what of it was finished: counted apart, since different processors do it. */
    private final PaddedCounter arrivedBytes = new PaddedCounter();

    private final PaddedCounter finishedBytes = new PaddedCounter();
    /** How many deliveries were finished; only counted where a broker wants them settled by number. */
    private final LongAdder finishes = new LongAdder();

    /** Lanes being run now. */
    private final AtomicInteger running = new AtomicInteger();

    /** Lanes that wait for their next attempt; all that keeps them in memory, so that they go with the assignment. */
    private final Set<KeyLane> retrying = ConcurrentHashMap.newKeySet();

    private volatile boolean stopped;
    private volatile boolean ended;
    private volatile boolean paused;
    private volatile boolean windowFull;
    /** The index of the first unfinished delivery, as the polling thread saw it last. */
    private volatile long head;

    private volatile @Nullable Thread waiter;

    // the polling thread's
    boolean releasing;
    long drainDeadline;
    private long settled = -1;
    private long settledAt;
    private long bytesThen = -1;
    private long bytesSince;
    private boolean toldHeldUp;
    /** An earlier ownership of this partition, here, whose handlers still run; and until when they are waited for. */
    private @Nullable Assignment before;

    private final long waitForBefore;
    private final List<KeyLane> heldBack = new ArrayList<>();

    Assignment(
            TopicPartition partition,
            ConsumerOptions options,
            WorkerPool pool,
            DeliveryRunner runner,
            boolean selective,
            @Nullable Assignment before) {
        this.partition = partition;
        this.ordering = options.ordering();
        this.pool = pool;
        this.runner = runner;
        this.window = options.window();
        this.mostBeforePoll = window - options.batchMessages();
        this.selective = selective;
        this.tracker = new PrefixTracker(window + options.batchMessages(), selective);
        this.before = before;
        this.waitForBefore = System.nanoTime() + Nanos.of(options.drain());
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

    /**
     * Sorts deliveries into their lanes; adds lanes to the list that must be given to the pool.
     *
     * @param arrival says why a delivery must not be handled, or null
     */
    void accept(List<Delivery> batch, Function<Delivery, @Nullable Throwable> arrival, List<KeyLane> activated) {
        if (ordering == Ordering.PARTITION) {
            Entry first = entry(batch.get(0), arrival);
            Entry last = first;
            for (int i = 1; i < batch.size(); i++) {
                last.next = entry(batch.get(i), arrival);
                last = last.next;
            }
            offer(only, first, last, batch.size(), activated);
            return;
        }
        for (Delivery delivery : batch) {
            Entry entry = entry(delivery, arrival);
            byte[] key = delivery.message().key();
            KeyLane lane = key == null || ordering == Ordering.NONE ? new KeyLane(this, null, 0) : lanes.lane(key);
            offer(lane, entry, entry, 1, activated);
        }
    }

    private Entry entry(Delivery delivery, Function<Delivery, @Nullable Throwable> arrival) {
        byte[] key = delivery.message().key();
        int size = OVERHEAD
                + delivery.message().body().length
                + delivery.message().headers().encodedBytes()
                + (key == null ? 0 : key.length);
        Entry entry = new Entry(delivery, tracker.add(delivery.position()), size);
        entry.deadBecause = arrival.apply(delivery);
        arrivedBytes.lazySet(arrivedBytes.get() + size);
        return entry;
    }

    private void offer(KeyLane lane, Entry first, Entry last, int count, List<KeyLane> activated) {
        if (lane.offer(first, last, count)) {
            (mayRun() ? activated : heldBack).add(lane);
        }
    }

    /** Adds lanes that were held back, once the handlers of an earlier ownership have ended. */
    void release(List<KeyLane> activated) {
        if (!heldBack.isEmpty() && mayRun()) {
            activated.addAll(heldBack);
            heldBack.clear();
        }
    }

    boolean isHeldBack() {
        return !heldBack.isEmpty();
    }

    /** Else a key could be handled twice at once: here, and by a handler that does not know that its time is over. */
    private boolean mayRun() {
        if (before != null && (before.isQuiet() || System.nanoTime() - waitForBefore > 0)) {
            before = null;
        }
        return before == null;
    }

    /** Nothing of it runs, nor of what it waits for. */
    boolean isQuiet() {
        return isDrained() && (before == null || before.isQuiet());
    }

    /** Whether to stop reading: too many bytes wait, or the window is full. */
    boolean shouldPause(long byteLimit) {
        advance();
        windowFull = tracker.span() > mostBeforePoll;
        return windowFull || bufferedBytes() > byteLimit;
    }

    boolean mayResume(long byteLimit) {
        advance();
        boolean room = tracker.span() <= window / 2;
        if (room) {
            windowFull = false;
        }
        return room && bufferedBytes() <= byteLimit / 2;
    }

    private void advance() {
        tracker.advance();
        head = tracker.head();
    }

    boolean isPaused() {
        return paused;
    }

    void paused(boolean now) {
        paused = now;
        bytesThen = -1;
        toldHeldUp = false;
    }

    /** Whether it is paused and nothing of it was finished for a while, though it might be; true once in each pause. */
    boolean isHeldUp(boolean allPaused) {
        long now = System.nanoTime();
        long bytes = bufferedBytes();
        if (!paused || allPaused || bytes != bytesThen) {
            bytesThen = bytes;
            bytesSince = now;
        } else if (!toldHeldUp && now - bytesSince > HELD_UP_NANOS) {
            toldHeldUp = true;
            return true;
        }
        return false;
    }

    /** What is newly done, or null. The caller settles it. */
    @Nullable
    Settlement settlement() {
        advance();
        long next = tracker.next();
        long[] beyond = selective ? tracker.beyond() : new long[0];
        if (tracker.through() < 0 && beyond.length == 0) {
            return null;
        }
        if (next == settled && beyond.length == 0) {
            return null;
        }
        settled = next;
        settledAt = finishes.sum();
        return new Settlement(partition, tracker.through(), next, beyond);
    }

    /** How many deliveries were finished since the last settlement; those behind the prefix count, too. */
    long finishedSinceSettled() {
        return finishes.sum() - settledAt;
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
        long finished = finishedBytes.get(); // read first: no more than what arrived
        return arrivedBytes.get() - finished;
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
    boolean awaitDrained(LongSupplier deadline) {
        waiter = Thread.currentThread();
        try {
            while (!isDrained()) {
                long left = deadline.getAsLong() - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS)); // the deadline may come nearer
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
        retrying.clear();
        lanes.clear();
        heldBack.clear();
    }

    int unfinished() {
        return running.get();
    }

    // --- the workers' side

    boolean isStopped() {
        return stopped;
    }

    boolean isEnded() {
        return ended;
    }

    /** Whether the partition stands still because of this very delivery, which has its worker now. */
    boolean isHeldUpBy(Entry entry) {
        return paused && entry.index == head && (windowFull || (running.get() == 1 && !pool.isContended()));
    }

    /** Runs a lane again after a while, if the assignment lasts that long. */
    void later(KeyLane lane, long nanos) {
        retrying.add(lane);
        if (ended) {
            retrying.clear();
            return;
        }
        WeakReference<KeyLane> kept = new WeakReference<>(lane);
        runner.later(
                () -> {
                    KeyLane again = kept.get();
                    if (again != null && retrying.remove(again)) {
                        pool.execute(again);
                    }
                },
                nanos);
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
        if (selective) {
            finishes.increment();
        }
        finishedBytes.getAndAdd(entry.size);
    }
}
