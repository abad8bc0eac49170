package io.waybill.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One sample in a JVM of its own: warms up, sends, prints a line of figures. */
final class KafkaSendArm {
    private static final int KEYS = 1_000;
    private static final int WINDOW = 50_000;
    private static final byte[][] KEY_BYTES = new byte[KEYS][];

    static {
        for (int i = 0; i < KEYS; i++) {
            KEY_BYTES[i] = ("key-" + i).getBytes(StandardCharsets.UTF_8);
        }
    }

    private KafkaSendArm() {}

    /** Sends so many messages and returns when all are confirmed. */
    private interface Load {
        void send(long messages) throws Exception;
    }

    /**
     * Runs one sample.
     *
     * @param arguments arm, bootstrap servers, body bytes, messages
     * @throws Exception if anything fails: no figures then
     */
    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[1];
        byte[] body = new byte[Integer.parseInt(arguments[2])];
        long messages = Long.parseLong(arguments[3]);
        String topic = "bench-" + UUID.randomUUID();
        try (Waybill waybill = Waybill.connect("kafka://" + bootstrap)) {
            waybill.admin().createTopic(topic, 4);
            if (arguments[0].equals("waybill")) {
                try (Producer producer = waybill.producer("bench").open()) {
                    measure(messages, count -> sendByWaybill(producer, topic, body, count));
                }
            } else {
                try (KafkaProducer<byte[], byte[]> producer = nativeProducer(bootstrap)) {
                    measure(messages, count -> sendByNative(producer, topic, body, count));
                }
            }
            waybill.admin().deleteTopic(topic);
        }
    }

    private static KafkaProducer<byte[], byte[]> nativeProducer(String bootstrap) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "acks",
                        "all",
                        "enable.idempotence",
                        "true",
                        "linger.ms",
                        "0",
                        "batch.size",
                        "262144",
                        "buffer.memory",
                        Long.toString(128L << 20)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static void sendByWaybill(Producer producer, String topic, byte[] body, long messages) throws Exception {
        Outcomes outcomes = new Outcomes();
        for (long i = 0; i < messages; i++) {
            outcomes.window.acquire();
            CompletableFuture<?> sent = producer.sendAsync(Message.to(topic)
                    .key(KEY_BYTES[(int) (i % KEYS)])
                    .body(body)
                    .build());
            var unused = sent.whenComplete(outcomes::ended);
        }
        outcomes.await(messages);
    }

    private static void sendByNative(KafkaProducer<byte[], byte[]> producer, String topic, byte[] body, long messages)
            throws Exception {
        Outcomes outcomes = new Outcomes();
        for (long i = 0; i < messages; i++) {
            outcomes.window.acquire();
            ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, KEY_BYTES[(int) (i % KEYS)], body);
            message.headers().add("waybill", new byte[18]);
            CompletableFuture<Object> sent = new CompletableFuture<>();
            var unusedDependent = sent.whenComplete(outcomes::ended);
            var unused = producer.send(message, (metadata, failure) -> {
                if (failure == null) {
                    sent.complete(metadata);
                } else {
                    sent.completeExceptionally(failure);
                }
            });
        }
        outcomes.await(messages);
    }

    /** Bounds what is in flight, and fails the sample if a send failed. */
    private static final class Outcomes {
        final Semaphore window = new Semaphore(WINDOW);
        private final LongAdder confirmed = new LongAdder();

        void ended(Object receipt, Throwable failure) {
            if (failure == null) {
                confirmed.increment();
            }
            window.release();
        }

        void await(long messages) throws InterruptedException, ExecutionException {
            window.acquire(WINDOW);
            if (confirmed.sum() != messages) {
                throw new IllegalStateException((messages - confirmed.sum()) + " sends failed");
            }
        }
    }

    private static void measure(long messages, Load load) throws Exception {
        load.send(messages / 2);
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long bytes = allocated();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        load.send(messages);
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuNanos = (double) (system.getProcessCpuTime() - cpu) / messages;
        double each = (double) (allocated() - bytes) / messages;
        System.out.printf(Locale.ROOT, "RESULT %.1f %.1f %.1f%n", messages / seconds, cpuNanos, each);
    }

    /** Bytes that all living threads allocated; none that matters ends meanwhile. */
    private static long allocated() {
        ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }
}
