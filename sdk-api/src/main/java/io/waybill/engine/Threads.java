package io.waybill.engine;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Threads of the engine: all daemons, named; virtual ones where the JVM has them (Java 21 and later). */
final class Threads {
    private static final @Nullable Method OF_VIRTUAL = ofVirtual();

    private Threads() {}

    static Thread platform(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    static ThreadFactory platformFactory(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> platform(name + "-" + count.incrementAndGet(), task);
    }

    /** For application code, which may block. */
    static Thread worker(String name, Runnable task) {
        if (OF_VIRTUAL == null) {
            return platform(name, task);
        }
        try {
            Object builder = OF_VIRTUAL.invoke(null);
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            builder = type.getMethod("name", String.class).invoke(builder, name);
            return (Thread) type.getMethod("unstarted", Runnable.class).invoke(builder, task);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This JVM has virtual threads but refuses to make one", e);
        }
    }

    private static @Nullable Method ofVirtual() {
        try {
            Method method = Thread.class.getMethod("ofVirtual");
            method.invoke(null);
            return method;
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            return null; // before Java 21, or a preview that is not switched on
        }
    }
}
