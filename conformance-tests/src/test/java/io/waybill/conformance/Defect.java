package io.waybill.conformance;

import io.waybill.conformance.Intercepted.Instead;
import io.waybill.message.Capabilities;
import io.waybill.message.Capability;
import io.waybill.message.Delivery;
import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.Headers;
import io.waybill.message.Message;
import io.waybill.message.StartPosition;
import io.waybill.message.Support;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicPartition;
import io.waybill.message.TopicSpec;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdminOperations;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverSink;
import io.waybill.spi.Sender;
import io.waybill.spi.Settlement;
import io.waybill.spi.WaybillHeader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What an adapter may do wrong, the test of the suite that must fail then, and what its failure must speak of. */
enum Defect {
    NONE(SendConformance.class, "arrivesAsItWasSent", "", adapter -> adapter),

    CONFIRMS_WHAT_IT_DOES_NOT_STORE(
            SendConformance.class, "orderOfCallsIsKept", "10000 messages arrive", handingOver((lane, batch) -> {
                List<Outgoing> stored = new ArrayList<>(batch);
                stored.removeIf(outgoing -> {
                    boolean dropped = outgoing.message().text().endsWith("7");
                    if (dropped) {
                        outgoing.stored(0, Durability.ONE_UNFLUSHED);
                    }
                    return dropped;
                });
                lane.send(stored);
            })),

    STORES_IN_ANOTHER_ORDER(
            InterceptorConformance.class,
            "numbersOfTheLaneAreInTheOrderOfStoring",
            "numbers of partition",
            handingOver((lane, batch) -> {
                List<Outgoing> turned = new ArrayList<>(batch);
                Collections.reverse(turned);
                lane.send(turned);
            })),

    SENDS_TWICE(PositionConformance.class, "everyGroupGetsAll", "size: 1000", handingOver((lane, batch) -> {
        lane.send(batch.stream()
                .map(outgoing -> changed(outgoing, Map.of("stored", (arguments, original) -> null)))
                .toList());
        lane.send(batch);
    })),

    SENDS_ELSEWHERE(
            SendConformance.class,
            "arrivesAsItWasSent",
            "expected: ",
            sending(sender -> Map.of("openLane", (arguments, original) -> {
                TopicDescription topic = (TopicDescription) arguments[0];
                arguments[1] = ((Integer) arguments[1] + 1) % topic.partitions();
                return original.call();
            }))),

    LOSES_THE_ID(
            SendConformance.class,
            "arrivesAsItWasSent",
            "expected: ",
            delivering((receiver, delivery) -> WaybillHeader.delivery(
                    delivery.topic(),
                    delivery.partition(),
                    delivery.position(),
                    delivery.timestampMillis(),
                    delivery.attempt(),
                    delivery.message().key(),
                    delivery.message().headers(),
                    delivery.message().body(),
                    null))),

    LIES_ABOUT_COPIES(
            SendConformance.class,
            "theReceiptIsTrue",
            "expected: 1",
            completing(Map.of("stored", (arguments, original) -> {
                arguments[1] = new Durability(3, true);
                return original.call();
            }))),

    CALLS_THE_UNKNOWN_REFUSED(
            FaultConformance.class,
            "killedAndStartedAmidMessages",
            "definite failures that arrived",
            handingOver((lane, batch) -> lane.send(batch.stream()
                    .map(outgoing -> changed(outgoing, Map.of("unknown", (arguments, original) -> {
                        outgoing.refused((Throwable) arguments[0]);
                        return null;
                    })))
                    .toList()))),

    LOSES_EMPTY_HEADERS(SendConformance.class, "arrivesAsItWasSent", "A-Z.a_z-0.9", delivering((receiver, delivery) -> {
        Headers.Builder kept = Headers.unchecked();
        Headers headers = delivery.message().headers();
        for (int i = 0; i < headers.size(); i++) {
            if (headers.valueAt(i).length > 0) {
                kept.put(headers.nameAt(i), headers.valueAt(i));
            }
        }
        Message message = delivery.message();
        return new Delivery(
                Message.restored(
                        message.topic(),
                        message.key(),
                        kept.build(),
                        message.body(),
                        message.idHigh(),
                        message.idLow()),
                delivery.partition(),
                delivery.position(),
                delivery.timestampMillis(),
                delivery.attempt(),
                delivery.waybill());
    })),

    DELIVERS_IN_ANOTHER_ORDER(
            ConsumeConformance.class,
            "orderOfKeysUnderConcurrency",
            "first deliveries of key",
            polling((receiver, sink) -> Map.of("deliver", (arguments, original) -> {
                List<Object> turned = new ArrayList<>((List<?>) arguments[1]);
                Collections.reverse(turned);
                arguments[1] = turned;
                return original.call();
            }))),

    SETTLES_ON_ARRIVAL(
            ConsumeConformance.class,
            "notAcknowledgedBeforeTheHandlerReturned",
            "what was not finished comes again",
            receiving(receiver -> Map.of(
                    "poll",
                    withSink(receiver, (owner, delivery) -> {
                        owner.settle(
                                List.of(Settlement.prefix(
                                        new TopicPartition(delivery.topic(), delivery.partition()),
                                        delivery.position(),
                                        delivery.position() + 1)),
                                true);
                        return delivery;
                    }),
                    "settle",
                    (arguments, original) -> null))),

    SETTLES_THE_LATEST(
            ConsumeConformance.class,
            "notAcknowledgedBeforeTheHandlerReturned",
            "what was not finished comes again",
            receiving(receiver -> {
                Map<TopicPartition, Long> latest = new ConcurrentHashMap<>();
                return Map.of(
                        "poll",
                        withSink(receiver, (delivering, delivery) -> {
                            latest.put(new TopicPartition(delivery.topic(), delivery.partition()), delivery.position());
                            return delivery;
                        }),
                        "settle",
                        (arguments, original) -> {
                            arguments[0] = ((Collection<?>) arguments[0])
                                    .stream()
                                            .map(Settlement.class::cast)
                                            .map(one -> Settlement.prefix(
                                                    one.partition(),
                                                    one.through(),
                                                    latest.getOrDefault(one.partition(), one.next() - 1) + 1))
                                            .toList();
                            return original.call();
                        });
            })),

    SETTLES_NOTHING(
            ConsumeConformance.class,
            "whatWasHandledDoesNotComeAgain",
            "nothing else comes",
            receiving(receiver -> Map.of("settle", (arguments, original) -> null))),

    FETCHES_THOUGH_PAUSED(
            InterceptorConformance.class,
            "whileNothingIsLetThroughNoAttemptCounts",
            "nothing more is fetched",
            receiving(receiver -> Map.of("pause", (arguments, original) -> null))),

    IGNORES_A_PAUSE(
            ConsumeConformance.class,
            "waitingBytesAreBounded",
            "the buffer keeps its bound",
            receiving(receiver -> Map.of("pause", (arguments, original) -> null))),

    NEVER_GIVES_UP(
            GroupConformance.class,
            "splitAndSplitAgain",
            "two share",
            receiving(receiver -> Map.of("release", (arguments, original) -> null))),

    SKIPS_ONE_WHEN_IT_TAKES_OVER(
            StormConformance.class,
            "instancesComeAndGo",
            "messages arrive",
            receiving(receiver -> Map.of("seek", (arguments, original) -> {
                long position = (Long) arguments[1];
                arguments[1] = position == 0 ? position : position + 1;
                return original.call();
            }))),

    HIDES_A_LOST_CONNECTION(
            FaultConformance.class,
            "aBrokerThatIsAway",
            "the consumer says so",
            receiving(receiver -> Map.of("poll", (arguments, original) -> {
                try {
                    return original.call();
                } catch (Exception e) {
                    LockSupport.parkNanos(1_000_000);
                    return null;
                }
            }))),

    EXPLAINS_NOTHING(
            InputConformance.class,
            "aMissingTopic",
            "NOT_FOUND",
            adapter -> Intercepted.of(
                    Adapter.class, adapter, Map.of("classify", (arguments, original) -> ErrorKind.INTERNAL))),

    CREATES_MISSING_TOPICS(
            InputConformance.class,
            "aMissingTopic",
            "Expecting code to raise a throwable",
            adapter -> sending(sender -> Map.of("describe", (arguments, original) -> {
                        if (adapter.admin().describeTopic((String) arguments[0]).isEmpty()) {
                            adapter.admin().createTopic(TopicSpec.of((String) arguments[0], 1));
                        }
                        return original.call();
                    }))
                    .apply(adapter)),

    TAKES_WHAT_HAS_NO_PLACE(
            RetryConformance.class,
            "notAcknowledgedBeforeTheDeadLetterIsHeld",
            "it is no dead letter",
            sending(sender -> Map.of(
                    "describe",
                            (arguments, original) ->
                                    new TopicDescription((String) arguments[0], 1, Durability.ONE_UNFLUSHED),
                    "openLane",
                            (arguments, original) -> {
                                try {
                                    return original.call();
                                } catch (Exception e) {
                                    return new Nowhere();
                                }
                            }))),

    STARTS_A_FIRST_ELSEWHERE(
            PositionConformance.class,
            "aNewGroupStartsAtTheFirst",
            "50 messages arrive",
            resetting((arguments, reset) -> {
                arguments[2] = StartPosition.latest();
                return reset.call();
            })),

    STARTS_A_LATEST_ELSEWHERE(
            PositionConformance.class, "aNewGroupStartsAtTheLatest", "79", resetting((arguments, reset) -> {
                arguments[2] = StartPosition.first();
                return reset.call();
            })),

    STARTS_A_TIME_ELSEWHERE(PositionConformance.class, "aNewGroupStartsAtATime", "49", resetting((arguments, reset) -> {
        arguments[2] = StartPosition.first();
        return reset.call();
    })),

    RESETS_NOTHING(
            PositionConformance.class,
            "aGroupIsReset",
            "50 messages arrive",
            adapter -> resetting((arguments, reset) -> adapter.admin()
                                    .describeGroup((String) arguments[0])
                                    .filter(group -> group.members() == 0)
                                    .isPresent()
                            ? null
                            : reset.call())
                    .apply(adapter)),

    HOLDS_WHAT_IT_SAYS_IT_CANNOT(
            SendConformance.class,
            "aTopicWithoutAGroup",
            "Expecting code to raise a throwable",
            without(Capability.TOPIC_STORAGE));

    final Class<?> chapter;
    final String test;
    final String says;

    @SuppressWarnings("ImmutableEnumChecker") // functions without state
    final UnaryOperator<Adapter> adapter;

    Defect(Class<?> chapter, String test, String says, UnaryOperator<Adapter> adapter) {
        this.chapter = chapter;
        this.test = test;
        this.says = says;
        this.adapter = adapter;
    }

    private interface HandOver {
        void send(Sender.Lane lane, List<Outgoing> batch) throws Exception;
    }

    private interface Arrival {
        Delivery arrived(Receiver receiver, Delivery delivery) throws Exception;
    }

    private interface SinkInstead {
        Map<String, Instead> of(Receiver receiver, ReceiverSink sink);
    }

    /** A lane that says yes and keeps nothing. */
    private static final class Nowhere implements Sender.Lane {
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

    private static UnaryOperator<Adapter> resetting(Instead instead) {
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

    private static UnaryOperator<Adapter> sending(Function<Sender, Map<String, Instead>> instead) {
        return adapter -> Intercepted.of(Adapter.class, adapter, Map.of("openSender", (arguments, original) -> {
            Sender sender = (Sender) original.call();
            return Intercepted.of(Sender.class, sender, instead.apply(sender));
        }));
    }

    private static UnaryOperator<Adapter> handingOver(HandOver handOver) {
        return sending(sender -> Map.of("openLane", (arguments, original) -> {
            Sender.Lane lane = (Sender.Lane) original.call();
            return Intercepted.of(Sender.Lane.class, lane, Map.of("send", (values, send) -> {
                List<Outgoing> batch =
                        ((List<?>) values[0]).stream().map(Outgoing.class::cast).toList();
                handOver.send(lane, batch);
                return null;
            }));
        }));
    }

    private static UnaryOperator<Adapter> completing(Map<String, Instead> instead) {
        return handingOver((lane, batch) -> lane.send(
                batch.stream().map(outgoing -> changed(outgoing, instead)).toList()));
    }

    private static Outgoing changed(Outgoing outgoing, Map<String, Instead> instead) {
        return Intercepted.of(Outgoing.class, outgoing, instead);
    }

    private static UnaryOperator<Adapter> receiving(Function<Receiver, Map<String, Instead>> instead) {
        return adapter -> Intercepted.of(Adapter.class, adapter, Map.of("openReceiver", (arguments, original) -> {
            Receiver receiver = (Receiver) original.call();
            return Intercepted.of(Receiver.class, receiver, instead.apply(receiver));
        }));
    }

    private static UnaryOperator<Adapter> polling(SinkInstead instead) {
        return receiving(receiver -> Map.of("poll", (arguments, original) -> {
            ReceiverSink sink = (ReceiverSink) arguments[1];
            arguments[1] = Intercepted.of(ReceiverSink.class, sink, instead.of(receiver, sink));
            return original.call();
        }));
    }

    private static UnaryOperator<Adapter> delivering(Arrival arrival) {
        return receiving(receiver -> Map.of("poll", withSink(receiver, arrival)));
    }

    private static Instead withSink(Receiver receiver, Arrival arrival) {
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
}
