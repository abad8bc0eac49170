package io.waybill.testbrokers;

/**
 * One way to get a broker of one kind. Made by {@link Brokers#find}; without state, for use by any thread.
 */
public interface BrokerSource {
    /** The kind of broker in lower case, {@code kafka} for example. */
    String name();

    /** Looks whether the broker can be had. Takes up to 3 s where an external broker has to be asked. */
    Availability availability();

    /**
     * Starts the broker and returns when it takes requests. An external broker is taken as it is: the settings, which nobody
     * can apply to it, are ignored.
     *
     * @throws IllegalStateException if it is not available, or not ready within 60 s; the message says why
     */
    RunningBroker start(BrokerSettings settings);
}
