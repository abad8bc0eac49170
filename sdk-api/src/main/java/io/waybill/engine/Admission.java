package io.waybill.engine;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the bytes in flight (rule S7). Callers take places without a lock while there are any; with none left they wait
 * in line for at most {@code maxBlock}.
 */
final class Admission {
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;

    Admission(long limit) {
        this.limit = limit;
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
        long before = used.getAndAdd(size);
        if (before == 0 || before + size <= limit) {
            return true;
        }
        release(size);
        return false;
    }

    private void acquireSlowly(int size, long maxBlockNanos, String producer) {
        long left = maxBlockNanos;
        lock.lock();
        try {
            waiting.incrementAndGet();
            while (!closed && !tryAcquireAlone(size)) {
                if (left <= 0) {
                    throw new MessagingException(
                            ErrorKind.OVERLOADED,
                            "Producer '" + producer + "' has " + used.get() + " bytes in flight, no room for " + size
                                    + " more, and none became free within "
                                    + TimeUnit.NANOSECONDS.toMillis(maxBlockNanos)
                                    + " ms (maxBlock). Nothing was handed over. Send more slowly, or raise maxBlock or"
                                    + " maxInFlightBytes.");
                }
                left = changed.awaitNanos(left);
            }
            if (closed) {
                used.addAndGet(size); // the caller gives it back
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MessagingException(
                    ErrorKind.OVERLOADED,
                    "Producer '" + producer + "' was interrupted while it waited for room. Nothing was handed over.",
                    e);
        } finally {
            waiting.decrementAndGet();
            changed.signal();
            lock.unlock();
        }
    }

    /** As {@link #tryAcquire}, without telling the line when it fails: the caller is the line. */
    private boolean tryAcquireAlone(int size) {
        long now = used.get();
        while (now == 0 || now + size <= limit) {
            if (used.compareAndSet(now, now + size)) {
                return true;
            }
            now = used.get();
        }
        return false;
    }

    void release(int size) {
        long left = used.addAndGet(-size);
        if (waiting.get() > 0 || (closed && left == 0)) {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    long used() {
        return used.get();
    }

    /** Lets nobody in any more. */
    void refuse() {
        closed = true;
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody in any more; returns whether all that was in flight ended in time. */
    boolean close(long timeoutNanos) {
        refuse();
        long left = timeoutNanos;
        lock.lock();
        try {
            while (used.get() > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return used.get() == 0;
    }

    static MessagingException closed(String producer) {
        return new MessagingException(
                ErrorKind.CLOSED, "Producer '" + producer + "' is closed. Open another with waybill.producer(...).");
    }
}
