package io.waybill.kafka;

import io.waybill.spi.LogReceiver;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Polls a receiver on a thread of its own, and runs there what a test asks for; closes the receiver in the end. */
final class PollThread implements AutoCloseable {
    interface Job {
        void run() throws Exception;
    }

    final LogReceiver receiver;
    final TestSink sink;

    private final Queue<Runnable> jobs = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean stop;

    PollThread(LogReceiver receiver, TestSink sink) {
        this.receiver = receiver;
        this.sink = sink;
        Thread thread = new Thread(this::loop, "test-poll");
        thread.setDaemon(true);
        thread.start();
    }

    /** Runs something between two polls and returns when it has. */
    void run(Job job) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        jobs.add(() -> {
            try {
                job.run();
                boolean unused = done.complete(null);
            } catch (Throwable e) {
                boolean unused = done.completeExceptionally(e);
            }
        });
        receiver.wakeup();
        Void unused = CompletableFuture.anyOf(done, ended)
                .thenApply(any -> (Void) null)
                .get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        stop = true;
        receiver.wakeup();
        Void unused = ended.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private void loop() {
        try {
            while (!stop) {
                for (Runnable job = jobs.poll(); job != null; job = jobs.poll()) {
                    job.run();
                }
                receiver.poll(Duration.ofSeconds(5), sink);
            }
            receiver.close(Duration.ofSeconds(5));
            boolean unused = ended.complete(null);
        } catch (Throwable e) {
            boolean unused = ended.completeExceptionally(e);
        }
    }
}
