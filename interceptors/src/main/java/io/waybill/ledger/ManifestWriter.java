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
    /** The epoch that the log knows of; 0 before the first. */
    private long opened;
    /** Whether the next manifest must say all, since the last one may not be there. */
    private boolean sayAll;

    private long allSaidAt = System.nanoTime();

    /** @param clock the time in milliseconds since 1970, for people to read */
    ManifestWriter(String producer, Stamper stamper, ControlLogs logs, LongSupplier clock) {
        this.producer = producer;
        this.stamper = stamper;
        this.logs = logs;
        this.clock = clock;
    }

    private void open() throws Exception {
        logs.create(LOG);
        Stamper.Epoch epoch = stamper.current();
        write(epoch, Manifest.Kind.OPENED, List.of());
        opened = epoch.number();
    }

    /** Says that an epoch begins, and what has changed; nothing if nothing has. Returns whether all is said. */
    boolean publish() {
        try {
            sayAll |= System.nanoTime() - allSaidAt > SAY_ALL_NANOS;
            if (stamper.current().number() != opened) {
                open();
            }
            for (Stamper.Epoch epoch : stamper.past()) {
                if (isOver(epoch)) {
                    write(epoch, Manifest.Kind.CLOSED, all(epoch));
                    stamper.forget(epoch);
                } else {
                    writeChanges(epoch);
                }
            }
            writeChanges(stamper.current());
            if (sayAll) {
                sayAll = false;
                allSaidAt = System.nanoTime();
            }
            return true;
        } catch (Exception e) {
            sayAll = true;
            WRITER_LOG.warn(
                    "The manifest of producer '{}' could not be written, and is written later; until then, losses behind its last"
                            + " messages cannot be seen",
                    producer,
                    e);
            return false;
        }
    }

    /** Says all, for the last time. */
    void close() {
        try {
            for (Stamper.Epoch epoch : stamper.past()) {
                write(epoch, Manifest.Kind.CLOSED, all(epoch));
            }
            write(stamper.current(), Manifest.Kind.CLOSED, all(stamper.current()));
        } catch (Exception e) {
            WRITER_LOG.warn(
                    "The last manifest of producer '{}' could not be written: what is lost of its last messages cannot be seen",
                    producer,
                    e);
        }
    }

    private void writeChanges(Stamper.Epoch epoch) throws Exception {
        List<Manifest.Stream> streams = new ArrayList<>();
        epoch.books().forEach(book -> {
            book.forgetFailed(KEEP_FAILED_NANOS);
            Manifest.Stream changes = book.changes();
            if (changes != null) {
                streams.add(changes);
            } else if (sayAll) {
                streams.add(book.state());
            }
        });
        if (!streams.isEmpty()) {
            write(epoch, Manifest.Kind.PERIODIC, streams);
        }
    }

    private static boolean isOver(Stamper.Epoch epoch) {
        return epoch.books().allMatch(book -> book.state().open().isEmpty());
    }

    private static List<Manifest.Stream> all(Stamper.Epoch epoch) {
        return epoch.books().map(StreamBook::state).toList();
    }

    private void write(Stamper.Epoch epoch, Manifest.Kind kind, List<Manifest.Stream> streams) throws Exception {
        for (byte[] record :
                new Manifest(producer, epoch.number(), kind, clock.getAsLong(), streams).encode(MOST_BYTES)) {
            logs.append(LOG, record);
        }
    }
}
