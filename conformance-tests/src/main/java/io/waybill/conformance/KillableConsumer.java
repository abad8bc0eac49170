package io.waybill.conformance;

import io.waybill.Handler;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * A consumer in a process of its own, or what comes closest. Its handler tells of each delivery when it begins, and returns at
 * once; unless the text begins with {@value #STUCK}: then it never returns. Its session is the target's.
 */
public interface KillableConsumer extends AutoCloseable {
    /** What the text of a message begins with whose handler never returns. */
    String STUCK = "stuck";

    /**
     * The handler to use.
     *
     * @param begun is told the text of each delivery when its handler begins
     * @return the handler
     */
    static Handler handler(Consumer<String> begun) {
        CountDownLatch never = new CountDownLatch(1);
        return delivery -> {
            String text = delivery.message().text();
            begun.accept(text);
            if (text.startsWith(STUCK)) {
                never.await();
            }
        };
    }

    /**
     * What its handler was called with so far.
     *
     * @return the texts, in the order of the calls
     */
    List<String> begun();

    /** Ends it as {@code kill -9} does. May be called twice. */
    void kill();

    @Override
    default void close() {
        kill();
    }
}
