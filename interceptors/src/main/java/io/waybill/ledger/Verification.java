package io.waybill.ledger;

import io.waybill.Switch;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.ReceiveLaneInterceptor;
import io.waybill.spi.Settlement;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the numbers that {@link Stamping} put on messages, and says which are missing, doubled, changed or astray, by
 * name. What it finds is a line of the log at level ERROR, and a call of the listener.
 *
 * <pre>
 *   Consumer billing = waybill.consumer("billing")
 *       .interceptLane(Verification.create().state(VerifierState.files(folder)))
 *       .subscribe("orders", delivery -> charge(delivery.message()));
 * </pre>
 *
 * <p>Made by the application, one for each consumer; the consumer opens and closes it. Deliveries are never held up or changed by
 * what it finds. What a handler finished is acknowledged only when the state is safe: while it cannot be written, nothing is.
 */
public final class Verification implements ReceiveLaneInterceptor {
    private static final Duration SHORTEST = Duration.ofMillis(100);

    private final VerifierState state;
    private final Duration grace;
    private final byte @Nullable [] secret;
    private final Consumer<Finding> listener;
    private final Switch power;
    private final Duration manifestEvery;
    private volatile @Nullable GroupManifestWriter writer;
    private volatile @Nullable ManifestReader reader;
    private volatile @Nullable Verifier verifier;

    private Verification(
            VerifierState state,
            Duration grace,
            byte @Nullable [] secret,
            Consumer<Finding> listener,
            Switch power,
            Duration manifestEvery) {
        this.state = state;
        this.grace = grace;
        this.secret = secret;
        this.listener = listener;
        this.power = power;
        this.manifestEvery = manifestEvery;
    }

    /**
     * With state in memory, a grace of 30 s, a manifest each 5 s, no secret, no listener, and on.
     *
     * @return a new verification for one consumer
     */
    public static Verification create() {
        return new Verification(
                VerifierState.memory(),
                Duration.ofSeconds(30),
                null,
                finding -> {},
                Switch.on(),
                Duration.ofSeconds(5));
    }

    /**
     * Where the books are kept between owners and restarts. All consumers of a group must be given the same.
     *
     * @param store the state; not closed by this
     * @return a new verification that is the same otherwise
     */
    public Verification state(VerifierState store) {
        return new Verification(store, grace, secret, listener, power, manifestEvery);
    }

    /**
     * How long a number may be missing before it is told to be lost: behind a later one that came, or, at the end of a stream, since
     * the broker has nothing left.
     *
     * @param time at least 100 ms
     * @return a new verification that is the same otherwise
     * @throws MessagingException INVALID if it is shorter
     */
    public Verification grace(Duration time) {
        if (time.compareTo(SHORTEST) < 0) {
            throw new MessagingException(ErrorKind.INVALID, "grace is " + time + "; use 100 ms or more.");
        }
        return new Verification(state, time, secret, listener, power, manifestEvery);
    }

    /**
     * Believes only stamps that are sealed with a secret; others are told to be corrupted.
     *
     * @param shared what the producers' {@link Stamping#sealedWith} were given; copied
     * @return a new verification that is the same otherwise
     * @throws MessagingException INVALID if it has less than 16 bytes
     */
    public Verification sealedWith(byte[] shared) {
        return new Verification(state, grace, Secrets.checked(shared), listener, power, manifestEvery);
    }

    /**
     * Told of findings, on the consumer's polling thread, which it must not hold up. What it throws is logged.
     *
     * @param told the listener
     * @return a new verification that is the same otherwise
     */
    public Verification onFinding(Consumer<Finding> told) {
        return new Verification(state, grace, secret, told, power, manifestEvery);
    }

    /**
     * Switches it off and on while the consumer runs. What passes while it is off is neither missed nor told of. This, not the
     * switch of {@code interceptLane}, is to be used: an interceptor that is not called cannot know what it did not see.
     *
     * @param by the switch
     * @return a new verification that is the same otherwise
     */
    public Verification power(Switch by) {
        return new Verification(state, grace, secret, listener, by, manifestEvery);
    }

    /**
     * How long it takes at most until the control log says what the group has handled, for audits. Nothing is written while
     * nothing changes.
     *
     * @param interval at least 100 ms; a consumer looks each half second
     * @return a new verification that is the same otherwise
     * @throws MessagingException INVALID if it is shorter
     */
    public Verification manifestEvery(Duration interval) {
        if (interval.compareTo(SHORTEST) < 0) {
            throw new MessagingException(
                    ErrorKind.INVALID, "manifestEvery is " + interval + "; use 100 ms or more, best some seconds.");
        }
        return new Verification(state, grace, secret, listener, power, interval);
    }

    /**
     * What the books say of the partitions that the consumer owns, as of the last half second. For any thread; zero before the
     * consumer is open.
     *
     * @return the sums over all streams
     */
    public GroupTotals totals() {
        Verifier open = verifier;
        return open == null ? GroupTotals.NONE : open.totals();
    }

    @Override
    public synchronized void opened(String group, Optional<ControlLogs> logs) {
        if (verifier != null) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "This verification belongs to a consumer already. Make one with Verification.create() for each consumer.");
        }
        Told told = new Told(group);
        writer = logs.map(found -> new GroupManifestWriter(group, found, manifestEvery))
                .orElse(null);
        reader = logs.map(found -> ManifestReader.of(found, told)).orElse(null);
        verifier =
                new Verifier(group, state, logs.orElse(null), writer, told, secret, grace, listener, System::nanoTime);
    }

    private Verifier verifier() {
        Verifier open = verifier;
        if (open == null) {
            throw new IllegalStateException("A verification works in a consumer only");
        }
        return open;
    }

    @Override
    public void arrived(Delivery delivery) {
        if (power.isOn()) {
            verifier().arrived(delivery);
        } else {
            verifier().passed(delivery);
        }
    }

    @Override
    public void assigned(TopicPartition partition, boolean log) throws Exception {
        verifier().assigned(partition, log);
    }

    @Override
    public void ended(Delivery delivery, Ending ending) {
        verifier().ended(delivery, ending);
    }

    @Override
    public void settling(Collection<Settlement> settlements) throws Exception {
        verifier().settling(settlements);
    }

    @Override
    public void between(Backlog backlog) {
        if (power.isOn()) {
            verifier().between(backlog);
        }
    }

    @Override
    public void released(TopicPartition partition) {
        verifier().released(partition);
    }

    @Override
    public void closed() {
        GroupManifestWriter writing = writer;
        if (writing != null) {
            writing.close();
        }
        ManifestReader reading = reader;
        if (reading != null) {
            reading.close();
        }
    }
}
