package io.waybill.engine;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on at most so many long-lived threads. As few as are needed are awake: one at a time is woken, and wakes
 * the next if more is to do. So cheap handlers stay on one thread, and blocking ones soon use all.
 */
final class WorkerPool {
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
    private volatile boolean paused;
    private volatile boolean closed;

    WorkerPool(String name, int limit) {
        this.name = name;
        this.limit = limit;
    }

    void execute(Runnable task) {
        ready.add(task);
        signal();
    }

    /** Hands out nothing more until {@link #resume}; what runs goes on. */
    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        signal();
    }

    boolean isPaused() {
        return paused;
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

    /** Threads end when nothing is ready any more. */
    void close() {
        closed = true;
        paused = false;
        Worker worker;
        while ((worker = takeIdle()) != null) {
            worker.wake();
        }
    }

    private boolean hasWork() {
        return !paused && !ready.isEmpty();
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
        worker.thread.start();
        return true;
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
                Runnable task = paused ? null : ready.poll();
                if (task != null) {
                    if (searcher) {
                        searcher = false;
                        searching.set(false);
                        signal();
                    }
                    task.run();
                } else if (searcher) {
                    searcher = false;
                    searching.set(false); // then look again: a task may have come without a signal
                } else if (closed) {
                    return;
                } else {
                    sleep();
                    searcher = !closed;
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
