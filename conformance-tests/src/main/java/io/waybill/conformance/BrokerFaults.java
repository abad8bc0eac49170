package io.waybill.conformance;

/**
 * What can be done to a broker, or what comes closest. Implemented with a {@link ConformanceTarget}; used by one thread. The
 * suite undoes what it did before the test ends.
 */
public interface BrokerFaults {
    /**
     * Ends the broker as {@code kill -9} does; what it confirmed is kept.
     *
     * @throws Exception if it cannot be done
     */
    void kill() throws Exception;

    /**
     * Starts a killed broker on the same address and data; returns when it takes requests.
     *
     * @throws Exception if it does not come up
     */
    void start() throws Exception;

    /**
     * Keeps the broker from answering; its connections stay open.
     *
     * @throws Exception if it cannot be done
     */
    void pause() throws Exception;

    /**
     * Ends a pause.
     *
     * @throws Exception if it cannot be done
     */
    void resume() throws Exception;
}
