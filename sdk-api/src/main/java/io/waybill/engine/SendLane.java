package io.waybill.engine;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicDescription;
import io.waybill.spi.Sender;
import io.waybill.spi.WaybillHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way into a partition. Callers put their sends on a stack; who finds nobody handing over does it for all, in
 * the order of the calls. "Holding the baton" below means being that thread; what is guarded by it needs no lock. A caller
 * passes the baton to a helper thread when it has worked for others long enough, and before anything that may block long.
 *
 * <p>What waits and what is in flight is in lists under a lock of their own, which nobody holds while calling anything, so
 * that the clock can end what is over its time even while the client blocks (rule S4).
 */
final class SendLane {
    private static final Logger LOG = LoggerFactory.getLogger("io.waybill.producer");

    /** How many sends a caller hands over before a helper thread takes the baton; also after a tick of the clock. */
    private static final int SHIFT = 4096;

    /** How many sends a flight has where the adapter does not bound the batches in flight. */
    private static final int FLIGHT = 64;

    private final ProducerCore core;
    private final int partition;
    private volatile TopicDescription topic;
    private final AtomicReference<@Nullable PendingSend> arrivals = new AtomicReference<>();
    /** How often something to do was signalled; from 0 to 1 is to take the baton. */
    private final AtomicInteger signals = new AtomicInteger();

    /** Only counted where the adapter bounds it; then each batch is a flight of its own. */
    private final AtomicInteger batchesInFlight = new AtomicInteger();

    private final boolean boundsBatches;

    // guarded by the baton
    private Sender.@Nullable Lane lane;
    private final List<PendingSend> batch = new ArrayList<>();
    private final byte[] header = new byte[WaybillHeader.LENGTH];
    private boolean clientFailed;

    private final Object lists = new Object();
    // guarded by lists
    private @Nullable PendingSend waiting;
    private @Nullable Flight firstFlight;
    private @Nullable Flight lastFlight;

    SendLane(ProducerCore core, TopicDescription topic, int partition) {
        this.core = core;
        this.topic = topic;
        this.partition = partition;
        this.boundsBatches = core.maxBatchesInFlight() != Integer.MAX_VALUE;
    }

    int partition() {
        return partition;
    }

    /** The topic was looked up again. */
    void describedAs(TopicDescription description) {
        topic = description;
    }

    void submit(PendingSend send) {
        if (!boundsBatches && signals.compareAndSet(0, 1)) {
            batch.add(send); // nothing that was signalled waits
            work(1, true, false);
        } else {
            push(send);
            signal();
        }
    }

    private void push(PendingSend send) {
        PendingSend top;
        do {
            top = arrivals.get();
            send.next = top;
        } while (!arrivals.compareAndSet(top, send));
    }

    private void signal() {
        if (signals.getAndIncrement() == 0) {
            work(signals.get(), false, false);
        }
    }

    /**
     * Holds the baton until nothing is to do, or until a helper has it.
     *
     * @param signalled how many signals this work answers
     * @param drained whether nothing else waits that was signalled
     * @param helper whether this is a thread that may block
     */
    private void work(int signalled, boolean drained, boolean helper) {
        int seen = signalled;
        boolean nothingElse = drained;
        boolean mayBlock = helper;
        int handedOver = 0;
        long begun = core.clock();
        while (seen != 0) {
            while (!batch.isEmpty() || (!nothingElse && mayHandOver() && fillBatch())) {
                if (!mayBlock) {
                    boolean enough = handedOver >= SHIFT || (handedOver > 0 && core.clock() != begun);
                    if (enough || clientFailed || !isOpen()) {
                        if (passBaton()) {
                            return;
                        }
                        mayBlock = true; // no helper to be had: better late than never
                    }
                }
                handedOver += batch.size();
                handOver();
            }
            nothingElse = false;
            seen = signals.addAndGet(-seen);
        }
    }

    private boolean passBaton() {
        try {
            core.helper().execute(() -> work(signals.get(), false, true));
            return true;
        } catch (Throwable e) {
            LOG.debug("No helper thread to be had", e);
            return false;
        }
    }

    private boolean mayHandOver() {
        return batchesInFlight.get() < core.maxBatchesInFlight();
    }

    private boolean isOpen() {
        Sender.Lane open = lane;
        return open != null && open.open();
    }

    /** Takes what is next; false if nothing is. */
    private boolean fillBatch() {
        int bytes = 0;
        synchronized (lists) {
            while (batch.size() < core.maxBatchMessages()) {
                if (waiting == null) {
                    takeArrivals();
                }
                PendingSend send = waiting;
                if (send == null || (!batch.isEmpty() && bytes + send.size > core.maxBatchBytes())) {
                    break;
                }
                waiting = send.next;
                send.next = null;
                bytes += send.size;
                batch.add(send);
            }
        }
        return !batch.isEmpty();
    }

    /** The stack, turned round: first come, first served. */
    private void takeArrivals() {
        PendingSend top = arrivals.getAndSet(null);
        PendingSend first = null;
        while (top != null) {
            PendingSend below = top.next;
            top.next = first;
            first = top;
            top = below;
        }
        waiting = first;
    }

    /** Leaves in the batch what is to be handed over. */
    private void prepare() {
        int ready = 0;
        for (int i = 0; i < batch.size(); i++) {
            PendingSend send = batch.get(i);
            if (prepare(send)) {
                batch.set(ready++, send);
            }
        }
        if (ready < batch.size()) {
            batch.subList(ready, batch.size()).clear();
        }
    }

    private boolean prepare(PendingSend send) {
        if (send.hasEnded()) {
            return false;
        }
        if (core.isOver(send.deadline)) {
            send.failed(tooLate(false));
            return false;
        }
        try {
            core.intercept(send, header);
            return true;
        } catch (Throwable refusal) {
            send.failed(Failures.of(
                    ErrorKind.INTERNAL, "A lane interceptor refused a message to " + topic.name(), refusal));
            return false;
        }
    }

    /** Hands over what is in the batch, and empties it. */
    private void handOver() {
        try {
            Sender.Lane open = openLane();
            prepare();
            if (!batch.isEmpty()) {
                track();
                send(open);
            }
            clientFailed = false;
        } catch (Throwable refusal) { // nothing was handed over
            clientFailed = true;
            batch.forEach(send -> send.refused(refusal));
        } finally {
            batch.clear();
        }
    }

    private void send(Sender.Lane open) {
        if (boundsBatches) {
            batchesInFlight.incrementAndGet();
        }
        try {
            open.send(batch);
        } catch (Throwable failure) {
            batch.forEach(send -> send.unknown(failure));
        }
    }

    private Sender.Lane openLane() throws Exception {
        Sender.Lane open = lane;
        if (open == null || !open.open()) {
            open = core.sender().openLane(topic, partition);
            lane = open;
        }
        return open;
    }

    /** Before the hand-over, so that it is bounded even if the client blocks. */
    private void track() {
        synchronized (lists) {
            Flight flight = boundsBatches ? newFlight(batch.size()) : lastFlight;
            for (int i = 0; i < batch.size(); i++) {
                if (flight == null || !flight.hasRoom()) {
                    flight = newFlight(FLIGHT);
                }
                flight.add(batch.get(i));
            }
        }
    }

    private Flight newFlight(int capacity) {
        while (firstFlight != null && firstFlight.isOver()) { // those in the middle go with the next sweep
            firstFlight = firstFlight.unlink();
        }
        Flight flight = new Flight(capacity);
        append(flight);
        return flight;
    }

    private void append(Flight flight) {
        if (firstFlight == null || lastFlight == null) {
            firstFlight = flight;
        } else {
            lastFlight.next = flight;
        }
        lastFlight = flight;
    }

    /** Ends what is over its time. Called by any thread; needs no baton. */
    void sweep() {
        List<PendingSend> unconfirmed = new ArrayList<>();
        List<PendingSend> unsent = new ArrayList<>();
        synchronized (lists) {
            Flight flight = firstFlight;
            firstFlight = null;
            lastFlight = null;
            while (flight != null) {
                Flight next = flight.unlink();
                flight.sweep(core, unconfirmed);
                if (!flight.isOver()) {
                    append(flight);
                }
                flight = next;
            }
            if (waiting == null) {
                takeArrivals();
            }
            while (waiting != null && core.isOver(waiting.deadline)) {
                PendingSend late = waiting;
                waiting = late.next;
                late.next = null;
                unsent.add(late);
            }
        }
        unconfirmed.forEach(send -> send.failed(tooLate(true)));
        unsent.forEach(send -> send.failed(tooLate(false)));
    }

    private MessagingException tooLate(boolean handedOver) {
        String bound = core.isClosing()
                ? " before its producer was closed. "
                : " within the send timeout of " + core.sendTimeout() + ". ";
        return handedOver
                ? new MessagingException(
                        ErrorKind.OUTCOME_UNKNOWN,
                        "A message to " + topic.name() + "-" + partition + " was not confirmed" + bound
                                + "The broker may or may not hold it. Sending the same Message object again keeps its"
                                + " id.")
                : new MessagingException(
                        ErrorKind.UNAVAILABLE,
                        "A message to " + topic.name() + "-" + partition + " was not handed over" + bound
                                + "Nothing was stored; send it again.");
    }

    MessagingException failure(Throwable cause, @Nullable ErrorKind kind) {
        String action = "Sending to " + topic.name() + "-" + partition + " failed";
        return kind == null
                ? Failures.of(core.adapter(), action + ", and nothing was stored", cause)
                : Failures.of(kind, action, cause);
    }

    /** The books, before the caller hears of it. */
    void ended(PendingSend send, @Nullable MessagingException failure) {
        core.ended(send, failure);
    }

    /** After the caller has heard of it: the next batch may go. */
    void left(PendingSend send) {
        core.told();
        Flight flight = send.flight;
        if (flight != null) {
            send.flight = null; // who keeps a future does not keep what flew with it
            if (flight.ended() && boundsBatches) {
                batchesInFlight.decrementAndGet();
                signal();
            }
        }
    }
}
