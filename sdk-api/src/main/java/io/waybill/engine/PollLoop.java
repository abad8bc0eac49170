package io.waybill.engine;

import io.waybill.message.CloseReport;
import io.waybill.message.Delivery;
import io.waybill.message.State;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Adapter;
import io.waybill.spi.ClaimingReceiver;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.ReceiveLaneInterceptor;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverSink;
import io.waybill.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of a receiver, from open to its failure or the consumer's close: what the polling thread does. It sorts
 * deliveries into lanes, pauses and resumes partitions, settles what is finished, and ends assignments in order. It runs
 * no handler. {@link #snapshot} and {@link #wakeup} are for any thread.
 */
final class PollLoop implements ReceiverSink {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.consumer");
    private static final Duration IDLE = Duration.ofMillis(500);
    private static final Duration BUSY = Duration.ofMillis(50);
    private static final long LEAST_BYTES_PER_PARTITION = 1 << 20;
    private static final long BETWEEN_NANOS = 500_000_000;

    private final Adapter adapter;
    private final ConsumerOptions options;
    private final StartPositions startPositions;
    private final List<Switched<ReceiveLaneInterceptor>> interceptors;
    private final WorkerPool pool;
    private final DeliveryRunner runner;
    private final ConsumerCounters counters;
    private final Lifecycle lifecycle;
    private final ConsumerEvents events;
    private final LongSupplier closeDeadline;
    /** Ended ownerships whose handlers still run. They outlive this loop. */
    private final Map<TopicPartition, Assignment> lingering;

    private final Receiver receiver;
    private final boolean selective;
    private final @Nullable Claims claims;
    private final Map<TopicPartition, Assignment> owned = new HashMap<>();
    private final Settler settler;
    private final List<KeyLane> activated = new ArrayList<>();
    private final Function<Delivery, @Nullable Throwable> arrival = this::arrive;
    private volatile Map<TopicPartition, Assignment> snapshot = Map.of();
    /** By the user, or because nothing can be handled for longer. */
    private boolean allPaused;

    private boolean connected = true;
    private long lastBetween = System.nanoTime();

    PollLoop(
            Adapter adapter,
            ConsumerOptions options,
            StartPositions startPositions,
            List<Switched<ReceiveLaneInterceptor>> interceptors,
            WorkerPool pool,
            DeliveryRunner runner,
            ConsumerCounters counters,
            Lifecycle lifecycle,
            ConsumerEvents events,
            LongSupplier closeDeadline,
            Map<TopicPartition, Assignment> lingering,
            Receiver receiver)
            throws Exception {
        this.adapter = adapter;
        this.options = options;
        this.startPositions = startPositions;
        this.interceptors = interceptors;
        this.pool = pool;
        this.runner = runner;
        this.counters = counters;
        this.lifecycle = lifecycle;
        this.events = events;
        this.closeDeadline = closeDeadline;
        this.lingering = lingering;
        this.receiver = receiver;
        this.settler = new Settler(receiver, options.settleInterval(), owned, this::settling);
        this.selective = !(receiver instanceof LogReceiver);
        this.claims = receiver instanceof ClaimingReceiver claiming ? openClaims(claiming) : null;
    }

    private Claims openClaims(ClaimingReceiver claiming) throws Exception {
        ControlLogs logs = adapter.controlLogs()
                .orElseThrow(() -> new IllegalStateException(
                        "Adapter " + adapter.name() + " has claiming receivers but no control logs"));
        return new Claims(claiming, logs, options);
    }

    /** Runs until the consumer closes; throws when the receiver fails. */
    void run() throws Exception {
        while (closeDeadline.getAsLong() == ConsumerCore.NEVER) {
            share();
            applyPauses();
            receiver.poll(timeout(), this);
            if (connected) {
                lifecycle.move(State.OPEN, null);
            }
            goOn();
            settler.settleIfDue();
            finishReleases();
            between();
        }
    }

    /** Interceptors that are switched off are told of partitions, too: else they could not be switched on. */
    private void settling(List<Settlement> done) throws Exception {
        for (Switched<ReceiveLaneInterceptor> interceptor : interceptors) {
            interceptor.target().settling(done);
        }
    }

    private void between() {
        long now = System.nanoTime();
        if (interceptors.isEmpty() || now - lastBetween < BETWEEN_NANOS) {
            return;
        }
        lastBetween = now;
        interceptors.forEach(interceptor -> tell(() -> interceptor.target().between(receiver::remaining)));
    }

    /** Hands out what was held back, where that is over. */
    private void goOn() {
        owned.values().forEach(assignment -> assignment.release(activated));
        handOut();
    }

    private void handOut() {
        pool.execute(activated);
        activated.clear();
    }

    private Duration timeout() {
        if (pool.hold().lasts()) {
            return BUSY;
        }
        for (Assignment assignment : owned.values()) {
            if (assignment.isPaused() || assignment.releasing || assignment.isHeldBack() || assignment.hasUnsettled()) {
                return BUSY.compareTo(options.settleInterval()) < 0 ? BUSY : options.settleInterval();
            }
        }
        return claims == null ? IDLE : BUSY;
    }

    // --- ownership

    private void share() throws Exception {
        if (claims == null) {
            return;
        }
        for (TopicPartition partition : claims.surplus(owned.keySet())) {
            beginRelease(partition);
        }
        Set<TopicPartition> gained = claims.claim(owned.keySet());
        if (!gained.isEmpty()) {
            assigned(gained);
        }
    }

    private void beginRelease(TopicPartition partition) {
        Assignment assignment = owned.get(partition);
        if (assignment != null && !assignment.releasing) {
            assignment.releasing = true;
            assignment.drainDeadline = System.nanoTime() + Nanos.of(options.drain());
            assignment.stop();
            receiver.pause(List.of(partition));
        }
    }

    /** Ends releases that are drained, or whose time is up. */
    private void finishReleases() throws Exception {
        if (!(receiver instanceof ClaimingReceiver claiming)) {
            return;
        }
        List<TopicPartition> done = List.of();
        for (Assignment assignment : owned.values()) {
            if (assignment.releasing && (assignment.isDrained() || System.nanoTime() - assignment.drainDeadline > 0)) {
                done = done.isEmpty() ? new ArrayList<>() : done;
                done.add(assignment.partition());
            }
        }
        if (!done.isEmpty()) {
            settler.settle(done);
            endAssignments(done);
            for (TopicPartition partition : done) {
                claiming.release(partition);
            }
            ownershipChanged();
        }
    }

    @Override
    public void assigned(Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return;
        }
        try {
            if (receiver instanceof LogReceiver log) {
                startPositions.place(log, partitions);
            }
        } catch (Exception e) {
            throw Failures.of(adapter, "Cannot find where group '" + options.group() + "' goes on", e);
        }
        for (TopicPartition partition : partitions) {
            owned.put(partition, newAssignment(partition));
            beginWith(partition);
        }
        if (allPaused) {
            receiver.pause(partitions);
        }
        if (connected) {
            lifecycle.move(State.OPEN, null); // before anybody sees that it owns something
        }
        ownershipChanged();
        LOG.info(
                "Member {} of group '{}' owns {} more: {}",
                options.member(),
                options.group(),
                partitions.size(),
                partitions);
        tell(() -> events.assigned(List.copyOf(partitions)));
    }

    private void beginWith(TopicPartition partition) {
        for (Switched<ReceiveLaneInterceptor> interceptor : interceptors) {
            try {
                interceptor.target().assigned(partition, receiver instanceof LogReceiver);
            } catch (Exception e) {
                throw Failures.of(
                        adapter,
                        "A lane interceptor of group '" + options.group() + "' cannot begin with " + partition,
                        e);
            }
        }
    }

    private Assignment newAssignment(TopicPartition partition) {
        return new Assignment(partition, options, pool, runner, selective, lingering.remove(partition));
    }

    @Override
    public void revoked(Collection<TopicPartition> partitions) {
        long drainUntil = System.nanoTime() + Nanos.of(options.drain());
        int unused = drain(partitions, () -> earlier(drainUntil, closeDeadline.getAsLong()));
        try {
            settler.settle(partitions);
        } catch (Exception e) {
            LOG.warn("What was finished in {} could not be settled and will be delivered again", partitions, e);
        }
        endAssignments(partitions);
        ownershipChanged();
    }

    private static long earlier(long deadline, long closeDeadline) {
        return closeDeadline == ConsumerCore.NEVER || closeDeadline - deadline > 0 ? deadline : closeDeadline;
    }

    /** Stops handing out, waits for what runs; returns how many lanes still ran at the deadline. */
    private int drain(Collection<TopicPartition> partitions, LongSupplier deadline) {
        for (TopicPartition partition : partitions) {
            Assignment assignment = owned.get(partition);
            if (assignment != null) {
                assignment.stop();
            }
        }
        int left = 0;
        for (TopicPartition partition : partitions) {
            Assignment assignment = owned.get(partition);
            if (assignment != null && !assignment.awaitDrained(deadline)) {
                left += assignment.unfinished();
            }
        }
        return left;
    }

    @Override
    public void lost(Collection<TopicPartition> partitions, @Nullable Throwable cause) {
        LOG.warn("Group '{}' lost {}; what was not settled comes again", options.group(), partitions, cause);
        endAssignments(partitions);
        ownershipChanged();
    }

    private void endAssignments(Collection<TopicPartition> partitions) {
        List<TopicPartition> gone = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            Assignment assignment = owned.remove(partition);
            if (assignment != null) {
                assignment.end();
                lingering.put(partition, assignment);
                gone.add(partition);
            }
        }
        lingering.values().removeIf(Assignment::isQuiet);
        for (TopicPartition partition : gone) {
            interceptors.forEach(interceptor -> tell(() -> interceptor.target().released(partition)));
        }
        if (!gone.isEmpty()) {
            tell(() -> events.revoked(gone));
        }
    }

    private void ownershipChanged() {
        snapshot = Map.copyOf(owned);
        if (claims != null) {
            claims.owns(owned.keySet());
        }
    }

    // --- deliveries

    @Override
    public void deliver(TopicPartition partition, List<Delivery> batch) {
        Assignment assignment = owned.get(partition);
        if (assignment == null || assignment.isStopped()) {
            return;
        }
        counters.delivered.add(batch.size());
        assignment.accept(batch, arrival, activated);
        handOut();
    }

    /** All see it, whatever the others say of it; the first refusal counts. */
    private @Nullable Throwable arrive(Delivery delivery) {
        Throwable first = null;
        for (Switched<ReceiveLaneInterceptor> interceptor : interceptors) {
            if (interceptor.on().getAsBoolean()) {
                try {
                    interceptor.target().arrived(delivery);
                } catch (Throwable refusal) {
                    first = first == null ? refusal : first;
                }
            }
        }
        return first;
    }

    private void applyPauses() {
        boolean held = pool.hold().lasts();
        boolean pauseAll = pool.isPaused() || held;
        if (pauseAll != allPaused) {
            allPaused = pauseAll;
            if (held) {
                LOG.warn(
                        "Group '{}' handles nothing for now, and fetches nothing: {}",
                        options.group(),
                        pool.hold().reason());
            }
            Collection<TopicPartition> touched = new HashSet<>();
            owned.forEach((partition, assignment) -> {
                if (!assignment.isPaused() && !assignment.releasing) {
                    touched.add(partition);
                }
            });
            if (pauseAll) {
                receiver.pause(touched);
            } else {
                receiver.resume(touched);
            }
        }
        long byteLimit = Math.max(LEAST_BYTES_PER_PARTITION, options.bufferBytes() / Math.max(1, owned.size()));
        for (Assignment assignment : owned.values()) {
            applyPause(assignment, byteLimit);
        }
    }

    private void applyPause(Assignment assignment, long byteLimit) {
        if (!assignment.isPaused() && assignment.shouldPause(byteLimit)) {
            assignment.paused(true);
            receiver.pause(List.of(assignment.partition()));
        } else if (assignment.isPaused() && assignment.mayResume(byteLimit)) {
            assignment.paused(false);
            if (!allPaused && !assignment.releasing) {
                receiver.resume(List.of(assignment.partition()));
            }
        }
        if (assignment.isHeldUp(allPaused)) {
            long position = assignment.next();
            LOG.warn(
                    "{} is paused and stands still: the delivery at {} is unfinished, and what may be read behind it"
                            + " (window {}, bytes {}) was read",
                    assignment.partition(),
                    position,
                    options.window(),
                    byteLimit);
            tell(() -> events.heldUp(assignment.partition(), position));
        }
    }

    // --- the rest of the sink

    @Override
    public void settleFailed(Collection<TopicPartition> partitions, Throwable cause) {
        settler.failed(partitions, cause);
    }

    @Override
    public void positionOutOfRange(TopicPartition partition, long position) {
        if (!(receiver instanceof LogReceiver log)) {
            throw new IllegalStateException("Only logs have positions");
        }
        Assignment old = owned.get(partition);
        if (old == null) {
            return;
        }
        try {
            long first = log.first(partition);
            LOG.error(
                    "Group '{}' was to go on at {} of {}, which the broker does not hold; it goes on at the first message"
                            + " there is, {}. What lay between is lost to this group, or comes again",
                    options.group(),
                    position,
                    partition,
                    first);
            old.end();
            lingering.put(partition, old);
            owned.put(partition, newAssignment(partition));
            ownershipChanged();
            log.seek(partition, first);
            tell(() -> events.positionOutOfRange(partition, position, first));
        } catch (Exception e) {
            throw Failures.of(adapter, "Cannot go on in " + partition, e);
        }
    }

    @Override
    public void connection(boolean up, @Nullable Throwable cause) {
        connected = up;
        lifecycle.move(up ? State.OPEN : State.RECOVERING, cause);
    }

    // --- the end

    /** After {@link #run} returned: drains, settles, leaves. */
    CloseReport close() {
        int unfinished = drain(List.copyOf(owned.keySet()), closeDeadline);
        int unsettled = 0;
        try {
            settler.settle(owned.keySet());
        } catch (Exception e) {
            unsettled = owned.size();
            LOG.warn("What was finished could not be settled and will be delivered again", e);
        }
        end();
        return new CloseReport(unfinished, unsettled);
    }

    /** After a failure: nothing can be settled any more. Returns how many partitions were owned. */
    int abandon() {
        int partitions = owned.size();
        end();
        return partitions;
    }

    private void end() {
        endAssignments(List.copyOf(owned.keySet()));
        snapshot = Map.of();
        if (claims != null) {
            claims.close();
        }
        long deadline = closeDeadline.getAsLong();
        receiver.close(deadline == ConsumerCore.NEVER ? Duration.ZERO : Nanos.until(deadline));
    }

    Map<TopicPartition, Assignment> snapshot() {
        return snapshot;
    }

    Receiver receiver() {
        return receiver;
    }

    void wakeup() {
        receiver.wakeup();
    }

    private void tell(Runnable news) {
        try {
            news.run();
        } catch (Throwable e) {
            LOG.error("A listener or lane interceptor of group '{}' failed", options.group(), e);
        }
    }
}
