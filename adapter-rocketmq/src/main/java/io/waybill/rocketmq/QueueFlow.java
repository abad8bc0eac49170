package io.waybill.rocketmq;

import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.TopicPartition;
import io.waybill.spi.ReceiverSink;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.ResponseCode;

/**
 * What one owned queue gives: one request is always under way while there is room, and its answer waits for the polling
 * thread. Answers to requests from before a {@link #seek} or {@link #end} are ignored.
 */
final class QueueFlow {
    private static final int BUFFERED_MESSAGES = 2_048;
    private static final long BUFFERED_BYTES = 4 << 20;
    private static final long SOON_MILLIS = 50;
    private static final long LATER_MILLIS = 250;
    private static final long AT_LEAST_NANOS = 20_000_000L;

    private static final class Batch {
        final List<Delivery> deliveries;
        final int bytes;
        int given;

        Batch(List<Delivery> deliveries, int bytes) {
            this.deliveries = deliveries;
            this.bytes = bytes;
        }
    }

    private final PullRequests pulls;
    private final TopicPartition partition;
    private final Topology.Queue queue;
    private final OffsetWriter offsets;
    private final Decoder decoder;
    private final RocketMqReceiver receiver;

    /** When the request was sent that the broker last answered with a lock; written by the thread that answers. */
    private volatile long lockedAt;

    // guarded by this
    private final Deque<Batch> buffer = new ArrayDeque<>();
    private int generation;
    private int messages;
    private long bytes;
    private long fetchAt = -1;
    private boolean pulling;
    private boolean outOfRange;
    private boolean paused;

    QueueFlow(
            PullRequests pulls,
            TopicPartition partition,
            Topology.Queue queue,
            OffsetWriter offsets,
            RocketMqReceiver receiver,
            long lockedAt) {
        this.pulls = pulls;
        this.partition = partition;
        this.queue = queue;
        this.offsets = offsets;
        this.decoder = new Decoder(partition.topic(), partition.partition());
        this.receiver = receiver;
        this.lockedAt = lockedAt;
    }

    TopicPartition partition() {
        return partition;
    }

    Topology.Queue queue() {
        return queue;
    }

    OffsetWriter offsets() {
        return offsets;
    }

    long lockedAt() {
        return lockedAt;
    }

    void locked(long at) {
        lockedAt = at;
    }

    synchronized void paused(boolean pause) {
        paused = pause;
    }

    /** Goes on at another place. */
    synchronized void seek(long position) {
        clear();
        fetchAt = position;
        pull();
    }

    /** Gives nothing any more. */
    synchronized void end() {
        clear();
        fetchAt = -1;
    }

    private void clear() {
        generation++;
        buffer.clear();
        messages = 0;
        bytes = 0;
        pulling = false;
        outOfRange = false;
    }

    /** Gives at most so many messages; -1 if it had other news, 0 if nothing. On the polling thread. */
    int give(int most, ReceiverSink sink) {
        List<Delivery> taken;
        long moved = -1;
        synchronized (this) {
            if (paused) {
                return 0;
            }
            taken = take(most);
            if (taken.isEmpty()) {
                if (!outOfRange) {
                    return 0;
                }
                outOfRange = false;
                moved = fetchAt;
                fetchAt = -1;
            }
            pull();
        }
        if (moved >= 0) {
            sink.positionOutOfRange(partition, moved);
            return -1;
        }
        sink.deliver(partition, taken);
        return taken.size();
    }

    private List<Delivery> take(int most) {
        Batch batch = buffer.peek();
        if (batch == null) {
            return List.of();
        }
        int end = Math.min(batch.deliveries.size(), batch.given + most);
        List<Delivery> taken = batch.deliveries.subList(batch.given, end);
        messages -= taken.size();
        batch.given = end;
        if (end == batch.deliveries.size()) {
            buffer.remove();
            bytes -= batch.bytes;
        }
        return taken;
    }

    /** The position of what is given next; -1 while nobody knows. */
    synchronized long next() {
        Batch batch = buffer.peek();
        return batch == null ? fetchAt : batch.deliveries.get(batch.given).position();
    }

    synchronized boolean hasNews() {
        return !paused && (outOfRange || !buffer.isEmpty());
    }

    private void pull() {
        boolean room = messages < BUFFERED_MESSAGES && bytes < BUFFERED_BYTES;
        if (pulling || outOfRange || fetchAt < 0 || !room) {
            return;
        }
        pulling = true;
        int asked = generation;
        long at = fetchAt;
        pulls.pull(queue, partition.topic(), at, new Remote.Answer() {
            private final long begun = System.nanoTime();

            @Override
            public void operationSucceed(RemotingCommand response) {
                answered(asked, at, System.nanoTime() - begun, response);
            }

            @Override
            public void operationFail(Throwable failure) {
                receiver.unreachable(queue.broker(), failure);
                again(asked, LATER_MILLIS);
            }
        });
    }

    private void answered(int asked, long at, long took, RemotingCommand response) {
        receiver.heard(queue.broker());
        switch (response.getCode()) {
            case ResponseCode.SUCCESS -> found(asked, at, response);
            case ResponseCode.PULL_NOT_FOUND -> again(asked, took < AT_LEAST_NANOS ? SOON_MILLIS : 0);
            case ResponseCode.PULL_RETRY_IMMEDIATELY, ResponseCode.PULL_OFFSET_MOVED -> moved(asked, at, response);
            case ResponseCode.SYSTEM_BUSY, ResponseCode.SERVICE_NOT_AVAILABLE, ResponseCode.SYSTEM_ERROR -> {
                MQBrokerException refusal = Remote.refusal(response, pulls.address(queue));
                if (RocketMqErrors.classify(refusal) == ErrorKind.UNAUTHORIZED) {
                    fail(asked, refusal);
                } else {
                    again(asked, LATER_MILLIS);
                }
            }
            default -> fail(asked, Remote.refusal(response, pulls.address(queue)));
        }
    }

    private void found(int asked, long at, RemotingCommand response) {
        byte[] body = response.getBody();
        List<Delivery> deliveries;
        try {
            deliveries = decoder.from(at, body == null ? new byte[0] : body);
        } catch (Exception e) {
            fail(asked, e);
            return;
        }
        synchronized (this) {
            if (asked != generation) {
                return;
            }
            pulling = false;
            if (!deliveries.isEmpty()) {
                fetchAt = deliveries.get(deliveries.size() - 1).position() + 1;
                messages += deliveries.size();
                bytes += body.length;
                buffer.add(new Batch(deliveries, body.length));
            }
            pull();
        }
        receiver.signal();
    }

    /** Answers that name another place to go on are not followed: what lies between might be skipped unseen. */
    private void moved(int asked, long at, RemotingCommand response) {
        long first = number(response, "minOffset");
        long end = number(response, "maxOffset");
        if (at >= first && at <= end) {
            again(asked, LATER_MILLIS);
            return;
        }
        synchronized (this) {
            if (asked != generation) {
                return;
            }
            pulling = false;
            outOfRange = true;
        }
        receiver.signal();
    }

    private static long number(RemotingCommand response, String name) {
        String value =
                response.getExtFields() == null ? null : response.getExtFields().get(name);
        return value == null ? -1 : Long.parseLong(value);
    }

    private void fail(int asked, Throwable failure) {
        synchronized (this) {
            if (asked != generation) {
                return;
            }
            pulling = false;
            fetchAt = -1;
        }
        receiver.failed(failure);
    }

    private void again(int asked, long afterMillis) {
        if (afterMillis == 0) {
            resume(asked);
        } else {
            receiver.later(() -> resume(asked), afterMillis, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void resume(int asked) {
        if (asked == generation) {
            pulling = false;
            pull();
        }
    }

    @Override
    public String toString() {
        return "QueueFlow[" + partition + " " + queue + "]";
    }
}
