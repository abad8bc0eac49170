package io.waybill.cli.lab;

import java.time.Duration;

/**
 * A broker of the lab, and what can be done to it and around it behind Waybill's back. Made by the lab when it is needed, and
 * ends with {@link #close}, with all its processes and files.
 */
interface LabBroker extends AutoCloseable {
    /** As it is called in the table. */
    String name();

    /** Where it is. */
    String uri();

    /**
     * From now on, until the answer is closed, it surely does not store a message of {@link #LARGE} bytes. Called before the
     * scenario's producer opens.
     */
    AutoCloseable refuse(Stage stage) throws Exception;

    /** The size of messages that are refused while messages are. */
    int LARGE = 5_000;

    /** A way to it through a network that can be broken; ends with the stage. */
    Network network(Stage stage) throws Exception;

    /** A way to the broker that can be broken. */
    interface Network extends AutoCloseable {
        /** Where to connect to. */
        String uri();

        /** What is sent arrives, what is answered does not. */
        void loseAnswers();

        /** What is sent does not arrive; false if that cannot be had. */
        boolean loseRequests();

        /** How much was sent and did not arrive. */
        long lostBytes();

        /** All is as it was. Connections that lost something are cut. */
        void heal();

        @Override
        void close();
    }

    /** A consumer of the stage's group in a process of its own, or what comes closest; ends with the stage. */
    Instance startConsumer(Stage stage) throws Exception;

    /** A producer in a process of its own, or what comes closest, that sends until it is killed; ends with the stage. */
    Instance startProducer(Stage stage) throws Exception;

    /** Something in a process of its own. Its books are the stage's. */
    interface Instance extends AutoCloseable {
        /** Ends it as {@code kill -9} does. */
        void kill();

        /** Freezes it as SIGSTOP does. */
        void freeze();

        /** Lets it go on as SIGCONT does. */
        void thaw();

        @Override
        default void close() {
            kill();
        }
    }

    /** Ends it as {@code kill -9} does. Its data stays. */
    void kill();

    /** Starts it again, and returns when it takes requests. */
    void restart();

    /** The session of consumers whose instances are killed, frozen or paused; some brokers have their own. */
    Duration session();

    @Override
    void close();
}
