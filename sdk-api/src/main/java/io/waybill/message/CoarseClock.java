package io.waybill.message;

import java.util.concurrent.locks.LockSupport;

/**
 * Milliseconds since 1970. Reading the system's clock costs 20 ns, a fifth of what sending costs; so while many ask, a thread
 * reads it once a millisecond for all of them. It may then be some milliseconds late on a busy machine. The thread ends a
 * second after nobody has asked.
 */
final class CoarseClock {
    /** So many within so many milliseconds are many. */
    private static final int MANY = 2_000;

    private static final long WITHIN_MILLIS = 100;
    private static final long TICK_NANOS = 1_000_000;
    private static final int IDLE_TICKS = 1_000;

    /** 0 while everybody reads for himself. */
    private static volatile long ticked;

    private static volatile boolean asked;
    // Threads that race here count too little, which does no harm.
    private static int count;
    private static long countedSince;

    private CoarseClock() {}

    static long millis() {
        long now = ticked;
        if (now == 0) {
            return read();
        }
        if (!asked) { // mostly it is, and a processor need not take the line from another
            asked = true;
        }
        return now;
    }

    private static long read() {
        long now = System.currentTimeMillis();
        if (++count >= MANY) {
            boolean many = now - countedSince <= WITHIN_MILLIS;
            count = 0;
            countedSince = now;
            if (many) {
                start();
            }
        }
        return now;
    }

    private static synchronized void start() {
        if (ticked == 0) {
            ticked = System.currentTimeMillis();
            Thread thread = new Thread(null, CoarseClock::tick, "waybill-clock", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null); // it must not keep an application that is gone
            try {
                thread.start();
            } catch (Throwable e) { // no memory for a thread: everybody goes on reading
                ticked = 0;
            }
        }
    }

    private static void tick() {
        try {
            int idle = 0;
            while (idle < IDLE_TICKS) {
                LockSupport.parkNanos(TICK_NANOS);
                ticked = System.currentTimeMillis();
                idle = asked ? 0 : idle + 1;
                asked = false;
            }
        } finally {
            ticked = 0; // whatever ends it: nobody is left with an old time
        }
    }
}
