package io.waybill.conformance;

import static io.waybill.conformance.WrongAdapter.changed;
import static io.waybill.conformance.WrongAdapter.completing;
import static io.waybill.conformance.WrongAdapter.delivering;
import static io.waybill.conformance.WrongAdapter.handingOver;
import static io.waybill.conformance.WrongAdapter.polling;
import static io.waybill.conformance.WrongAdapter.receiving;
import static io.waybill.conformance.WrongAdapter.resetting;
import static io.waybill.conformance.WrongAdapter.sending;
import static io.waybill.conformance.WrongAdapter.settlingWhatIsLost;
import static io.waybill.conformance.WrongAdapter.storingBackwards;
import static io.waybill.conformance.WrongAdapter.withSink;
import static io.waybill.conformance.WrongAdapter.without;

import io.waybill.message.Capability;
import io.waybill.message.Delivery;
import io.waybill.message.Durability;
import io.waybill.message.ErrorKind;
import io.waybill.message.Headers;
import io.waybill.message.Message;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicPartition;
import io.waybill.message.TopicSpec;
import io.waybill.spi.Adapter;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Settlement;
import io.waybill.spi.WaybillHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** What an adapter may do wrong: the rule that it breaks, the test that must fail, and what its failure must speak of. */
enum Defect {
    NONE("", SendConformance.class, "arrivesAsItWasSent", "", adapter -> adapter),

    CONFIRMS_WHAT_IT_DOES_NOT_STORE(
            "S1",
            LoadConformance.class,
            "twentyThreadsThenClose",
            "10000 messages arrive",
            handingOver((lane, batch) -> {
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

    STORES_A_KEY_IN_ANOTHER_ORDER(
            "S6", SendConformance.class, "orderOfCallsIsKept", "first deliveries of key", storingBackwards()),

    GIVES_ANOTHER_ID_TO_WHAT_IS_SENT_AGAIN(
            "S5",
            SendConformance.class,
            "sentAgainKeepsItsId",
            "to contain exactly",
            delivering((receiver, delivery) -> {
                Message message = delivery.message();
                return new Delivery(
                        Message.restored(
                                message.topic(),
                                message.key(),
                                message.headers(),
                                message.body(),
                                message.idHigh(),
                                message.idLow() + delivery.position()),
                        delivery.partition(),
                        delivery.position(),
                        delivery.timestampMillis(),
                        delivery.attempt(),
                        delivery.waybill());
            })),

    WAITS_FOR_MORE_TO_SEND(
            "S8",
            SendConformance.class,
            "aBlockedCallerWaitsForNoTimer",
            "the fastest of 200 sends",
            handingOver((lane, batch) -> {
                LockSupport.parkNanos(10_000_000);
                lane.send(batch);
            })),

    STORES_IN_ANOTHER_ORDER(
            "I6",
            InterceptorConformance.class,
            "numbersOfTheLaneAreInTheOrderOfStoring",
            "numbers of partition",
            storingBackwards()),

    SENDS_TWICE("C13", PositionConformance.class, "everyGroupGetsAll", "size: 1000", handingOver((lane, batch) -> {
        lane.send(batch.stream()
                .map(outgoing -> changed(outgoing, Map.of("stored", (arguments, original) -> null)))
                .toList());
        lane.send(batch);
    })),

    SENDS_ELSEWHERE(
            "S1",
            SendConformance.class,
            "arrivesAsItWasSent",
            "expected: ",
            sending(sender -> Map.of("openLane", (arguments, original) -> {
                TopicDescription topic = (TopicDescription) arguments[0];
                arguments[1] = ((Integer) arguments[1] + 1) % topic.partitions();
                return original.call();
            }))),

    LOSES_THE_ID(
            "S1",
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
            "S1",
            SendConformance.class,
            "theReceiptIsTrue",
            "expected: 1",
            completing(outgoing -> Map.of("stored", (arguments, original) -> {
                arguments[1] = new Durability(3, true);
                return original.call();
            }))),

    CALLS_THE_UNKNOWN_REFUSED(
            "S2",
            FaultConformance.class,
            "killedAndStartedAmidMessages",
            "definite failures that arrived",
            completing(outgoing -> Map.of("stored", (arguments, original) -> {
                if ((Long) arguments[0] % 500 == 499) { // this confirm is lost on its way
                    outgoing.refused(new IOException("No confirm came"));
                    return null;
                }
                return original.call();
            }))),

    CONFIRMS_BEFORE_THE_BROKER_DOES(
            "S2",
            NetworkConformance.class,
            "responsesHeldBack",
            "receipts though no response came",
            handingOver((lane, batch) -> {
                lane.send(batch.stream()
                        .map(outgoing -> changed(outgoing, Map.of("stored", (arguments, original) -> null)))
                        .toList());
                batch.forEach(outgoing -> outgoing.stored(-1, Durability.ONE_UNFLUSHED));
            })),

    LOSES_EMPTY_HEADERS(
            "S1", SendConformance.class, "arrivesAsItWasSent", "A-Z.a_z-0.9", delivering((receiver, delivery) -> {
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
            "C2",
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
            "C1",
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
            "C1",
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
            "C14",
            ConsumeConformance.class,
            "whatWasHandledDoesNotComeAgain",
            "nothing else comes",
            receiving(receiver -> Map.of("settle", (arguments, original) -> null))),

    FETCHES_THOUGH_PAUSED(
            "I8",
            InterceptorConformance.class,
            "whileNothingIsLetThroughNoAttemptCounts",
            "nothing more is fetched",
            receiving(receiver -> Map.of("pause", (arguments, original) -> null))),

    IGNORES_A_PAUSE(
            "C6",
            ConsumeConformance.class,
            "waitingBytesAreBounded",
            "the buffer keeps its bound",
            receiving(receiver -> Map.of("pause", (arguments, original) -> null))),

    NEVER_GIVES_UP(
            "C9",
            GroupConformance.class,
            "splitAndSplitAgain",
            "two share",
            receiving(receiver -> Map.of("release", (arguments, original) -> null))),

    SKIPS_ONE_WHEN_IT_TAKES_OVER(
            "C5",
            StormConformance.class,
            "instancesComeAndGo",
            "messages arrive",
            receiving(receiver -> Map.of("seek", (arguments, original) -> {
                long position = (Long) arguments[1];
                arguments[1] = position == 0 ? position : position + 1;
                return original.call();
            }))),

    ACKNOWLEDGES_WHAT_IT_LOST(
            "C5",
            GroupConformance.class,
            "frozenInTheHandler",
            "what the other did not finish comes to the frozen one again",
            settlingWhatIsLost()),

    HIDES_A_LOST_CONNECTION(
            "C15",
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
            "S3",
            InputConformance.class,
            "aMissingTopic",
            "NOT_FOUND",
            adapter -> Intercepted.of(
                    Adapter.class, adapter, Map.of("classify", (arguments, original) -> ErrorKind.INTERNAL))),

    CREATES_MISSING_TOPICS(
            "S3",
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
            "C7",
            RetryConformance.class,
            "notAcknowledgedBeforeTheDeadLetterIsHeld",
            "the dead-letter topic takes nothing more",
            sending(sender -> Map.of(
                    "describe",
                            (arguments, original) ->
                                    new TopicDescription((String) arguments[0], 1, Durability.ONE_UNFLUSHED),
                    "openLane",
                            (arguments, original) -> {
                                try {
                                    return original.call();
                                } catch (Exception e) {
                                    return new WrongAdapter.Nowhere();
                                }
                            }))),

    STARTS_A_FIRST_ELSEWHERE(
            "C13",
            PositionConformance.class,
            "aNewGroupStartsAtTheFirst",
            "50 messages arrive",
            resetting((arguments, reset) -> {
                arguments[2] = StartPosition.latest();
                return reset.call();
            })),

    STARTS_A_LATEST_ELSEWHERE(
            "C13", PositionConformance.class, "aNewGroupStartsAtTheLatest", "79", resetting((arguments, reset) -> {
                arguments[2] = StartPosition.first();
                return reset.call();
            })),

    STARTS_A_TIME_ELSEWHERE(
            "C13", PositionConformance.class, "aNewGroupStartsAtATime", "49", resetting((arguments, reset) -> {
                arguments[2] = StartPosition.first();
                return reset.call();
            })),

    RESETS_NOTHING(
            "C13",
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
            "S3",
            SendConformance.class,
            "aTopicWithoutAGroup",
            "Expecting code to raise a throwable",
            without(Capability.TOPIC_STORAGE));

    final String rule;
    final Class<?> chapter;
    final String test;
    final String says;

    @SuppressWarnings("ImmutableEnumChecker") // functions without state
    final UnaryOperator<Adapter> adapter;

    Defect(String rule, Class<?> chapter, String test, String says, UnaryOperator<Adapter> adapter) {
        this.rule = rule;
        this.chapter = chapter;
        this.test = test;
        this.says = says;
        this.adapter = adapter;
    }
}
