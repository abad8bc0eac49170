package io.waybill.ledger;

import io.waybill.spi.ControlLogs;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the control log of manifests from its first record on, in a thread of its own, until it is closed. */
final class ManifestReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.ledger");
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ControlLogs logs;
    private final Told told;
    private final Thread thread;
    private volatile boolean closed;
    /** Its thread's alone. */
    private boolean failing;

    private ManifestReader(ControlLogs logs, Told told) {
        this.logs = logs;
        this.told = told;
        this.thread = new Thread(this::run, "waybill-manifests");
        thread.setDaemon(true);
    }

    /** Starts. */
    static ManifestReader of(ControlLogs logs, Told told) {
        ManifestReader reader = new ManifestReader(logs, told);
        reader.thread.start();
        return reader;
    }

    private void run() {
        while (!closed) {
            try {
                logs.create(ManifestWriter.LOG);
                readOn();
            } catch (Exception e) {
                if (!closed) {
                    tell(e);
                    LockSupport.parkNanos(AGAIN_NANOS);
                }
            }
        }
    }

    /** Once, until it can be read again. */
    private void tell(Exception e) {
        if (!failing) {
            failing = true;
            LOG.warn("The manifests cannot be read, which is tried again: no loss is told meanwhile", e);
        } else {
            LOG.debug("The manifests cannot be read", e);
        }
    }

    private void readOn() throws Exception {
        try (ControlLogs.LogReader reader = logs.open(ManifestWriter.LOG, true)) {
            while (!closed) {
                reader.read(WAIT).forEach(told::read);
                failing = false;
            }
        }
    }

    /** Returns when nothing is read any more. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
