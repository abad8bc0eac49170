package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import io.waybill.spi.WaybillHeader;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.SerializeType;
import org.apache.rocketmq.remoting.protocol.header.SendMessageRequestHeaderV2;

/** The way into one queue. The core has one batch under way at a time. */
final class RocketMqLane implements Sender.Lane {
    private static final String PRODUCER_GROUP = "waybill";

    private final RocketMqSender sender;
    private final Remote remote;
    private final RocketMqSender.Topic topic;
    private final Topology.Queue queue;
    private final String topicName;
    private final long timeoutMillis;
    /** Locked when used: what the core gave up waiting for may be answered while it sends the next. */
    private final Encoder encoder = new Encoder();

    private final byte[] reused = new byte[WaybillHeader.LENGTH]; // guarded by the encoder

    RocketMqLane(
            RocketMqSender sender, Remote remote, RocketMqSender.Topic topic, int partition, SenderOptions options) {
        this.sender = sender;
        this.remote = remote;
        this.topic = topic;
        this.queue = topic.queues.get(partition);
        this.topicName = Names.rocketmq(topic.name);
        this.timeoutMillis = Math.max(1, options.sendTimeout().toMillis());
    }

    @Override
    public void send(List<? extends Outgoing> batch) {
        sender.refreshIfOld(topic);
        new Parts(batch.toArray(new Outgoing[0])).sendNext();
    }

    @Override
    public boolean open() {
        return !sender.closed();
    }

    /** A batch, sent in one request; in smaller ones after one another if the broker finds it too large. */
    private final class Parts {
        private final Deque<Outgoing[]> parts = new ArrayDeque<>();

        Parts(Outgoing[] all) {
            parts.add(all);
        }

        void sendNext() {
            Outgoing[] part = parts.poll();
            if (part == null) {
                return;
            }
            String address = sender.address(queue.broker());
            if (address == null) {
                sender.lookAgain(topic);
                refuse(
                        part,
                        RocketMqErrors.of(
                                ErrorKind.UNAVAILABLE,
                                "Broker '" + queue.broker() + "', which holds this partition, has no master"));
                sendNext();
                return;
            }
            Outgoing[] encoded;
            RemotingCommand request;
            synchronized (encoder) {
                encoded = encode(part);
                request = request();
            }
            if (encoded.length == 0) {
                sendNext();
            } else {
                remote.ask(address, request, timeoutMillis, new Outcome(encoded));
            }
        }

        private Outgoing[] encode(Outgoing[] part) {
            int ready = 0;
            for (Outgoing outgoing : part) {
                MessagingException refusal = encoder.add(outgoing.message(), outgoing.waybill(reused));
                if (refusal == null) {
                    part[ready++] = outgoing;
                } else {
                    outgoing.refused(refusal);
                }
            }
            return ready == part.length ? part : Arrays.copyOf(part, ready);
        }

        private RemotingCommand request() {
            SendMessageRequestHeaderV2 header = new SendMessageRequestHeaderV2();
            header.setA(PRODUCER_GROUP);
            header.setB(topicName);
            header.setC(topicName); // a model for topics to be created: one that is not there either
            header.setD(0);
            header.setE(queue.id());
            header.setF(0);
            header.setG(System.currentTimeMillis());
            header.setH(0);
            // No empty text in any field: brokers read it as none, and then find the signature wrong.
            header.setJ(0);
            header.setK(false);
            header.setM(true);
            header.setBrokerName(queue.broker());
            RemotingCommand request = RemotingCommand.createRequestCommand(RequestCode.SEND_BATCH_MESSAGE, header);
            request.setSerializeTypeCurrentRPC(SerializeType.ROCKETMQ);
            request.setBody(encoder.take());
            return request;
        }

        private void answered(Outgoing[] part, RemotingCommand response) {
            if (response.getCode() == ResponseCode.SUCCESS) {
                stored(part, response);
            } else {
                notStored(part, response);
            }
            sendNext();
        }

        private void notStored(Outgoing[] part, RemotingCommand response) {
            int code = response.getCode();
            if (part.length > 1 && RocketMqErrors.tooLarge(code, response.getRemark())) {
                parts.addFirst(Arrays.copyOfRange(part, part.length / 2, part.length));
                parts.addFirst(Arrays.copyOf(part, part.length / 2));
            } else if (RocketMqErrors.surelyNotStored(code, response.getRemark())) {
                sender.lookAgain(topic);
                refuse(part, refusal(response));
            } else {
                leaveUnknown(part, refusal(response));
            }
        }

        private void stored(Outgoing[] part, RemotingCommand response) {
            long first = Long.parseLong(response.getExtFields().get("queueOffset"));
            for (int i = 0; i < part.length; i++) {
                part[i].stored(first + i, topic.durability());
            }
        }

        private void failed(Outgoing[] part, Throwable failure) {
            sender.lookAgain(topic);
            if (RocketMqErrors.neverLeft(failure)) {
                refuse(part, failure);
            } else {
                leaveUnknown(part, failure);
            }
            sendNext();
        }

        private MQBrokerException refusal(RemotingCommand response) {
            return Remote.refusal(response, sender.address(queue.broker()));
        }

        private void refuse(Outgoing[] part, Throwable failure) {
            for (Outgoing outgoing : part) {
                outgoing.refused(failure);
            }
        }

        private void leaveUnknown(Outgoing[] part, Throwable failure) {
            for (Outgoing outgoing : part) {
                outgoing.unknown(failure);
            }
        }

        private final class Outcome extends Remote.Answer {
            private final Outgoing[] part;

            Outcome(Outgoing[] part) {
                this.part = part;
            }

            @Override
            public void operationSucceed(RemotingCommand response) {
                answered(part, response);
            }

            @Override
            public void operationFail(Throwable failure) {
                failed(part, failure);
            }
        }
    }
}
