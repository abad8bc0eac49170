package io.waybill.conformance;

import io.waybill.conformance.Intercepted.Instead;
import io.waybill.message.Capabilities;
import io.waybill.message.Capability;
import io.waybill.message.Delivery;
import io.waybill.message.Durability;
import io.waybill.message.Support;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdminOperations;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverSink;
import io.waybill.spi.Sender;
import io.waybill.spi.Settlement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Makes adapters that do one thing wrong, and all else as the adapter that they are made of. */
final class WrongAdapter {
    private WrongAdapter() {}

    interface HandOver {
        void send(Sender.Lane lane, List<Outgoing> batch) throws Exception;
    }

    interface Arrival {
        Delivery arrived(Receiver receiver, Delivery delivery) throws Exception;
    }

    interface SinkInstead {
        Map<String, Instead> of(Receiver receiver, ReceiverSink sink);
    }

    /** A lane that says yes and keeps nothing. */
    static final class Nowhere implements Sender.Lane {
        private final AtomicInteger position = new AtomicInteger();

        @Override
        public void send(List<? extends Outgoing> batch) {
            batch.forEach(outgoing -> outgoing.stored(position.getAndIncrement(), Durability.ONE_UNFLUSHED));
        }

        @Override
        public boolean open() {
            return true;
        }
    }

    static UnaryOperator<Adapter> resetting(Instead instead) {
        return adapter -> Intercepted.of(
                Adapter.class,
                adapter,
                Map.of(
                        "admin",
                        (arguments, original) -> Intercepted.of(
                                AdminOperations.class,
                                (AdminOperations) original.call(),
                                Map.of("resetGroup", instead))));
    }

    /** An adapter that says it cannot do one thing. */
    static UnaryOperator<Adapter> without(Capability capability) {
        return adapter -> Intercepted.of(
                Adapter.class,
                adapter,
                Map.of(
                        "capabilities",
                        (arguments, original) ->
                                ((Capabilities) original.call()).with(capability, Support.UNSUPPORTED)));
    }

    static UnaryOperator<Adapter> sending(Function<Sender, Map<String, Instead>> instead) {
        return adapter -> Intercepted.of(Adapter.class, adapter, Map.of("openSender", (arguments, original) -> {
            Sender sender = (Sender) original.call();
            return Intercepted.of(Sender.class, sender, instead.apply(sender));
        }));
    }

    static UnaryOperator<Adapter> handingOver(HandOver handOver) {
        return sending(sender -> Map.of("openLane", lane(handOver)));
    }

    static Instead lane(HandOver handOver) {
        return (arguments, original) -> {
            Sender.Lane lane = (Sender.Lane) original.call();
            return Intercepted.of(Sender.Lane.class, lane, Map.of("send", (values, send) -> {
                List<Outgoing> batch =
                        ((List<?>) values[0]).stream().map(Outgoing.class::cast).toList();
                handOver.send(lane, batch);
                return null;
            }));
        };
    }

    static UnaryOperator<Adapter> storingBackwards() {
        return handingOver((lane, batch) -> {
            List<Outgoing> turned = new ArrayList<>(batch);
            Collections.reverse(turned);
            lane.send(turned);
        });
    }

    static UnaryOperator<Adapter> completing(Function<Outgoing, Map<String, Instead>> instead) {
        return handingOver((lane, batch) -> lane.send(batch.stream()
                .map(outgoing -> changed(outgoing, instead.apply(outgoing)))
                .toList()));
    }

    static Outgoing changed(Outgoing outgoing, Map<String, Instead> instead) {
        return Intercepted.of(Outgoing.class, outgoing, instead);
    }

    static UnaryOperator<Adapter> receiving(Function<Receiver, Map<String, Instead>> instead) {
        return adapter -> Intercepted.of(Adapter.class, adapter, Map.of("openReceiver", (arguments, original) -> {
            Receiver receiver = (Receiver) original.call();
            return Intercepted.of(Receiver.class, receiver, instead.apply(receiver));
        }));
    }

    static UnaryOperator<Adapter> polling(SinkInstead instead) {
        return receiving(receiver -> Map.of("poll", (arguments, original) -> {
            ReceiverSink sink = (ReceiverSink) arguments[1];
            arguments[1] = Intercepted.of(ReceiverSink.class, sink, instead.of(receiver, sink));
            return original.call();
        }));
    }

    static UnaryOperator<Adapter> delivering(Arrival arrival) {
        return receiving(receiver -> Map.of("poll", withSink(receiver, arrival)));
    }

    static Instead withSink(Receiver receiver, Arrival arrival) {
        return (arguments, original) -> {
            ReceiverSink sink = (ReceiverSink) arguments[1];
            arguments[1] = Intercepted.of(ReceiverSink.class, sink, Map.of("deliver", (values, deliver) -> {
                List<Delivery> changed = new ArrayList<>();
                for (Object one : (List<?>) values[1]) {
                    changed.add(arrival.arrived(receiver, (Delivery) one));
                }
                values[1] = changed;
                return deliver.call();
            }));
            return original.call();
        };
    }

    /** Receivers that settle all that they delivered of a partition when they lose it, in the name of who owns it then. */
    static UnaryOperator<Adapter> settlingWhatIsLost() {
        Map<TopicPartition, Receiver> owners = new ConcurrentHashMap<>();
        return receiving(receiver -> {
            Map<TopicPartition, Long> latest = new ConcurrentHashMap<>();
            Instead lost = (arguments, original) -> {
                for (Object one : (Collection<?>) arguments[0]) {
                    TopicPartition partition = (TopicPartition) one;
                    long position = latest.getOrDefault(partition, -1L);
                    owners.getOrDefault(partition, receiver)
                            .settle(List.of(Settlement.prefix(partition, position, position + 1)), false);
                }
                return original.call();
            };
            Instead deliver = (arguments, original) -> {
                for (Object one : (List<?>) arguments[1]) {
                    latest.put((TopicPartition) arguments[0], ((Delivery) one).position());
                }
                return original.call();
            };
            return Map.of(
                    "tryOwn",
                    (arguments, original) -> {
                        Object owns = original.call();
                        if (Boolean.TRUE.equals(owns)) {
                            owners.put((TopicPartition) arguments[0], receiver);
                        }
                        return owns;
                    },
                    "poll",
                    (arguments, original) -> {
                        arguments[1] = Intercepted.of(
                                ReceiverSink.class,
                                (ReceiverSink) arguments[1],
                                Map.of("lost", lost, "deliver", deliver));
                        return original.call();
                    });
        });
    }
}
