package io.waybill.conformance;

import io.waybill.Handler;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * A consumer in a process of its own, or what comes closest. Its handler tells of each delivery when it begins, and returns at
 * once; unless the text begins with {@value #STUCK}: then it returns only after {@link #release}. Its session is the target's.
 */
public interface KillableConsumer extends AutoCloseable {
    /** What the text of a message begins with whose handler does not return. */
    String STUCK = "stuck";

    /**
     * The handler to use.
     *
     * @param begun is told the text of each delivery when its handler begins
     * @param released lets the handlers return that are stuck
     * @return the handler
     */
    static Handler handler(Consumer<String> begun, CountDownLatch released) {
        return delivery -> {
            String text = delivery.message().text();
            begun.accept(text);
            if (text.startsWith(STUCK)) {
                released.await();
            }
        };
    }

    /**
     * What its handler was called with so far.
     *
     * @return the texts, in the order of the calls
     */
    List<String> begun();

    /**
     * What it found, if it looks for losses.
     *
     * @return the findings as texts; none by default
     */
    default List<String> found() {
        return List.of();
    }

    /**
     * Lets the handlers return that are stuck, and all later ones. Of a frozen instance they return when it is thawed, before
     * it hears of anything else, or earlier.
     */
    void release();

    /** Ends it as {@code kill -9} does, a frozen one too. May be called twice. */
    void kill();

    /**
     * Freezes it as SIGSTOP does. Not called where {@link ConformanceTarget#freezes} is false.
     *
     * @throws Exception if it cannot be done
     */
    void freeze() throws Exception;

    /**
     * Lets it go on as SIGCONT does.
     *
     * @throws Exception if it cannot be done
     */
    void thaw() throws Exception;

    @Override
    default void close() {
        kill();
    }
}
