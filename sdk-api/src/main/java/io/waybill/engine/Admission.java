package io.waybill.engine;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes in flight (rule S7). Callers take places without a lock while there are any; with none left they wait
 * in line for at most {@code maxBlock}. Who is first in line is woken when an eighth is free, since waking it for each place would
 * cost more than sending, and looks by itself each millisecond, since there may never be an eighth.
 *
 * <p>What was taken and what was given back are counted apart, since different processors do it: callers look at what was given
 * back only when what they saw of it last is not enough.
 */
final class Admission {
    private static final long LOOK_NANOS = 1_000_000;

    private final long limit;
    private final long comfortable;
    private final PaddedCounter taken = new PaddedCounter();
    private final PaddedCounter givenBack = new PaddedCounter();
    /** No more than was given back. */
    private volatile long givenBackAtLeast;

    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock line = new ReentrantLock(true);
    private volatile @Nullable Thread first;
    private volatile @Nullable Thread closer;
    private volatile boolean closed;

    Admission(long limit) {
        this.limit = limit;
        this.comfortable = limit - limit / 8;
    }

    void acquire(int size, long maxBlockNanos, String producer) {
        if (waiting.get() > 0 || !tryAcquire(size)) {
            acquireSlowly(size, maxBlockNanos, producer);
        }
        if (closed) {
            release(size);
            throw closed(producer);
        }
    }

    /** A single message larger than the limit is let in when nothing else is in flight. */
    private boolean tryAcquire(int size) {
        long before = taken.getAndAdd(size);
        if (before + size - givenBackAtLeast <= limit) {
            return true;
        }
        long back = givenBack.get();
        givenBackAtLeast = back;
        if (before == back || before + size - back <= limit) {
            return true;
        }
        // Not given back: others who come after this would count it as room for themselves.
        long unused = taken.addAndGet(-size);
        return false;
    }

    private void acquireSlowly(int size, long maxBlockNanos, String producer) {
        long deadline = System.nanoTime() + maxBlockNanos;
        waiting.incrementAndGet();
        try {
            if (!line.tryLock(maxBlockNanos, TimeUnit.NANOSECONDS)) {
                throw overloaded(size, maxBlockNanos, producer);
            }
            try {
                awaitRoom(size, deadline, maxBlockNanos, producer);
            } finally {
                first = null;
                line.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MessagingException(
                    ErrorKind.OVERLOADED,
                    "Producer '" + producer + "' was interrupted while it waited for room. Nothing was handed over.",
                    e);
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** First in line. */
    private void awaitRoom(int size, long deadline, long maxBlockNanos, String producer) throws InterruptedException {
        first = Thread.currentThread();
        while (!closed && !tryAcquireAlone(size)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw overloaded(size, maxBlockNanos, producer);
            }
            LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        if (closed) {
            long unused = taken.addAndGet(size); // the caller gives it back
        }
    }

    private boolean tryAcquireAlone(int size) {
        while (true) {
            long back = givenBack.get();
            long now = taken.get();
            if (now != back && now + size - back > limit) {
                return false;
            }
            if (taken.compareAndSet(now, now + size)) {
                return true;
            }
        }
    }

    private MessagingException overloaded(int size, long maxBlockNanos, String producer) {
        return new MessagingException(
                ErrorKind.OVERLOADED,
                "Producer '" + producer + "' has " + used() + " bytes in flight, no room for " + size
                        + " more, and none became free within " + TimeUnit.NANOSECONDS.toMillis(maxBlockNanos)
                        + " ms (maxBlock). Nothing was handed over. Send more slowly, or raise maxBlock or"
                        + " maxInFlightBytes.");
    }

    void release(int size) {
        long unused = givenBack.addAndGet(size);
        Thread waiter = first;
        if (waiter != null && used() <= comfortable) {
            LockSupport.unpark(waiter);
        }
        waiter = closer;
        if (waiter != null && used() == 0) {
            LockSupport.unpark(waiter);
        }
    }

    /** Never less than there is. */
    long used() {
        long back = givenBack.get();
        return taken.get() - back;
    }

    /** How many callers wait. */
    int inLine() {
        return line.getQueueLength() + (first == null ? 0 : 1);
    }

    /** Lets nobody in any more. */
    void refuse() {
        closed = true;
        LockSupport.unpark(first);
    }

    /** Lets nobody in any more; returns whether all that was in flight ended in time. */
    boolean close(long timeoutNanos) {
        closer = Thread.currentThread();
        refuse();
        long deadline = System.nanoTime() + timeoutNanos;
        try {
            while (used() > 0 && !Thread.currentThread().isInterrupted()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                LockSupport.parkNanos(this, left);
            }
        } finally {
            closer = null;
        }
        return used() == 0;
    }

    static MessagingException closed(String producer) {
        return new MessagingException(
                ErrorKind.CLOSED, "Producer '" + producer + "' is closed. Open another with waybill.producer(...).");
    }
}
