package org.apache.kafka.common.utils;

import java.io.Closeable;
import java.util.Iterator;

/**
 * What the Parallel Consumer goes through its messages to be retried with.
 *
 * @param <T> what it goes through
 */
public interface CloseableIterator<T> extends Iterator<T>, Closeable {
    @Override
    void close();
}
