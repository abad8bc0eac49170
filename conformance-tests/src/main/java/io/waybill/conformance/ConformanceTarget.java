package io.waybill.conformance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What the suite runs against: one adapter with one broker.
 *
 * <p>Implemented by whoever runs the suite; found by {@link java.util.ServiceLoader}, so with a public constructor without
 * arguments that does nothing yet. If there are several, the JUnit configuration parameter
 * {@value #NAME_PARAMETER} chooses by name. The suite calls {@link #start} once, then the other methods, and {@link #stop} at
 * the end; from one thread at a time, unless chapters run side by side: then {@link #uri} and what else is only asked for is
 * asked for by several.
 */
public interface ConformanceTarget {
    /** The configuration parameter that chooses among several targets. */
    String NAME_PARAMETER = "waybill.conformance.target";

    /**
     * The configuration parameter that names a broker that runs already: the target is then neither started nor stopped, and
     * no fault is done to it.
     */
    String URI_PARAMETER = "waybill.conformance.uri";

    /** The configuration parameter that says for how many seconds the suite waits for what must come; 60 by default. */
    String PATIENCE_PARAMETER = "waybill.conformance.patience";

    /** The configuration parameter that says for how many seconds each storm lasts that is tagged {@code soak}; 60 by default. */
    String SOAK_PARAMETER = "waybill.conformance.soak";

    /** The configuration parameter that repeats the random choices of a test that failed; by default each run has its own. */
    String SEED_PARAMETER = "waybill.conformance.seed";

    /**
     * What the target is called.
     *
     * @return a name for reports
     */
    String name();

    /**
     * Brings the broker up.
     *
     * @throws Exception if there is none: every test then fails with this
     */
    void start() throws Exception;

    /**
     * Where the broker is, with a login if it wants one. Every {@code Waybill.connect} to it is an instance of its own.
     *
     * @return a URI, the same from start to stop
     */
    String uri();

    /**
     * The version of the broker. Asked for after the start. Default: unknown.
     *
     * @return a text for reports
     */
    default String version() {
        return "unknown";
    }

    /**
     * What can be done to the broker. Default: nothing, and tests that need it are skipped.
     *
     * @return the faults, or empty
     */
    default Optional<BrokerFaults> faults() {
        return Optional.empty();
    }

    /**
     * A new way to the broker through a proxy. Default: none, and tests that need it are skipped.
     *
     * @return a way that is healthy, which the suite closes, or empty
     * @throws Exception if it cannot be made
     */
    default Optional<ProxiedBroker> proxied() throws Exception {
        return Optional.empty();
    }

    /**
     * Where no broker is. Default: unknown, and tests that need it are skipped.
     *
     * @return a URI of the same scheme that names a host and port on which nobody listens, or what comes closest; or empty
     */
    default Optional<String> unreachableUri() {
        return Optional.empty();
    }

    /**
     * The shortest session that the broker takes. Default: 6 s.
     *
     * @return how long an instance that fell silent keeps its partitions
     */
    default Duration session() {
        return Duration.ofSeconds(6);
    }

    /**
     * The longest time until the partitions of an instance that fell silent have other owners. Default: the session and 5 s.
     *
     * @return how long; what takes more than 20 s is tried among the soak tests only
     */
    default Duration takeover() {
        return session().plusSeconds(5);
    }

    /**
     * More parameters for the URI of a consumer whose handler takes {@link #slowHandling}. Default: none.
     *
     * @return parameters as they stand in a URI, {@code name=value&name=value}, or nothing
     */
    default String slowHandlingParameters() {
        return "";
    }

    /**
     * A time to handle one message that exceeds what the broker's client allows a consumer to be silent, with the
     * parameters above. Default: 15 s.
     *
     * @return how long
     */
    default Duration slowHandling() {
        return Duration.ofSeconds(15);
    }

    /**
     * The shortest timer by which a client of this broker may collect batches. Default: 5 ms, Kafka's. A broker whose disk
     * needs longer than this for one message needs a longer time here.
     *
     * @return what the fastest of many single sends must stay below
     */
    default Duration shortestTimer() {
        return Duration.ofMillis(5);
    }

    /**
     * Starts an instance that can be killed. Default: a JVM of its own on the class path of this one.
     *
     * @param group the group to join
     * @param topic what to read; {@link KillableConsumer} says what its handler does
     * @return a running consumer
     * @throws Exception if it cannot be started
     */
    default KillableConsumer startConsumer(String group, String topic) throws Exception {
        return ChildConsumer.start(uri(), group, topic, session());
    }

    /**
     * Starts an instance that can be killed and looks for losses. Default: a JVM of its own on the class path of this one.
     *
     * @param group the group to join
     * @param topic what to read; {@link KillableConsumer} says what its handler does
     * @param state the folder of the verifier's state
     * @return a running consumer
     * @throws Exception if it cannot be started
     */
    default KillableConsumer startVerifyingConsumer(String group, String topic, Path state) throws Exception {
        return ChildConsumer.start(uri(), group, topic, session(), state);
    }

    /**
     * Whether such an instance can be frozen, and its partitions then have other owners after {@link #takeover}. Default:
     * where this system has {@code /bin/sh}. False where the broker cannot tell a frozen instance from one that is idle; what
     * needs it is skipped.
     *
     * @return whether
     */
    default boolean freezes() {
        return ChildConsumer.canFreeze();
    }

    /**
     * Ends what {@link #start} began.
     *
     * @throws Exception if something is left
     */
    void stop() throws Exception;
}
