package io.waybill.engine;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks on at most so many long-lived threads. As few as are needed are awake: one at a time is woken, and wakes
 * the next if more is to do. So cheap handlers stay on one thread, and blocking ones soon use all.
 */
final class WorkerPool {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.consumer");
    private static final long PARK_NANOS = 100_000_000;

    private final String name;
    private final int limit;
    private final Queue<Runnable> ready = new ConcurrentLinkedQueue<>();
    /** Whether a worker is on its way from sleep to its first task; nobody else is woken meanwhile. */
    private final AtomicBoolean searching = new AtomicBoolean();

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Worker> idle = new ArrayDeque<>();
    private final Set<Thread> workers = new HashSet<>();
    private volatile int idleCount;
    private int started;
    private final AtomicInteger busy = new AtomicInteger();
    private final Hold hold = new Hold();
    private volatile boolean paused;
    private volatile boolean closed;
    private volatile @Nullable Thread closer;

    WorkerPool(String name, int limit) {
        this.name = name;
        this.limit = limit;
    }

    void execute(Runnable task) {
        ready.add(task);
        signal();
    }

    void execute(List<? extends Runnable> tasks) {
        if (!tasks.isEmpty()) {
            ready.addAll(tasks);
            signal(); // who is woken wakes the next
        }
    }

    /** Hands out nothing more until {@link #resume}; what runs goes on. */
    void pause() {
        paused = true;
    }

    void resume() {
        paused = closed;
        signal();
    }

    boolean isPaused() {
        return paused;
    }

    /** A pause that ends by itself: nothing can be handled now. A row of them may last; see {@link Hold}. */
    Hold hold() {
        return hold;
    }

    /** Ends a hold when its time is over. */
    void endHold(long number) {
        if (hold.end(number)) {
            signal();
        }
    }

    /** Something got through, so others may, too. */
    void passed() {
        if (hold.passed()) {
            signal();
        }
    }

    /** Whether nothing is handed out now, for one reason or the other. */
    boolean isAtRest() {
        return paused || hold.isOn();
    }

    /** Whether this thread is one of the pool's. */
    boolean isMine(Thread thread) {
        lock.lock();
        try {
            return workers.contains(thread);
        } finally {
            lock.unlock();
        }
    }

    /** Whether others wait for a thread. */
    boolean isContended() {
        return !ready.isEmpty();
    }

    /** Hands out nothing more, waits for what runs; returns how many tasks still ran at the deadline. Threads end. */
    int close(long deadline) {
        closer = Thread.currentThread();
        paused = true;
        closed = true;
        Worker worker;
        while ((worker = takeIdle()) != null) {
            worker.wake();
        }
        while (busy.get() > 0 && deadline - System.nanoTime() > 0) {
            LockSupport.parkNanos(this, Math.min(PARK_NANOS, deadline - System.nanoTime()));
        }
        return busy.get();
    }

    /** How many tasks run now. */
    int busy() {
        return busy.get();
    }

    private boolean hasWork() {
        return !isAtRest() && !ready.isEmpty();
    }

    private void signal() {
        while (hasWork() && searching.compareAndSet(false, true)) {
            Worker worker = takeIdle();
            if (worker != null) {
                worker.wake();
                return;
            }
            if (start()) {
                return;
            }
            searching.set(false);
            if (idleCount == 0) {
                return; // all are busy, and look again before they sleep
            }
        }
    }

    private @Nullable Worker takeIdle() {
        if (idleCount == 0) {
            return null;
        }
        lock.lock();
        try {
            Worker worker = idle.pollFirst();
            idleCount = idle.size();
            return worker;
        } finally {
            lock.unlock();
        }
    }

    private boolean start() {
        Worker worker;
        lock.lock();
        try {
            if (started == limit || closed) {
                return false;
            }
            started++;
            worker = new Worker(name + "-" + started);
            workers.add(worker.thread);
        } finally {
            lock.unlock();
        }
        try {
            worker.thread.start();
            return true;
        } catch (Throwable e) { // no memory for a thread: the next task tries again
            LOG.error("Worker {} of {} cannot be started", started, limit, e);
            lock.lock();
            try {
                started--;
                workers.remove(worker.thread);
            } finally {
                lock.unlock();
            }
            return false;
        }
    }

    private final class Worker implements Runnable {
        private final Thread thread;
        private volatile boolean woken;

        Worker(String threadName) {
            thread = Threads.worker(threadName, this);
        }

        @Override
        public void run() {
            boolean searcher = true;
            while (true) {
                Runnable task = next();
                if (searcher) {
                    searcher = false;
                    searching.set(false);
                    if (task == null) {
                        task = next(); // it may have come without a signal, since this thread was searching
                    }
                    if (task != null) {
                        signal(); // and others with it
                    }
                }
                if (task != null) {
                    run(task);
                } else if (closed) {
                    return;
                } else {
                    sleep();
                    searcher = !closed;
                }
            }
        }

        private @Nullable Runnable next() {
            return isAtRest() ? null : ready.poll();
        }

        private void run(Runnable task) {
            busy.incrementAndGet();
            try {
                task.run();
            } catch (Throwable e) {
                LOG.error("A task of {} failed", name, e);
            } finally {
                boolean unused = Thread.interrupted(); // what a handler left must not meet the next one
                if (busy.decrementAndGet() == 0 && closed) {
                    LockSupport.unpark(closer);
                }
            }
        }

        private void sleep() {
            woken = false;
            lock.lock();
            try {
                idle.addFirst(this);
                idleCount = idle.size();
            } finally {
                lock.unlock();
            }
            signal(); // a task may have come while this thread was not yet idle
            while (!woken && !closed) {
                LockSupport.park(this);
            }
        }

        private void wake() {
            woken = true;
            LockSupport.unpark(thread);
        }
    }
}
