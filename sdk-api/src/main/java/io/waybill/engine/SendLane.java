package io.waybill.engine;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicDescription;
import io.waybill.spi.Sender;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The one way into a partition. Callers put their sends on a stack; who finds nobody handing over does it for all, in
 * the order of the calls, and leaves after a while so that no caller is kept for ever. "Holding the baton" below means
 * being that thread; what is guarded by it needs no lock.
 */
final class SendLane {
    /** How many sends a caller hands over before a helper thread takes the baton. */
    private static final int SHIFT = 4096;

    /** Messages of one hand-over that are still under way; only where the adapter bounds them. */
    static final class Batch extends AtomicInteger {
        private static final long serialVersionUID = 1L;

        Batch(int size) {
            super(size);
        }
    }

    private final ProducerCore core;
    private final TopicDescription topic;
    private final int partition;
    private final AtomicReference<@Nullable PendingSend> arrivals = new AtomicReference<>();
    /** How often something to do was signalled; from 0 to 1 is to take the baton. */
    private final AtomicInteger signals = new AtomicInteger();

    private final AtomicInteger batchesInFlight = new AtomicInteger();
    private volatile boolean sweepDue;

    // guarded by the baton
    private Sender.@Nullable Lane lane;
    private @Nullable PendingSend waiting;
    private @Nullable PendingSend inFlightFirst;
    private @Nullable PendingSend inFlightLast;
    private final List<PendingSend> batch = new ArrayList<>();

    SendLane(ProducerCore core, TopicDescription topic, int partition) {
        this.core = core;
        this.topic = topic;
        this.partition = partition;
    }

    int partition() {
        return partition;
    }

    String topic() {
        return topic.name();
    }

    void submit(PendingSend send) {
        PendingSend top;
        do {
            top = arrivals.get();
            send.next = top;
        } while (!arrivals.compareAndSet(top, send));
        signal();
    }

    /** Ends what is over its time, on the thread that holds the baton or on this one. */
    void sweep() {
        sweepDue = true;
        signal();
    }

    private void signal() {
        if (signals.getAndIncrement() == 0) {
            work();
        }
    }

    /** Holds the baton until nothing is to do. */
    private void work() {
        int handedOver = 0;
        int seen = signals.get();
        while (seen != 0) {
            if (sweepDue) {
                sweepDue = false;
                sweepNow();
            }
            while (mayHandOver() && fillBatch()) {
                handedOver += batch.size();
                handOver();
                if (handedOver >= SHIFT) {
                    core.helper().execute(this::work);
                    return;
                }
            }
            seen = signals.addAndGet(-seen);
        }
    }

    private boolean mayHandOver() {
        return batchesInFlight.get() < core.maxBatchesInFlight();
    }

    /** Takes what is next; false if nothing is. */
    private boolean fillBatch() {
        batch.clear();
        int bytes = 0;
        while (batch.size() < core.maxBatchMessages()) {
            if (waiting == null) {
                takeArrivals();
            }
            PendingSend send = waiting;
            if (send == null) {
                break;
            }
            if (!batch.isEmpty() && bytes + send.size > core.maxBatchBytes()) {
                break;
            }
            waiting = send.next;
            send.next = null;
            if (prepare(send)) {
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

    private boolean prepare(PendingSend send) {
        if (send.hasEnded()) {
            return false;
        }
        if (core.isOver(send.deadline)) {
            send.failed(tooLate(ErrorKind.UNAVAILABLE, "was not handed over", "Nothing was stored; send it again."));
            return false;
        }
        try {
            core.intercept(send);
            return true;
        } catch (Throwable refusal) {
            send.failed(Failures.of(
                    ErrorKind.INTERNAL, "A lane interceptor refused a message to " + topic.name(), refusal));
            return false;
        }
    }

    private void handOver() {
        if (core.maxBatchesInFlight() != Integer.MAX_VALUE) {
            Batch group = new Batch(batch.size());
            batchesInFlight.incrementAndGet();
            batch.forEach(send -> send.batch = group);
        }
        Sender.Lane open;
        try {
            open = openLane();
        } catch (Throwable refusal) {
            batch.forEach(send -> send.refused(refusal));
            return;
        }
        try {
            open.send(batch);
        } catch (Throwable failure) {
            batch.forEach(send -> send.unknown(failure));
        }
        trim();
        for (PendingSend send : batch) {
            if (!send.hasEnded()) {
                track(send);
            }
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

    private void track(PendingSend send) {
        if (inFlightLast == null) {
            inFlightFirst = send;
        } else {
            inFlightLast.next = send;
        }
        inFlightLast = send;
    }

    /** Lets go of ended sends at the head; those in the middle go with the next sweep. */
    private void trim() {
        PendingSend first = inFlightFirst;
        while (first != null && first.hasEnded()) {
            PendingSend next = first.next;
            first.next = null;
            first = next;
        }
        inFlightFirst = first;
        if (first == null) {
            inFlightLast = null;
        }
    }

    private void sweepNow() {
        PendingSend send = inFlightFirst;
        inFlightFirst = null;
        inFlightLast = null;
        while (send != null) {
            PendingSend next = send.next;
            send.next = null;
            if (!send.hasEnded() && core.isOver(send.deadline)) {
                send.failed(tooLate(
                        ErrorKind.OUTCOME_UNKNOWN,
                        "was not confirmed",
                        "The broker may or may not hold it. Sending the same Message object again keeps its id."));
            }
            if (!send.hasEnded()) {
                track(send);
            }
            send = next;
        }
        if (waiting == null) {
            takeArrivals();
        }
        while (waiting != null && core.isOver(waiting.deadline)) {
            PendingSend late = waiting;
            waiting = late.next;
            late.next = null;
            late.failed(tooLate(ErrorKind.UNAVAILABLE, "was not handed over", "Nothing was stored; send it again."));
        }
    }

    private MessagingException tooLate(ErrorKind kind, String what, String remedy) {
        return new MessagingException(
                kind,
                "A message to " + topic.name() + "-" + partition + " " + what + " within the send timeout of "
                        + core.sendTimeout() + ". " + remedy);
    }

    MessagingException failure(Throwable cause, @Nullable ErrorKind kind) {
        String action = "Sending to " + topic.name() + "-" + partition + " failed";
        return kind == null ? Failures.of(core.adapter(), action, cause) : Failures.of(kind, action, cause);
    }

    void succeeded(PendingSend send) {
        ended(send, null);
    }

    void failed(PendingSend send, MessagingException failure) {
        ended(send, failure);
    }

    private void ended(PendingSend send, @Nullable MessagingException failure) {
        core.ended(send, failure);
        Batch group = send.batch;
        if (group != null && group.decrementAndGet() == 0) {
            batchesInFlight.decrementAndGet();
            signal();
        }
    }
}
