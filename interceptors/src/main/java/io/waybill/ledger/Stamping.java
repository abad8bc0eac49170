package io.waybill.ledger;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.Outgoing;
import io.waybill.spi.SendLaneInterceptor;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers the messages of a producer, and tells the control log {@code waybill.manifests} what became of each number, so that
 * {@link Verification} on the other side knows what is missing.
 *
 * <pre>
 *   Producer orders = waybill.producer("order-service").interceptLane(Stamping.create()).open();
 * </pre>
 *
 * <p>Made by the application, one for each producer; the producer opens and closes it. Adds 30 bytes to a message's header, 46
 * with a secret. Sends never wait for a manifest; one that cannot be written is told in the log and written later. A broker
 * without control logs keeps no manifests: losses at the end of a stream cannot be seen there.
 */
public final class Stamping implements SendLaneInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.ledger");
    private static final Duration SHORTEST = Duration.ofMillis(10);

    private final Duration manifestEvery;
    private final byte @Nullable [] secret;
    private volatile @Nullable Ticker ticker;
    private volatile @Nullable Stamper stamper;

    private Stamping(Duration manifestEvery, byte @Nullable [] secret) {
        this.manifestEvery = manifestEvery;
        this.secret = secret;
    }

    /**
     * With a manifest a second, and without a secret.
     *
     * @return a new stamping for one producer
     */
    public static Stamping create() {
        return new Stamping(Duration.ofSeconds(1), null);
    }

    /**
     * How long it takes at most until the control log says what became of a number. Nothing is written while nothing changes.
     *
     * @param interval at least 10 ms
     * @return a new stamping that is the same otherwise
     * @throws MessagingException INVALID if it is shorter
     */
    public Stamping manifestEvery(Duration interval) {
        if (interval.compareTo(SHORTEST) < 0) {
            throw new MessagingException(
                    ErrorKind.INVALID, "manifestEvery is " + interval + "; use 10 ms or more, best a second.");
        }
        return new Stamping(interval, secret);
    }

    /**
     * Seals each stamp, so that nobody without the secret can make or change one unseen. Costs 16 bytes, and some 500 ns and
     * more for large messages, on each side.
     *
     * @param shared at least 16 bytes that both sides have; copied
     * @return a new stamping that is the same otherwise
     * @throws MessagingException INVALID if it is shorter
     */
    public Stamping sealedWith(byte[] shared) {
        return new Stamping(manifestEvery, Secrets.checked(shared));
    }

    @Override
    public synchronized void opened(String producer, Optional<ControlLogs> logs) {
        if (stamper != null) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "This stamping belongs to a producer already. Make one with Stamping.create() for each producer.");
        }
        Stamper opened = new Stamper(producer, secret, new SecureRandom().nextLong() & Stamp.MOST);
        stamper = opened;
        if (logs.isPresent()) {
            ManifestWriter writer = new ManifestWriter(producer, opened, logs.get(), System::currentTimeMillis);
            writer.open();
            ticker = Ticker.start("waybill-manifest-" + producer, manifestEvery, writer::publish, writer::close);
        } else {
            LOG.warn(
                    "The broker has no control logs: losses at the end of a stream of producer '{}' cannot be seen",
                    producer);
        }
    }

    /**
     * What became of the numbers so far. For any thread; zero before the producer is open.
     *
     * @return the sums over all partitions
     */
    public ProducerTotals totals() {
        Stamper open = stamper;
        Stream<ProducerTotals> books =
                open == null ? Stream.empty() : open.books().map(StreamBook::totals);
        return books.reduce(ProducerTotals.NONE, ProducerTotals::and);
    }

    private Stamper stamper() {
        Stamper open = stamper;
        if (open == null) {
            throw new IllegalStateException("A stamping works in a producer only");
        }
        return open;
    }

    @Override
    public byte[] handOver(Outgoing outgoing, byte[] waybill) {
        return stamper().handOver(outgoing, waybill);
    }

    @Override
    public void completed(Outgoing outgoing, @Nullable MessagingException failure) {
        stamper().completed(outgoing, failure);
    }

    @Override
    public void closed() {
        Ticker writing = ticker;
        if (writing != null) {
            writing.close();
        }
    }
}
