package io.waybill.ledger;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes manifests in a thread of its own, which may block for the broker: first that a life begins, then what changes. */
final class ManifestThread {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.ledger");
    private static final long END_MILLIS = 20_000;

    private final ManifestWriter writer;
    private final long everyMillis;
    private final Thread thread;
    private boolean closed;

    private ManifestThread(String producer, ManifestWriter writer, Duration every) {
        this.writer = writer;
        this.everyMillis = Math.max(1, every.toMillis());
        this.thread = new Thread(this::run, "waybill-manifest-" + producer);
        thread.setDaemon(true);
    }

    /** Returns when the control log says that a life begins, or cannot be told so now. */
    static ManifestThread start(String producer, ManifestWriter writer, Duration every) {
        ManifestThread started = new ManifestThread(producer, writer, every);
        writer.open();
        started.thread.start();
        return started;
    }

    private void run() {
        boolean goOn = true;
        while (goOn) {
            goOn = !awaitClose();
            boolean unused = goOn && writer.publish();
        }
        writer.close();
    }

    private synchronized boolean awaitClose() {
        try {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(everyMillis);
            long left = everyMillis;
            while (!closed && left > 0) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            }
        } catch (InterruptedException e) {
            LOG.debug("Nobody has a reason to interrupt this; it goes on", e);
        }
        return closed;
    }

    /** Returns when the last manifest is written, or cannot be. */
    void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
