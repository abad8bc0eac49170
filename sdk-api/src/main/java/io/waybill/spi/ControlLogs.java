package io.waybill.spi;

import java.time.Duration;
import java.util.List;

/**
 * Small logs for Waybill's own use: every member appends, every member reads all, from the end or from the first. They
 * are logs on every broker (on RabbitMQ stream queues). Their names start with {@code waybill.}.
 *
 * <p>Safe for use by many threads.
 */
public interface ControlLogs {
    /**
     * Creates a log, unless it is there.
     *
     * @param name its name
     * @throws Exception if it cannot be created
     */
    void create(String name) throws Exception;

    /**
     * Appends a record; returns when the broker holds it.
     *
     * @param name the log
     * @param record what to append
     * @throws Exception if it was not confirmed; it may be there all the same
     */
    void append(String name, byte[] record) throws Exception;

    /**
     * Opens a reader.
     *
     * @param name the log
     * @param fromFirst true: from the first record that is held; false: behind the last
     * @return a new reader
     * @throws Exception if there is no such log
     */
    LogReader open(String name, boolean fromFirst) throws Exception;

    /** Reads a log; used by one thread. */
    interface LogReader extends AutoCloseable {
        /**
         * Waits for records.
         *
         * @param timeout how long at most
         * @return what came, in order; empty if nothing came in time
         * @throws Exception if the log cannot be read any more
         */
        List<byte[]> read(Duration timeout) throws Exception;

        @Override
        void close();
    }
}
