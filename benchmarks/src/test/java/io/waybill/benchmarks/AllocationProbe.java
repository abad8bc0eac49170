package io.waybill.benchmarks;

import com.sun.management.ThreadMXBean;
import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import io.waybill.message.Ordering;
import io.waybill.message.State;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A JVM that sends and handles over the memory adapter until the bytes a message do not change any more, and prints them: those
 * of sending, and those of handling.
 */
final class AllocationProbe {
    /** Begins the line of figures. */
    static final String RESULT = "BYTES ";

    private static final int MESSAGES = 200_000;
    private static final int FEWEST_ROUNDS = 10;
    private static final int MOST_ROUNDS = 60;
    private static final double STEADY = 0.002;
    private static final int KEYS = 1_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private final Message[] messages = new Message[KEYS];

    private AllocationProbe() {
        for (int i = 0; i < KEYS; i++) {
            messages[i] =
                    Message.to("bench").key("key-" + i).body(new byte[100]).build();
        }
    }

    /**
     * Measures and prints.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        AllocationProbe probe = new AllocationProbe();
        System.out.printf(Locale.ROOT, "%s%.2f %.2f%n", RESULT, steady(probe::sent), steady(probe::handled));
    }

    /** One round: bytes a message. */
    private interface Round extends AutoCloseable {
        double bytes();

        @Override
        void close();
    }

    private interface Opening {
        Round open();
    }

    /** The least of the last three rounds, once these agree. */
    private static double steady(Opening opening) {
        try (Round round = opening.open()) {
            List<Double> figures = new ArrayList<>();
            while (figures.size() < MOST_ROUNDS) {
                figures.add(round.bytes());
                List<Double> last = figures.subList(Math.max(0, figures.size() - 3), figures.size());
                double least =
                        last.stream().mapToDouble(Double::doubleValue).min().orElse(0);
                double most =
                        last.stream().mapToDouble(Double::doubleValue).max().orElse(0);
                if (figures.size() >= FEWEST_ROUNDS && most - least <= least * STEADY) {
                    return least;
                }
            }
            throw new IllegalStateException("The bytes a message never settled: " + figures);
        }
    }

    private Round sent() {
        Waybill waybill = Waybill.connect("memory:?overflow=drop&retention.messages=20000");
        waybill.admin().createTopic("bench", 4);
        Producer producer = waybill.producer("bench").open();
        return new Round() {
            @Override
            public double bytes() {
                return measured(() -> send(producer));
            }

            @Override
            public void close() {
                waybill.close();
            }
        };
    }

    /** From a full topic, in the order of its partitions: how often a key's lane gets a thread depends on the machine. */
    private Round handled() {
        Waybill waybill = Waybill.connect("memory:?retention.messages=1000000");
        waybill.admin().createTopic("bench", 4);
        try (Producer producer = waybill.producer("bench").open()) {
            send(producer);
            send(producer);
        }
        return new Round() {
            private int group;

            @Override
            public double bytes() {
                AtomicLong handled = new AtomicLong();
                AtomicLong ended = new AtomicLong();
                long begun = allocated();
                try (Consumer consumer = waybill.consumer("bench-" + group++)
                        .ordering(Ordering.PARTITION)
                        .concurrency(1)
                        .window(4_096) // or the memory of it grows, by as much as reading is ahead of handling
                        .subscribe("bench", delivery -> {
                            if (handled.incrementAndGet() == 2 * MESSAGES) {
                                ended.set(allocated());
                            }
                        })) {
                    while (ended.get() == 0 && consumer.state() != State.CLOSED) {
                        LockSupport.parkNanos(1_000_000);
                    }
                }
                return (ended.get() - begun) / (2.0 * MESSAGES);
            }

            @Override
            public void close() {
                waybill.close();
            }
        };
    }

    private void send(Producer producer) {
        for (int i = 0; i < MESSAGES; i++) {
            var unused = producer.sendAsync(messages[i % KEYS]);
        }
    }

    private static double measured(Runnable work) {
        long before = allocated();
        work.run();
        return (allocated() - before) / (double) MESSAGES;
    }

    /** Of all living threads; none of those that allocate ends meanwhile. */
    private static long allocated() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }
}
