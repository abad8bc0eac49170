package io.waybill.conformance;

/**
 * What can be done to a broker, or what comes closest. Implemented with a {@link ConformanceTarget}; used by one thread. The
 * suite undoes what it did before the test ends.
 */
public interface BrokerFaults {
    /** One thing that is done to a broker. */
    interface Action {
        /**
         * Does it.
         *
         * @throws Exception if it cannot be done
         */
        void run() throws Exception;
    }

    /**
     * The four of them.
     *
     * @param kill see {@link #kill}
     * @param start see {@link #start}
     * @param pause see {@link #pause}
     * @param resume see {@link #resume}
     * @return the faults
     */
    static BrokerFaults of(Action kill, Action start, Action pause, Action resume) {
        return new BrokerFaults() {
            @Override
            public void kill() throws Exception {
                kill.run();
            }

            @Override
            public void start() throws Exception {
                start.run();
            }

            @Override
            public void pause() throws Exception {
                pause.run();
            }

            @Override
            public void resume() throws Exception {
                resume.run();
            }
        };
    }

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
