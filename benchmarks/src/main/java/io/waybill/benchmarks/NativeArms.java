package io.waybill.benchmarks;

import io.waybill.Waybill;
import java.io.IOException;

/** A broker's own client, used as well as it can be, with the duties that Waybill has. */
interface NativeArms extends AutoCloseable {
    /** The group of every consumer. */
    String GROUP = "bench";

    /** The partitions of every topic. */
    int PARTITIONS = 4;

    /** The bytes of the header that stand for Waybill's stamp. */
    int STAMP = 18;

    /** Sends messages, with the keys in turn; each has a future, which goes to the outcomes. */
    interface Sending extends AutoCloseable {
        /** Hands over one message. */
        void send(int key, byte[] body, Outcomes outcomes) throws Exception;

        /** Hands over what the arm itself still collects. */
        default void flush() throws Exception {}

        @Override
        void close() throws IOException;
    }

    /** How many messages may be in flight, for this arm. */
    int window(String arm);

    /** Makes a topic as every arm gets it. */
    default void prepare(Waybill waybill, String topic) throws Exception {
        waybill.admin().createTopic(topic, PARTITIONS);
    }

    /** Opens a producer. */
    Sending sending(String arm, String topic) throws Exception;

    /** Starts a consumer, which acknowledges behind its handler, and everything before its close returns. */
    AutoCloseable consuming(String arm, String topic, Consumption consumption) throws Exception;

    /** How many messages the broker holds in a topic. */
    long held(String topic) throws Exception;

    /** How many messages the group has not acknowledged. */
    long left(String topic) throws Exception;

    @Override
    void close() throws IOException;
}
