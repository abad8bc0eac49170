package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.ControlLogs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.common.MixAll;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.header.SendMessageRequestHeaderV2;
import org.jspecify.annotations.Nullable;

/** Topics of one queue, which every reader reads by itself. */
final class RocketMqControlLogs implements ControlLogs {
    private static final String PRODUCER_GROUP = "waybill";

    private final RocketMqAdapter.Shared shared;
    private final Map<String, Topology.Queue> queues = new ConcurrentHashMap<>();

    RocketMqControlLogs(RocketMqAdapter.Shared shared) {
        this.shared = shared;
    }

    @Override
    public void create(String name) throws Exception {
        RocketMqAdapter.Connection at = shared.connection();
        try {
            queues.put(name, at.topology().partitions(name).get(0));
        } catch (MessagingException e) {
            if (e.kind() != ErrorKind.NOT_FOUND) {
                throw e;
            }
            try {
                at.topics().create(name, 1);
            } catch (MessagingException other) {
                if (other.kind() != ErrorKind.ALREADY_EXISTS) {
                    throw other;
                }
            }
            queues.put(name, at.topology().partitions(name).get(0));
        }
    }

    private Topology.Queue queue(RocketMqAdapter.Connection at, String name) throws Exception {
        Topology.Queue known = queues.get(name);
        if (known == null) {
            known = at.topology().partitions(name).get(0);
            queues.put(name, known);
        }
        return known;
    }

    @Override
    public void append(String name, byte[] record) throws Exception {
        RocketMqAdapter.Connection at = shared.connection();
        Topology.Queue queue = queue(at, name);
        SendMessageRequestHeaderV2 header = new SendMessageRequestHeaderV2();
        String topic = Names.rocketmq(name);
        header.setA(PRODUCER_GROUP);
        header.setB(topic);
        header.setC(topic);
        header.setD(0);
        header.setE(queue.id());
        header.setF(0);
        header.setG(System.currentTimeMillis());
        header.setH(0);
        header.setI("");
        header.setJ(0);
        header.setK(false);
        header.setM(false);
        header.setBrokerName(queue.broker());
        RemotingCommand request = RemotingCommand.createRequestCommand(RequestCode.SEND_MESSAGE_V2, header);
        request.setBody(record);
        RemotingCommand unused = at.remote().call(at.topology().knownAddress(queue.broker()), request);
    }

    @Override
    public LogReader open(String name, boolean fromFirst) throws Exception {
        RocketMqAdapter.Connection at = shared.connection();
        Topology.Queue queue = queue(at, name);
        String topic = Names.rocketmq(name);
        long begin = fromFirst ? at.groups().first(topic, queue) : at.groups().end(topic, queue);
        Reader reader = new Reader(
                new PullRequests(at.remote(), at.topology(), MixAll.TOOLS_CONSUMER_GROUP), name, queue, begin);
        reader.pull();
        return reader;
    }

    /** One request is always under way. */
    private static final class Reader implements LogReader {
        private final PullRequests pulls;
        private final String name;
        private final Topology.Queue queue;

        // guarded by this
        private final List<byte[]> records = new ArrayList<>();
        private @Nullable Throwable failure;
        private long next;
        private boolean closed;

        Reader(PullRequests pulls, String name, Topology.Queue queue, long begin) {
            this.pulls = pulls;
            this.name = name;
            this.queue = queue;
            this.next = begin;
        }

        void pull() {
            long at;
            synchronized (this) {
                if (closed) {
                    return;
                }
                at = next;
            }
            pulls.pull(queue, name, at, new Remote.Answer() {
                @Override
                public void operationSucceed(RemotingCommand response) {
                    if (answered(response)) {
                        pull();
                    }
                }

                @Override
                public void operationFail(Throwable cause) {
                    fail(cause);
                }
            });
        }

        private synchronized boolean answered(RemotingCommand response) {
            switch (response.getCode()) {
                case ResponseCode.SUCCESS -> {
                    byte[] body = response.getBody();
                    records.addAll(Decoder.bodies(body == null ? new byte[0] : body));
                    next = Math.max(next, nextOf(response));
                    notifyAll();
                }
                case ResponseCode.PULL_NOT_FOUND -> {}
                // old records that are gone are of no use to anybody
                case ResponseCode.PULL_OFFSET_MOVED, ResponseCode.PULL_RETRY_IMMEDIATELY -> next = nextOf(response);
                default -> {
                    fail(Remote.refusal(response, pulls.address(queue)));
                    return false;
                }
            }
            return true;
        }

        private static long nextOf(RemotingCommand response) {
            return Long.parseLong(response.getExtFields().get("nextBeginOffset"));
        }

        private synchronized void fail(Throwable cause) {
            failure = cause;
            notifyAll();
        }

        @Override
        public synchronized List<byte[]> read(Duration timeout) throws Exception {
            long deadline = System.nanoTime() + timeout.toNanos();
            while (records.isEmpty()) {
                if (failure != null) {
                    throw failure instanceof Exception exception ? exception : new IOException(failure);
                }
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return List.of();
                }
                wait(left);
            }
            List<byte[]> result = List.copyOf(records);
            records.clear();
            return result;
        }

        @Override
        public synchronized void close() {
            closed = true;
        }
    }
}
