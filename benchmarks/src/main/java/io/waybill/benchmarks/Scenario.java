package io.waybill.benchmarks;

import io.waybill.message.Ordering;
import java.util.List;

/**
 * One thing that is measured: some arms do the same work on the same broker, in turn.
 *
 * @param id its name, {@code kafka-send-100} for example
 * @param broker the kind of broker
 * @param title what is measured, for people
 * @param work what a sample does
 * @param size bytes of a body
 * @param layout what the topic's messages are kept in
 * @param partitions how many the topic has
 * @param load of works with a rate: the share of what the native client sends at most, or 0 for the rate of the arms
 * @param arms who does it; the same client twice shows how far figures wobble by themselves
 * @param targets what is to be reached
 */
record Scenario(
        String id,
        String broker,
        String title,
        Work work,
        int size,
        Layout layout,
        int partitions,
        double load,
        List<Arm> arms,
        List<Target> targets) {

    /** What a sample does. */
    enum Work {
        /** Sends without waiting for each outcome; as many in flight as the arm's window. */
        SEND(Metric.THROUGHPUT),
        /** Sends from some threads, each of which waits for each outcome. */
        BLOCKING_SEND(Metric.THROUGHPUT),
        /** Handles a full topic. */
        CONSUME(Metric.THROUGHPUT),
        /** Sends at a fixed rate; outcomes are timed from the moment that each send was due. */
        LATENCY(Metric.LATENCY),
        /** Sends at a fixed rate to a consumer of its own; handlings are timed from the moment that each send was due. */
        DELIVERY(Metric.LATENCY),
        /** Connects and sends one message, in a JVM that has done nothing before. */
        START(List.of(Metric.START)),
        /** Handles a full topic while one key is stuck, is killed, and handles it again. */
        KILL(List.of(Metric.REPEATS)),
        /** Sends or handles over the memory adapter, measured by JMH. */
        CORE(List.of(Metric.TIME, Metric.BYTES, Metric.RATE));

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        final List<Metric> metrics;

        Work(List<Metric> metrics) {
            this.metrics = metrics;
        }
    }

    /** What RabbitMQ keeps the messages in; other brokers have their one kind of partition. */
    enum Layout {
        /** As Waybill makes it: a topic, and for consumers a group's quorum queues. */
        WAYBILL,
        /** Classic queues, one bound for each partition. */
        CLASSIC
    }

    /**
     * One client at this work.
     *
     * @param name its name in the table
     * @param client which client
     * @param messages how many messages a sample measures, and as many before to warm up; with a rate: how many a second
     * @param window how many may be in flight, or how many threads send, or how many handlers may run at once
     * @param ordering what a consumer keeps in order; NONE is not looked at
     * @param handlerMicros how long each handler blocks
     * @param stuckKey whether the handler of one key blocks until all is over
     */
    record Arm(
            String name,
            String client,
            long messages,
            int window,
            Ordering ordering,
            int handlerMicros,
            boolean stuckKey) {

        Arm(String name, String client, long messages, int window) {
            this(name, client, messages, window, Ordering.NONE, 0, false);
        }

        Arm stuck(String newName) {
            return new Arm(newName, client, messages, window, ordering, handlerMicros, true);
        }

        Arm freed() {
            return new Arm(name, client, messages, window, ordering, handlerMicros, false);
        }

        Arm again() {
            return new Arm(name + " again", client, messages, window, ordering, handlerMicros, stuckKey);
        }

        /** How many messages a consumer handles before those that count: they warm its JVM, whose compiler takes a processor. */
        long handledBefore() {
            return 2 * messages;
        }

        /** How many a consumer handles in all. */
        long handledInAll() {
            return handledBefore() + messages;
        }

        Arm shortened(int share) {
            return new Arm(name, client, Math.max(1, messages / share), window, ordering, handlerMicros, stuckKey);
        }
    }

    boolean hasAnyOf(List<String> names) {
        return arms.stream().anyMatch(arm -> names.contains(arm.name()));
    }

    /** With these arms alone, and with the targets that they can meet. */
    Scenario reducedTo(List<String> names) {
        return new Scenario(
                id,
                broker,
                title,
                work,
                size,
                layout,
                partitions,
                load,
                arms.stream().filter(arm -> names.contains(arm.name())).toList(),
                targets.stream()
                        .filter(target -> names.contains(target.arm())
                                && (target.baseline() == null || names.contains(target.baseline())))
                        .toList());
    }

    Arm arm(String name) {
        return arms.stream()
                .filter(arm -> arm.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(id + " has no arm '" + name + "'"));
    }
}
