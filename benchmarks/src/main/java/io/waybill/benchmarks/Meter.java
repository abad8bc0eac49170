package io.waybill.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What this process, the broker and the machine use from its making to {@link #stop}. */
final class Meter {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    private static final @Nullable Method TOTAL_ALLOCATED = totalAllocated();
    private static final int STEAL_COLUMN = 8;
    private static final double KIB_IN_MIB = 1024;
    private static final double NANOS_IN_SECOND = 1e9;

    private final List<ProcessHandle> broker;
    private final Map<Metric, Double> figures = new EnumMap<>(Metric.class);
    private final Map<Long, Long> allocated = allocatedByThread();
    private final long total = allocatedInAll();
    private final long collecting = collecting();
    private final long[] machine = machineTicks();
    private final long brokerCpu;
    private final long cpu = SYSTEM.getProcessCpuTime();
    private final long begun = System.nanoTime();

    /**
     * Starts measuring.
     *
     * @param broker the broker's processes; none if they cannot be seen
     */
    Meter(List<ProcessHandle> broker) {
        this.broker = broker;
        this.brokerCpu = brokerCpu();
    }

    /** Ends the measuring, and divides by the messages. */
    Map<Metric, Double> stop(long messages) {
        double nanos = System.nanoTime() - begun;
        double count = messages;
        figures.put(Metric.RATE, count / nanos * NANOS_IN_SECOND);
        figures.put(Metric.CPU, (SYSTEM.getProcessCpuTime() - cpu) / count);
        if (!broker.isEmpty()) {
            figures.put(Metric.BROKER_CPU, (brokerCpu() - brokerCpu) / count);
        }
        figures.put(Metric.BYTES, bytes() / count);
        figures.put(Metric.GC, (collecting() - collecting) * 1e6 / count);
        long[] now = machineTicks();
        long ticks = now[0] - machine[0];
        figures.put(Metric.STEAL, ticks == 0 ? 0 : 100.0 * (now[1] - machine[1]) / ticks);
        figures.put(Metric.RSS, residentMebibytes());
        return figures;
    }

    /** Counted by the JVM where it does (Java 21 and later); else over the threads that live, and none ends meanwhile. */
    private long bytes() {
        if (TOTAL_ALLOCATED != null) {
            return allocatedInAll() - total;
        }
        long sum = 0;
        for (Map.Entry<Long, Long> thread : allocatedByThread().entrySet()) {
            sum += thread.getValue() - allocated.getOrDefault(thread.getKey(), 0L);
        }
        return sum;
    }

    private static @Nullable Method totalAllocated() {
        try {
            return ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    private static long allocatedInAll() {
        if (TOTAL_ALLOCATED == null) {
            return 0;
        }
        try {
            return (long) TOTAL_ALLOCATED.invoke(THREADS);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<Long, Long> allocatedByThread() {
        long[] ids = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        Map<Long, Long> all = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            all.put(ids[i], Math.max(0, bytes[i]));
        }
        return all;
    }

    private static long collecting() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    private long brokerCpu() {
        return broker.stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .mapToLong(process ->
                        process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L))
                .sum();
    }

    /** All ticks of the machine's processors, and those that its host gave to others. */
    private static long[] machineTicks() {
        try {
            String[] columns =
                    Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split(" +", -1);
            long all = 0;
            for (int i = 1; i <= STEAL_COLUMN; i++) {
                all += Long.parseLong(columns[i]);
            }
            return new long[] {all, Long.parseLong(columns[STEAL_COLUMN])};
        } catch (IOException e) { // not Linux
            return new long[] {0, 0};
        }
    }

    /** What lives in the heap of this JVM. */
    static double livingMebibytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / KIB_IN_MIB / KIB_IN_MIB;
    }

    private static double residentMebibytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / KIB_IN_MIB)
                    .findFirst()
                    .orElse(0);
        } catch (UncheckedIOException | IOException e) { // not Linux
            return 0;
        }
    }
}
