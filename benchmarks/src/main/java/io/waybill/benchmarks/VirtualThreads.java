package io.waybill.benchmarks;

import java.lang.reflect.Method;

/** Virtual threads where the JVM has them, platform threads elsewhere. */
final class VirtualThreads {
    private VirtualThreads() {}

    /** Whether this JVM has them. */
    static boolean areThere() {
        return Runtime.version().feature() >= 21;
    }

    static void start(Runnable task) {
        if (!areThere()) {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            thread.start();
            return;
        }
        try {
            Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
            Object unused = start.invoke(null, task);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
