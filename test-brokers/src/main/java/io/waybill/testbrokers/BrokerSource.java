package io.waybill.testbrokers;

/**
 * One way to get a broker of one kind. Made by {@link Brokers#find}; without state, for use by any thread.
 */
public interface BrokerSource {
    /** The kind of broker in lower case, {@code kafka} for example. */
    String name();

    /** Looks whether the broker can be had. Takes up to 3 s where an external broker has to be asked, 10 s for a Docker engine. */
    Availability availability();

    /**
     * Starts the broker and returns when it takes requests. An external broker is taken as it is: the settings, which nobody
     * can apply to it, are ignored.
     *
     * @throws IllegalStateException if it is not available, or not ready within 60 s, to which the time to pull an image is
     *     added; the message says why
     * @throws IllegalArgumentException if it cannot be protected as the settings say
     */
    RunningBroker start(BrokerSettings settings);
}
