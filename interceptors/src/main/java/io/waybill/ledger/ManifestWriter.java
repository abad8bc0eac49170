package io.waybill.ledger;

import io.waybill.spi.ControlLogs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a producer's manifests into the control log (rule W4): when it begins, whenever something has changed, and behind its
 * last number. What could not be written is written with the next manifest; numbers are never kept back for it.
 *
 * <p>Used by one thread at a time, which may block for the broker.
 */
final class ManifestWriter {
    /** The control log of all producers. */
    static final String LOG = "waybill.manifests";

    private static final Logger WRITER_LOG = LoggerFactory.getLogger("io.waybill.ledger");
    /** What every broker takes. */
    private static final int MOST_BYTES = 256 << 10;

    /** So that whoever begins to read finds it, whatever retention took. */
    private static final long SAY_ALL_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final long KEEP_FAILED_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final String producer;
    private final Stamper stamper;
    private final ControlLogs logs;
    private final LongSupplier clock;
    private boolean created;
    /** Whether the next manifest must say all, since the last one may not be there. */
    private boolean sayAll;

    private boolean failing;

    private long allSaidAt = System.nanoTime();

    /** @param clock the time in milliseconds since 1970, for people to read */
    ManifestWriter(String producer, Stamper stamper, ControlLogs logs, LongSupplier clock) {
        this.producer = producer;
        this.stamper = stamper;
        this.logs = logs;
        this.clock = clock;
    }

    /**
     * Says that a life begins; before its first number, or not at all: who began to look in between would miss what was sent
     * before it looked.
     */
    void open() {
        try {
            create();
            write(Manifest.Kind.OPENED, List.of());
        } catch (Exception e) {
            WRITER_LOG.warn(
                    "The control log cannot be told that producer '{}' begins: losses among its first messages cannot be seen",
                    producer,
                    e);
        }
    }

    private void create() throws Exception {
        if (!created) {
            logs.create(LOG);
            created = true;
        }
    }

    /** Says what has changed; nothing if nothing has. Returns whether all is said. */
    boolean publish() {
        try {
            create();
            sayAll |= System.nanoTime() - allSaidAt > SAY_ALL_NANOS;
            writeChanges();
            if (sayAll) {
                sayAll = false;
                allSaidAt = System.nanoTime();
            }
            failing = false;
            return true;
        } catch (Exception e) {
            sayAll = true;
            if (!failing) { // once, until it works again
                failing = true;
                WRITER_LOG.warn(
                        "The manifest of producer '{}' could not be written, and is written later; until then, losses behind its"
                                + " last messages cannot be seen",
                        producer,
                        e);
            }
            return false;
        }
    }

    /** Says all, for the last time. */
    void close() {
        try {
            create();
            write(Manifest.Kind.CLOSED, stamper.books().map(StreamBook::state).toList());
        } catch (Exception e) {
            WRITER_LOG.warn(
                    "The last manifest of producer '{}' could not be written: what is lost of its last messages cannot be seen",
                    producer,
                    e);
        }
    }

    private void writeChanges() throws Exception {
        List<Manifest.Stream> streams = new ArrayList<>();
        stamper.books().forEach(book -> {
            book.forgetFailed(KEEP_FAILED_NANOS);
            Manifest.Stream changes = book.changes();
            if (changes != null) {
                streams.add(changes);
            } else if (sayAll) {
                streams.add(book.state());
            }
        });
        if (!streams.isEmpty()) {
            write(Manifest.Kind.PERIODIC, streams);
        }
    }

    private void write(Manifest.Kind kind, List<Manifest.Stream> streams) throws Exception {
        Manifest manifest = new Manifest(producer, stamper.epoch(), kind, clock.getAsLong(), streams);
        for (byte[] record : manifest.encode(MOST_BYTES)) {
            logs.append(LOG, record);
        }
    }
}
