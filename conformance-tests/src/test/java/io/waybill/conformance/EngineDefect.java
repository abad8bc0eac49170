package io.waybill.conformance;

import static net.bytebuddy.matcher.ElementMatchers.named;

import java.util.function.UnaryOperator;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.MemberSubstitution;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.implementation.StubMethod;

/** What the core and the ledger may do wrong: the rule that it breaks, the test that must fail, and what its failure must speak of. */
enum EngineDefect {
    NEVER_LOOKS_AT_THE_CLOCK(
            "S4", FaultConformance.class, "aSilentBroker", "all sends end", "engine.SendLane", nothing("sweep")),

    CALLS_WHAT_IS_LATE_REFUSED(
            "S2",
            FaultConformance.class,
            "frozenAndGoingOn",
            "sends of unknown outcome",
            "engine.SendLane",
            changed(EngineChanges.NotHandedOver.class, "tooLate")),

    LETS_EVERYTHING_IN(
            "S7",
            SendConformance.class,
            "bytesInFlightAreBounded",
            "bytes in flight",
            "engine.ProducerOptions",
            always("maxInFlightBytes", Long.MAX_VALUE)),

    CHECKS_NO_LIMITS(
            "S9",
            SendConformance.class,
            "theLargestArrives",
            "what is over a limit (1000001 bytes) is refused",
            "message.Limits",
            nothing("check")),

    CHANGES_TEXTS_IN_SILENCE(
            "S9",
            InputConformance.class,
            "halfOfASurrogatePair",
            "surrogate",
            "message.Limits",
            changed(EngineChanges.Questioned.class, "utf8")),

    FORGETS_THAT_IT_IS_CLOSED(
            "S10",
            InputConformance.class,
            "usedAfterClose",
            "an error of kind CLOSED",
            "Waybill",
            nothing("checkOpen")),

    ACKNOWLEDGES_THE_LATEST(
            "C4",
            GroupConformance.class,
            "killedInTheHandler",
            "what was not finished comes",
            "engine.PrefixTracker",
            changed(EngineChanges.BehindTheLast.class, "next")),

    NEVER_SAYS_THAT_IT_WAITS(
            "C4",
            ConsumeConformance.class,
            "aFullWindowPauses",
            "it is held up",
            "engine.Assignment",
            always("isHeldUp", false)),

    FORGETS_THE_ORDER_WHEN_IT_TRIES_AGAIN(
            "C2",
            RetryConformance.class,
            "onlyTheKeyWaits",
            "first deliveries of key failing",
            "engine.ConsumerOptions",
            changed(EngineChanges.Unordered.class, "ordering")),

    RUNS_ONE_HANDLER_FOR_EACH_PARTITION(
            "C3",
            ConsumeConformance.class,
            "concurrencyIsNotBoundByPartitions",
            "64 handlers run at once",
            "engine.ConsumerOptions",
            always("concurrency", 2)),

    HANDLES_WHILE_AN_OLD_HANDLER_RUNS(
            "C5",
            FaultConformance.class,
            "noKeyIsHandledTwiceAtOnce",
            "one handler of the key",
            "engine.Assignment",
            always("mayRun", true)),

    COUNTS_NOTHING_AS_STALE(
            "C5",
            GroupConformance.class,
            "staleIsCountedAndIgnored",
            "the late ends are counted",
            "engine.DeliveryRunner",
            nothing("stale")),

    ACKNOWLEDGES_BEFORE_THE_DEAD_LETTER_IS_HELD(
            "C7",
            RetryConformance.class,
            "notAcknowledgedBeforeTheDeadLetterIsHeld",
            "it is no dead letter",
            "engine.DeadLetters",
            builder -> builder.visit(
                    MemberSubstitution.relaxed().method(named("join")).stub().on(named("write")))),

    LETS_ERRORS_PASS_FOR_SUCCESS(
            "C7",
            HandlerConformance.class,
            "whateverAHandlerThrows",
            "6 messages arrive",
            "engine.DeliveryRunner",
            changed(EngineChanges.ErrorsSwallowed.class, "process")),

    TAKES_A_REFUSAL_FOR_A_FAILURE(
            "C8",
            RetryConformance.class,
            "refusedIsDeadAtOnce",
            "expected: 1",
            "engine.DeliveryRunner",
            changed(EngineChanges.AnyFailure.class, "failed")),

    IGNORES_A_PAUSE_OF_THE_USER(
            "C14",
            ConsumeConformance.class,
            "pauseAndResume",
            "nothing is handled",
            "engine.WorkerPool",
            nothing("pause")),

    TURNS_SEND_INTERCEPTORS_ROUND(
            "I1",
            InterceptorConformance.class,
            "theFirstIsOutermost",
            "send B",
            "Producer$Builder",
            changed(EngineChanges.TurnedRound.class, "open")),

    SENDS_THOUGH_AN_INTERCEPTOR_THREW(
            "I2",
            InterceptorConformance.class,
            "whatASendInterceptorThrowsReachesTheCaller",
            "what the interceptor threw",
            "SendChain$Step",
            changed(EngineChanges.SentAnyway.class, "run")),

    LETS_PROCEED_AGAIN(
            "I3",
            InterceptorConformance.class,
            "aSecondProceedIsRefused",
            "one handling",
            "ReceiveChain",
            changed(EngineChanges.FirstTime.class, "proceed")),

    SWALLOWS_WHAT_A_RECEIVE_INTERCEPTOR_THROWS(
            "I4",
            InterceptorConformance.class,
            "whatAReceiveInterceptorThrowsIsAFailedAttempt",
            "1 messages arrive",
            "ReceiveChain",
            changed(EngineChanges.Swallowed.class, "run")),

    CANNOT_BE_SWITCHED_OFF(
            "I5", InterceptorConformance.class, "aSwitchTakesOutAndIn", "\"off\"", "Switch", always("isOn", true)),

    SENDS_THOUGH_A_LANE_INTERCEPTOR_THREW(
            "I7",
            InterceptorConformance.class,
            "whatALaneInterceptorThrowsFailsTheSend",
            "what the lane interceptor threw",
            "engine.ProducerCore",
            changed(EngineChanges.Swallowed.class, "intercept")),

    KEEPS_SILENT_WHEN_NOTHING_CAN_BE_HANDLED(
            "I8",
            InterceptorConformance.class,
            "whileNothingIsLetThroughNoAttemptCounts",
            "it says why",
            "engine.Hold",
            always("lasts", false)),

    NUMBERS_OUTSIDE_OF_THE_LANE(
            "W1",
            LossConformance.class,
            "theOrderOfStoringIsThatOfNumbers",
            "numbers of partition",
            "ledger.Stamp",
            changed(LedgerChanges.NeighboursTurned.class, "on")),

    COUNTS_ALL_PARTITIONS_TOGETHER(
            "W1",
            LossConformance.class,
            "theOrderOfStoringIsThatOfNumbers",
            "numbers of partition",
            "ledger.Stamp",
            changed(LedgerChanges.NumberOfAnotherCounter.class, "on")),

    USES_THE_NUMBER_OF_A_FAILED_SEND_AGAIN(
            "W2",
            LossConformance.class,
            "numbersOfFailedSends",
            "numbers of two messages",
            "ledger.StreamBook",
            changed(LedgerChanges.NumberGivenBack.class, "ended")),

    CLAIMS_THAT_FAILED_SENDS_ARE_ACKNOWLEDGED(
            "W2",
            LossConformance.class,
            "numbersOfFailedSends",
            "what was told",
            "ledger.StreamBook",
            changed(LedgerChanges.AllAcknowledged.class, "ended")),

    TAKES_EVERY_GAP_FOR_A_LOSS(
            "W2",
            LossConformance.class,
            "numbersOfFailedSends",
            "what was told",
            "ledger.StreamCheck",
            builder -> builder.visit(Advice.to(LedgerChanges.NobodyAsked.class).on(named("missing")))
                    .visit(Advice.to(LedgerChanges.AllOfIt.class).on(named("acknowledged")))),

    TELLS_BEFORE_THE_GRACE_IS_OVER(
            "W3",
            LossConformance.class,
            "notBeforeTheGrace",
            "told after",
            "ledger.StreamCheck",
            changed(LedgerChanges.AtOnce.class, "check")),

    TAKES_EVERY_PARTITION_FOR_THE_RIGHT_ONE(
            "W3",
            LossConformance.class,
            "eachVerdictIsExact",
            "MISROUTED",
            "ledger.Contents",
            always("isForHere", true)),

    SEES_NO_CHANGE_OF_A_BODY(
            "W3",
            LossConformance.class,
            "eachVerdictIsExact",
            "CORRUPTED",
            "ledger.Contents",
            always("isUnchanged", true)),

    NEVER_LOOKS_AT_THE_TAIL(
            "W4", LossConformance.class, "lostEnds", "Not all is told", "ledger.Verifier", always("lookAtTail", false)),

    WRITES_NO_MANIFEST(
            "W4", LossConformance.class, "lostEnds", "Not all is told", "ledger.ManifestWriter", nothing("write")),

    TAKES_A_REDELIVERY_FOR_A_DUPLICATE(
            "W5",
            LossStateConformance.class,
            "whatComesAgain",
            "what was told",
            "ledger.PartitionCheck",
            always("isAgain", false)),

    LEAVES_THE_STATE_BEHIND(
            "W5",
            LossStateConformance.class,
            "lostBetweenOwners",
            "Not all is told",
            "ledger.PartitionCheck",
            nothing("readFrom")),

    ACKNOWLEDGES_BEFORE_THE_STATE_IS_SAFE(
            "W5",
            LossStateConformance.class,
            "theStateIsAway",
            "what is handled and not acknowledged",
            "ledger.Verifier",
            nothing("settling")),

    FORGETS_WHAT_ANOTHER_OWNER_SAW(
            "W5",
            LossStateConformance.class,
            "anOwnerWithOldBooks",
            "what was told",
            "ledger.StreamCheck",
            nothing("merge")),

    FORGETS_WHAT_IT_TOLD(
            "W3",
            LossStateConformance.class,
            "toldOnce",
            "what was told",
            "ledger.Verifier",
            nothing("keepWhatWasTold")),

    COUNTS_ALL_THAT_ENDS_AS_HANDLED(
            "W6", LossLedgerConformance.class, "eachNumberIsInOneState", "filtered", "ledger.Account", nothing("end")),

    NEVER_SEES_THAT_SOMETHING_IS_FINISHED(
            "W6",
            LossLedgerConformance.class,
            "eachNumberIsInOneState",
            "in flight",
            "ledger.Unsettled",
            always("finish", false)),

    KEEPS_THE_BOOKS_TO_ITSELF(
            "W6",
            LossLedgerConformance.class,
            "eachNumberIsInOneState",
            "filtered",
            "ledger.GroupManifestWriter",
            nothing("write")),

    BELIEVES_EVERYBODY(
            "W7",
            LossConformance.class,
            "onlyWhatIsSealedIsBelieved",
            "Not all is told",
            "ledger.Contents",
            always("isGenuine", true));

    final String rule;
    final Class<?> chapter;
    final String test;
    final String says;
    final String type;

    @SuppressWarnings("ImmutableEnumChecker") // functions without state
    final UnaryOperator<DynamicType.Builder<?>> change;

    EngineDefect(
            String rule,
            Class<?> chapter,
            String test,
            String says,
            String type,
            UnaryOperator<DynamicType.Builder<?>> change) {
        this.rule = rule;
        this.chapter = chapter;
        this.test = test;
        this.says = says;
        this.type = "io.waybill." + type;
        this.change = change;
    }

    private static UnaryOperator<DynamicType.Builder<?>> nothing(String method) {
        return builder -> builder.method(named(method)).intercept(StubMethod.INSTANCE);
    }

    private static UnaryOperator<DynamicType.Builder<?>> always(String method, Object value) {
        return builder -> builder.method(named(method)).intercept(FixedValue.value(value));
    }

    private static UnaryOperator<DynamicType.Builder<?>> changed(Class<?> advice, String method) {
        return builder -> builder.visit(Advice.to(advice).on(named(method)));
    }
}
