package io.waybill.benchmarks;

import io.waybill.ledger.Stamping;
import io.waybill.ledger.Verification;
import io.waybill.message.Delivery;
import io.waybill.message.Durability;
import io.waybill.message.Message;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Outgoing;
import io.waybill.spi.Settlement;
import io.waybill.spi.WaybillHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * What loss detection costs, called as the core calls it: a stamp and the note of its outcome; and with the delivery's check,
 * whose difference is what verifying costs, the object of the delivery included.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LedgerBenchmark {
    private static final int KEYS = 1_000;
    private static final int BODY = 100;
    private static final int SETTLED_AT_ONCE = 1_000;
    private static final TopicPartition PARTITION = new TopicPartition("bench", 0);
    private static final byte[] SECRET = "sixteen bytes or more".getBytes(StandardCharsets.UTF_8);
    private static final String STAMP = "stamp";
    private static final String VERIFY = "stamp and verify";
    private static final String SEAL = "stamp, sealed";
    private static final String VERIFY_SEAL = "stamp and verify, sealed";

    /** Its messages are JMH's. */
    static final Scenario SCENARIO = new Scenario(
            "ledger",
            "memory",
            "loss detection of 100 bytes (JMH): a stamp and its outcome; the same and its check",
            Scenario.Work.CORE,
            BODY,
            Scenario.Layout.WAYBILL,
            1,
            0,
            Stream.of(STAMP, VERIFY, SEAL, VERIFY_SEAL)
                    .map(name -> new Scenario.Arm(name, name, 0, 0))
                    .toList(),
            List.of(
                    Target.atMost(Metric.TIME, STAMP, 300),
                    Target.atMost(Metric.BYTES, STAMP, 150),
                    Target.moreAtMost(Metric.TIME, VERIFY, STAMP, 300),
                    Target.moreAtMost(Metric.BYTES, VERIFY, STAMP, 150)));

    /** For JMH. */
    public LedgerBenchmark() {}

    static Results run(boolean quick) throws RunnerException {
        return Jmh.run(LedgerBenchmark.class, SCENARIO, LedgerBenchmark::arm, quick);
    }

    private static String arm(RunResult result) {
        boolean sealed = Boolean.parseBoolean(result.getParams().getParam("sealed"));
        boolean verified = result.getParams().getBenchmark().endsWith("verify");
        if (verified) {
            return sealed ? VERIFY_SEAL : VERIFY;
        }
        return sealed ? SEAL : STAMP;
    }

    /** A producer's lane and a group's. */
    @State(Scope.Thread)
    public static class Lanes {
        /** Whether both sides share a secret. */
        @Param({"false", "true"})
        public boolean sealed;

        private final Sent[] messages = new Sent[KEYS];
        private Stamping stamping = Stamping.create();
        private Verification verification = Verification.create();
        private int next;
        private long position;

        /** For JMH. */
        public Lanes() {}

        /**
         * Opens both.
         *
         * @throws Exception never
         */
        @Setup(Level.Trial)
        public void open() throws Exception {
            if (sealed) {
                stamping = stamping.sealedWith(SECRET);
                verification = verification.sealedWith(SECRET);
            }
            stamping.opened("bench", Optional.empty());
            verification.opened("bench", Optional.empty());
            verification.assigned(PARTITION, true);
            for (int i = 0; i < KEYS; i++) {
                messages[i] = new Sent(Message.to(PARTITION.topic())
                        .key("key-" + i)
                        .body(new byte[BODY])
                        .build());
            }
        }

        private Sent stamp() {
            Sent sent = messages[next++ % KEYS];
            sent.waybill = stamping.handOver(sent, sent.header);
            stamping.completed(sent, null);
            return sent;
        }

        private void verify(Sent sent) throws Exception {
            verification.arrived(new Delivery(sent.message, PARTITION.partition(), position, 0, 1, sent.waybill));
            if (++position % SETTLED_AT_ONCE == 0) {
                verification.settling(List.of(Settlement.prefix(PARTITION, position - 1, position)));
            }
        }
    }

    /** A message on its way. */
    private static final class Sent implements Outgoing {
        final Message message;
        final byte[] header;
        byte[] waybill;

        Sent(Message message) {
            this.message = message;
            this.header = WaybillHeader.encode(message);
            this.waybill = header;
        }

        @Override
        public Message message() {
            return message;
        }

        @Override
        public int partition() {
            return PARTITION.partition();
        }

        @Override
        public byte[] waybill() {
            return waybill;
        }

        @Override
        public void stored(long position, Durability durability) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void refused(Throwable failure) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void unknown(Throwable failure) {
            throw new UnsupportedOperationException();
        }
    }

    /**
     * A number, and what became of it.
     *
     * @param lanes both lanes
     * @return the stamped message
     */
    @Benchmark
    public Object stamp(Lanes lanes) {
        return lanes.stamp();
    }

    /**
     * The same, and its check on arrival; each thousandth settles.
     *
     * @param lanes both lanes
     * @throws Exception never
     */
    @Benchmark
    public void verify(Lanes lanes) throws Exception {
        lanes.verify(lanes.stamp());
    }
}
