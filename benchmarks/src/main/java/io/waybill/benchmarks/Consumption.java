package io.waybill.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * The handler of every consuming arm: counts, and looks whether each key's messages come in order and once. A key's
 * messages are handled one after another, so its place in the array needs no lock.
 */
final class Consumption {
    private static final VarHandle NUMBER = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long LOOK_NANOS = 500_000;
    private static final long LONGEST_SILENCE_NANOS = 60_000_000_000L;

    private final long[] last = new long[Sample.KEYS];
    private final LongAdder handled = new LongAdder();
    private final LongAdder disordered = new LongAdder();

    Consumption() {
        Arrays.fill(last, -1);
    }

    /** A body that holds its number; the key follows from it. */
    static byte[] body(long number, int size) {
        byte[] body = new byte[size];
        NUMBER.set(body, 0, number);
        return body;
    }

    void handle(byte[] body) {
        long number = (long) NUMBER.get(body, 0);
        int key = (int) (number % Sample.KEYS);
        if (number <= last[key]) {
            disordered.increment();
        }
        last[key] = number;
        handled.increment();
    }

    /** Returns how many were handled when there were so many at least. */
    long await(long messages) {
        long seen = -1;
        long since = System.nanoTime();
        while (true) {
            long now = handled.sum();
            if (now >= messages) {
                return now;
            }
            if (now != seen) {
                seen = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > LONGEST_SILENCE_NANOS) {
                throw new IllegalStateException("Only " + now + " of " + messages + " messages came");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    void verify(long messages) {
        if (handled.sum() != messages || disordered.sum() != 0) {
            throw new IllegalStateException(handled.sum() + " of " + messages + " messages were handled, "
                    + disordered.sum() + " of them again or out of their order");
        }
    }
}
