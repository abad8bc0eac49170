package io.waybill.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import io.waybill.message.Ordering;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongFunction;

/** One sample in a JVM of its own: warms up, measures, looks whether the broker agrees, prints a line of figures. */
final class Sample {
    static final int KEYS = 1_000;

    private static final String WAYBILL = "waybill";
    private static final byte[][] KEY_BYTES = new byte[KEYS][];

    static {
        for (int i = 0; i < KEYS; i++) {
            KEY_BYTES[i] = ("key-" + i).getBytes(StandardCharsets.UTF_8);
        }
    }

    private final Waybill waybill;
    private final NativeArms natives;
    private final String arm;
    private final String topic = "bench-" + UUID.randomUUID();

    private Sample(Waybill waybill, NativeArms natives, String arm) {
        this.waybill = waybill;
        this.natives = natives;
        this.arm = arm;
    }

    /**
     * Runs one sample.
     *
     * @param arguments broker, work, arm, address, bytes of a body, messages
     * @throws Exception if anything fails: no figures then
     */
    public static void main(String[] arguments) throws Exception {
        Contender contender = Contender.named(arguments[0]);
        int size = Integer.parseInt(arguments[4]);
        long messages = Long.parseLong(arguments[5]);
        try (Waybill waybill = Waybill.connect(arguments[3]);
                NativeArms natives = contender.factory().connect(arguments[3])) {
            Sample sample = new Sample(waybill, natives, arguments[2]);
            natives.prepare(waybill, sample.topic);
            if (SideBySide.Work.valueOf(arguments[1]) == SideBySide.Work.SEND) {
                sample.send(new byte[size], messages);
            } else {
                sample.consume(size, messages);
            }
            waybill.admin().deleteTopic(sample.topic);
        }
    }

    static byte[] key(int number) {
        return KEY_BYTES[number];
    }

    private void send(byte[] body, long messages) throws Exception {
        Meter meter;
        try (NativeArms.Sending sending =
                arm.equals(WAYBILL) ? new WaybillSending(waybill, topic) : natives.sending(arm, topic)) {
            send(sending, number -> body, messages / 2);
            meter = new Meter();
            send(sending, number -> body, messages);
            meter.stop();
        }
        await("messages that the broker holds", messages + messages / 2, natives::held);
        meter.print(messages);
    }

    private void send(NativeArms.Sending sending, LongFunction<byte[]> bodies, long messages) throws Exception {
        Outcomes outcomes = new Outcomes(natives.window(arm));
        for (long i = 0; i < messages; i++) {
            outcomes.acquire();
            sending.send((int) (i % KEYS), bodies.apply(i), outcomes);
        }
        sending.flush();
        outcomes.await(messages);
    }

    private void consume(int size, long messages) throws Exception {
        long warming = messages / 2;
        long all = warming + messages;
        try (NativeArms.Sending sending = new WaybillSending(waybill, topic)) {
            send(sending, number -> Consumption.body(number, size), all);
        }
        Consumption consumption = new Consumption();
        AutoCloseable consumer = consuming(consumption);
        long before = consumption.await(warming);
        Meter meter = new Meter();
        long unused = consumption.await(all);
        meter.stop();
        consumer.close();
        consumption.verify(all);
        await("messages that are not acknowledged", 0, natives::left);
        meter.print(all - before);
    }

    /** Asks a broker, whose books may be a little behind. */
    private interface Question {
        long ask(String topic) throws Exception;
    }

    private void await(String what, long wanted, Question question) throws Exception {
        long found = question.ask(topic);
        for (int i = 0; found != wanted && i < 20; i++) {
            Thread.sleep(200);
            found = question.ask(topic);
        }
        if (found != wanted) {
            throw new IllegalStateException(what + ": " + found + " instead of " + wanted);
        }
    }

    private AutoCloseable consuming(Consumption consumption) throws Exception {
        if (!arm.startsWith(WAYBILL)) {
            return natives.consuming(arm, topic, consumption);
        }
        Ordering ordering = Ordering.valueOf(arm.substring(WAYBILL.length() + 1));
        return waybill.consumer(NativeArms.GROUP)
                .ordering(ordering)
                .subscribe(
                        topic, delivery -> consumption.handle(delivery.message().body()));
    }

    /** Sends by Waybill. */
    private static final class WaybillSending implements NativeArms.Sending {
        private final Producer producer;
        private final String topic;

        WaybillSending(Waybill waybill, String topic) {
            this.producer = waybill.producer("bench").open();
            this.topic = topic;
        }

        @Override
        public void send(int key, byte[] body, Outcomes outcomes) {
            outcomes.follow(producer.sendAsync(
                    Message.to(topic).key(KEY_BYTES[key]).body(body).build()));
        }

        @Override
        public void close() {
            producer.close();
        }
    }

    /** What this process uses from here to the stop. */
    private static final class Meter {
        private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        private final Map<Long, Long> before = allocated();
        private long bytes;
        private long cpu = system.getProcessCpuTime();
        private long time = System.nanoTime();

        void stop() {
            time = System.nanoTime() - time;
            cpu = system.getProcessCpuTime() - cpu;
            allocated().forEach((thread, now) -> bytes += now - before.getOrDefault(thread, 0L));
        }

        void print(long messages) {
            double each = messages;
            System.out.printf(Locale.ROOT, "RESULT %.1f %.1f %.1f%n", each / time * 1e9, cpu / each, bytes / each);
        }

        /** Bytes that each living thread has allocated; no thread ends meanwhile that allocates much. */
        private static Map<Long, Long> allocated() {
            ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
            long[] ids = threads.getAllThreadIds();
            long[] bytes = threads.getThreadAllocatedBytes(ids);
            Map<Long, Long> all = new HashMap<>();
            for (int i = 0; i < ids.length; i++) {
                all.put(ids[i], Math.max(0, bytes[i]));
            }
            return all;
        }
    }
}
