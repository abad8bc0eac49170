package io.waybill.engine;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deliveries of one key, or of one partition, one after the other. Filled by the polling thread, run by one worker
 * at a time: whoever raises the count from 0 gives it to the pool, and whoever brings it back to 0 lets go of it.
 */
final class KeyLane extends AtomicInteger implements Runnable {
    private static final long serialVersionUID = 1L;

    /** How many deliveries it handles before others that wait get the thread. */
    private static final int SHIFT = 64;

    private static final long RECOVERY_NANOS = 1_000_000_000;
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.consumer");

    final transient byte @Nullable [] key;
    final int hash;
    private final transient Assignment assignment;
    private transient @Nullable Entry tail;
    private transient @Nullable Entry head;

    KeyLane(Assignment assignment, byte @Nullable [] key, int hash) {
        this.assignment = assignment;
        this.key = key;
        this.hash = hash;
    }

    /** Adds linked deliveries; true if the lane must be given to the pool. */
    boolean offer(Entry first, Entry last, int count) {
        Entry before = tail;
        tail = last;
        if (before != null && get() != 0) {
            before.next = first; // published by the count
        }
        if (getAndAdd(count) == 0) {
            head = first;
            return true;
        }
        return false;
    }

    boolean isIdle() {
        return get() == 0;
    }

    @Override
    public void run() {
        if (!assignment.enter()) {
            return; // the assignment is over: what is left will be delivered again
        }
        try {
            runEntries();
        } catch (Throwable e) { // no memory, or a defect: the entry at the head is tried again
            LOG.error("A delivery of {} was not handled to its end", assignment.partition(), e);
            assignment.later(this, RECOVERY_NANOS);
        } finally {
            assignment.leave();
        }
    }

    private void runEntries() {
        int handled = 0;
        while (true) {
            if (assignment.isStopped()) {
                return;
            }
            if (assignment.pool().isAtRest()
                    || (handled == SHIFT && assignment.pool().isContended())) {
                assignment.pool().execute(this);
                return;
            }
            Entry entry = Objects.requireNonNull(head);
            long wait = assignment.runner().attempt(assignment, entry);
            if (wait >= 0) {
                assignment.later(this, wait);
                return;
            }
            if (wait == DeliveryRunner.NOT_NOW) {
                assignment.pool().execute(this); // behind the others, so that another is tried first next time
                return;
            }
            if (wait == DeliveryRunner.ABANDONED) {
                return;
            }
            handled = handled == SHIFT ? 0 : handled + 1;
            assignment.finished(entry);
            entry.finish();
            if (decrementAndGet() == 0) {
                return;
            }
            head = entry.next;
            entry.next = null;
        }
    }
}
