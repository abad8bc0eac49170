package io.waybill.conformance;

import io.waybill.message.Capability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The catalogue of what Waybill promises; {@code docs/rules.md} tells it at length. A number never changes and is never used
 * again. A test cites the rules it proves at the beginning of its name.
 */
public enum Rule {
    S1(Section.SEND, "A send completes only when the broker holds the message; the receipt is true."),
    S2(Section.SEND, "Three outcomes: a receipt, a definite failure, or OUTCOME_UNKNOWN."),
    S3(Section.SEND, "Nothing is confirmed that nobody holds."),
    S4(Section.SEND, "Every send has its outcome within its timeout; nothing is sent again unasked."),
    S5(Section.SEND, "A message that is sent again keeps its id."),
    S6(Section.SEND, "Of a key, what is acknowledged is stored in the order of the calls of one thread."),
    S7(Section.SEND, "What is in flight is bounded; admission waits for a bounded time, then fails."),
    S8(Section.SEND, "A blocked caller never waits for a timer that collects batches."),
    S9(Section.SEND, "Limits are checked before hand-over, the same on every broker."),
    S10(Section.SEND, "close flushes, waits, and reports what had no outcome; use after it fails."),
    S11(Section.SEND, "At most once is a choice by name.", State.PLANNED),
    S12(Section.SEND, "Native routing stays within reach.", State.PLANNED),
    S13(Section.SEND, "Request and reply with a deadline.", State.PLANNED),

    C1(Section.CONSUME, "A message is acknowledged only after its handler returned; a crash skips nothing."),
    C2(Section.CONSUME, "Order by PARTITION, KEY or NONE; a slow key holds back itself alone."),
    C3(Section.CONSUME, "Handlers at once are not bound by the number of partitions."),
    C4(Section.CONSUME, "What is committed is the finished prefix; a full window says so, or parks the stuck key."),
    C5(Section.CONSUME, "What is finished after its partition went elsewhere acknowledges nothing."),
    C6(Section.CONSUME, "A slow handler costs no partition; waiting deliveries are bounded in memory."),
    C7(
            Section.CONSUME,
            "A failing delivery is tried again, then becomes a dead letter, held before the original ends."),
    C8(Section.CONSUME, "A handler may refuse a message, or ask for a later attempt."),
    C9(
            Section.CONSUME,
            "Every partition has one owner; after a change all are owned within the bound.",
            State.BUILT,
            Capability.GROUP_MEMBERSHIP),
    C10(Section.CONSUME, "Broadcast: every instance gets every message.", State.PLANNED),
    C11(Section.CONSUME, "Handlers of batches, with a result for each message.", State.PLANNED),
    C12(Section.CONSUME, "Delayed messages arrive not before their time; expired ones are counted.", State.PLANNED),
    C13(
            Section.CONSUME,
            "A new group starts where it was told; a position out of range is told.",
            State.BUILT,
            Capability.START_FIRST,
            Capability.START_LATEST,
            Capability.START_TIME,
            Capability.RESET_POSITIONS),
    C14(Section.CONSUME, "pause, resume, health, and a close that drains and reports."),
    C15(Section.CONSUME, "A consumer comes back by itself after a lost connection, and says so."),
    C16(Section.CONSUME, "A message that kills the JVM is recognised.", State.PLANNED),

    I1(Section.INTERCEPTORS, "The first registered is outermost, on send and on receive."),
    I2(Section.INTERCEPTORS, "What a send interceptor throws reaches the caller, and nothing is sent."),
    I3(Section.INTERCEPTORS, "proceed works once; or again after a failure, for an interceptor that says so."),
    I4(Section.INTERCEPTORS, "What a receive interceptor throws is a failed attempt."),
    I5(Section.INTERCEPTORS, "A switch takes an interceptor out and in while all runs."),
    I6(Section.INTERCEPTORS, "What a lane interceptor numbers is in the order of storing."),
    I7(Section.INTERCEPTORS, "What a lane interceptor throws fails its send alone, and nothing is stored."),
    I8(Section.INTERCEPTORS, "Who says that nothing can be handled now pauses the consumer and burns no attempt."),

    W1(Section.LOSSES, "What is stored is in the order of its numbers, from 1 on."),
    W2(
            Section.LOSSES,
            "No number is used for two messages; failed and unknown sends raise no alarm.",
            State.BUILT,
            Capability.CONTROL_LOG),
    W3(
            Section.LOSSES,
            "What is lost, doubled, changed or astray is named by number, and nothing else.",
            State.BUILT,
            Capability.CONTROL_LOG),
    W4(
            Section.LOSSES,
            "Losses at the head, in the middle and at the end are seen.",
            State.BUILT,
            Capability.CONTROL_LOG),
    W5(
            Section.LOSSES,
            "What happens every day raises no alarm; what was seen goes with the partition.",
            State.BUILT,
            Capability.CONTROL_LOG),
    W6(Section.LOSSES, "The ledger adds up: each number is in one state.", State.PLANNED),
    W7(Section.LOSSES, "With a secret, only what is sealed is believed.", State.BUILT, Capability.CONTROL_LOG),
    W8(Section.LOSSES, "It costs little time and little memory.", State.PLANNED),

    /** Bad input, which has no number; tests of it begin with {@code input}. */
    INPUT(Section.INPUT, "Bad input gets one error that says what was wrong, where, and what to do.");

    /** What a rule speaks of. */
    public enum Section {
        /** The rules S. */
        SEND("Send"),
        /** The rules C. */
        CONSUME("Consume"),
        /** The rules I. */
        INTERCEPTORS("Interceptors"),
        /** The rules W. */
        LOSSES("Loss detection"),
        /** What has no number. */
        INPUT("Input");

        private final String title;

        Section(String title) {
            this.title = title;
        }

        /**
         * Its heading.
         *
         * @return a word
         */
        public String title() {
            return title;
        }
    }

    private enum State {
        BUILT,
        PLANNED
    }

    private final Section section;
    private final String title;
    private final State state;

    @SuppressWarnings("ImmutableEnumChecker") // a Set.of is
    private final Set<Capability> capabilities;

    Rule(Section section, String title) {
        this(section, title, State.BUILT);
    }

    Rule(Section section, String title, State state, Capability... capabilities) {
        this.section = section;
        this.title = title;
        this.state = state;
        this.capabilities = Set.of(capabilities);
    }

    /**
     * How a test cites it.
     *
     * @return {@code S1} for example; {@code input} for bad input
     */
    public String id() {
        return this == INPUT ? "input" : name();
    }

    /**
     * Where it belongs.
     *
     * @return the section
     */
    public Section section() {
        return section;
    }

    /**
     * The promise in one sentence.
     *
     * @return plain text
     */
    public String title() {
        return title;
    }

    /**
     * Whether it has a number and no code yet.
     *
     * @return true if so
     */
    public boolean planned() {
        return state == State.PLANNED;
    }

    /**
     * What a broker must have, by itself or by Waybill, for the rule to hold on it.
     *
     * @return the capabilities; empty for most rules
     */
    public Set<Capability> capabilities() {
        return capabilities;
    }

    /**
     * The rules that have code, {@link #INPUT} as the last.
     *
     * @return the rules in their order
     */
    public static List<Rule> built() {
        return Stream.of(values()).filter(rule -> !rule.planned()).toList();
    }

    /**
     * The rule with an id.
     *
     * @param id as {@link #id} gives it
     * @return the rule, or empty if there is none
     */
    public static Optional<Rule> find(String id) {
        return Stream.of(values()).filter(rule -> rule.id().equals(id)).findFirst();
    }

    /**
     * The rules that the name of a test begins with.
     *
     * @param name the display name
     * @return the rules, as they stand there; empty if it begins with none
     */
    public static List<Rule> cited(String name) {
        List<Rule> cited = new ArrayList<>();
        for (String word : name.split(" ", -1)) {
            Optional<Rule> rule = find(word);
            if (rule.isEmpty()) {
                break;
            }
            cited.add(rule.get());
        }
        return List.copyOf(cited);
    }
}
