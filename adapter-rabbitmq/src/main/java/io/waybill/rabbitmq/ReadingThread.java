package io.waybill.rabbitmq;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Lets a connection's consumers be called by the thread that reads from its socket, without a hop to another. That is the
 * client's executor for consumers only, and fits none that wait or ask the broker something. Has no threads to end.
 */
final class ReadingThread extends AbstractExecutorService {
    static final ReadingThread SAME = new ReadingThread();

    private ReadingThread() {}

    @Override
    public void execute(Runnable work) {
        work.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }
}
