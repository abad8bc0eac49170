package io.waybill.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** Threads that producers and consumers of one connection share. Created and closed with the connection. */
public final class SharedThreads implements AutoCloseable {
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, Threads.platformFactory("waybill-timer"));
    private final ExecutorService helper = Executors.newCachedThreadPool(Threads.platformFactory("waybill-helper"));

    /** Starts nothing yet; threads come with the first work. */
    public SharedThreads() {
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Runs short tasks at a time. */
    ScheduledExecutorService timer() {
        return timer;
    }

    /** Runs tasks that may block. */
    Executor helper() {
        return helper;
    }

    /**
     * Runs a close that must not hold up its caller, in a thread of its own.
     *
     * @param name the thread's name
     * @param task the close, perhaps of these threads, too
     */
    public void finish(String name, Runnable task) {
        Threads.platform(name, task).start();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        helper.shutdown();
    }
}
