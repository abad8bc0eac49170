package io.waybill.benchmarks;

import io.waybill.benchmarks.clients.Client;
import io.waybill.benchmarks.clients.Workplace;
import io.waybill.message.Ordering;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * The handler of every consuming arm: counts, looks whether each key's messages come in order and whether one comes again, and
 * blocks if the scenario says so. A key's messages are handled one after another, so its place in the array needs no lock.
 */
final class Consumption implements Client.Handling {
    private static final VarHandle NUMBER = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SEEN = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long LOOK_NANOS = 500_000;
    private static final long LONGEST_SILENCE_NANOS = 60_000_000_000L;
    private static final long MICRO = 1_000;

    private final Scenario.Arm arm;
    private final ByteBuffer seen;
    private final long[] last = new long[Workplace.KEYS];
    private final LongAdder handled = new LongAdder();
    private final LongAdder again = new LongAdder();
    private final LongAdder disordered = new LongAdder();
    private final CountDownLatch over = new CountDownLatch(1);

    /**
     * A handler.
     *
     * @param arm how it handles
     * @param seen a bit for each message, which may outlive this process
     */
    Consumption(Scenario.Arm arm, ByteBuffer seen) {
        this.arm = arm;
        this.seen = seen;
        Arrays.fill(last, -1);
    }

    Consumption(Scenario.Arm arm, long messages) {
        this(arm, ByteBuffer.allocateDirect(bytesFor(messages)));
    }

    static int bytesFor(long messages) {
        return Math.toIntExact((messages / Long.SIZE + 1) * Long.BYTES);
    }

    /** A body that holds its number; the key follows from it. */
    static byte[] body(long number, int size) {
        byte[] body = new byte[Math.max(size, Long.BYTES)];
        NUMBER.set(body, 0, number);
        return body;
    }

    static long number(byte[] body) {
        return (long) NUMBER.get(body, 0);
    }

    @Override
    public void handle(byte[] body) {
        long number = number(body);
        int key = (int) (number % Workplace.KEYS);
        if (arm.stuckKey() && key == 0) {
            awaitEnd();
        }
        long bit = 1L << number;
        if (((long) SEEN.getAndBitwiseOr(seen, (int) (number / Long.SIZE) * Long.BYTES, bit) & bit) != 0) {
            again.increment();
        } else if (arm.ordering() != Ordering.NONE) {
            if (number < last[key]) {
                disordered.increment();
            }
            last[key] = number;
        }
        block();
        handled.increment();
    }

    private void block() {
        if (arm.handlerMicros() > 0) {
            long until = System.nanoTime() + arm.handlerMicros() * MICRO;
            for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    private void awaitEnd() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets go of the stuck key. */
    void end() {
        over.countDown();
    }

    long again() {
        return again.sum();
    }

    /** How many messages were handled, each counted once. */
    private long messages() {
        return handled.sum() - again.sum();
    }

    /** Returns how many messages were handled when there were so many at least. */
    long await(long messages) {
        long before = -1;
        long since = System.nanoTime();
        while (true) {
            long now = messages();
            if (now >= messages) {
                return now;
            }
            if (now != before) {
                before = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > LONGEST_SILENCE_NANOS) {
                throw new IllegalStateException("Only " + now + " of " + messages + " messages came");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Returns when nothing was handled for a while, and something before that. */
    void awaitStandstill(long nanos) {
        long before = await(1);
        long since = System.nanoTime();
        while (System.nanoTime() - since < nanos) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = messages();
            if (now != before) {
                before = now;
                since = System.nanoTime();
            }
        }
    }

    void verify(long messages) {
        if (messages() != messages || disordered.sum() != 0) {
            throw new IllegalStateException(messages() + " of " + messages + " messages were handled, "
                    + disordered.sum() + " of them out of their key's order, and " + again.sum() + " once more");
        }
    }
}
