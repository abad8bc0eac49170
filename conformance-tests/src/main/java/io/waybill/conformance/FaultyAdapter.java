package io.waybill.conformance;

import io.waybill.message.Capabilities;
import io.waybill.message.ErrorKind;
import io.waybill.message.TopicDescription;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdminOperations;
import io.waybill.spi.ControlLogs;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import io.waybill.spi.Settings;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An adapter whose lanes do what a {@link FaultInjector} says; all else is another's. */
final class FaultyAdapter implements Adapter {
    private final Adapter adapter;
    private final FaultInjector injector;

    FaultyAdapter(Adapter adapter, FaultInjector injector) {
        this.adapter = adapter;
        this.injector = injector;
    }

    @Override
    public String name() {
        return adapter.name();
    }

    @Override
    public String endpoint() {
        return adapter.endpoint();
    }

    @Override
    public Capabilities capabilities() {
        return adapter.capabilities();
    }

    @Override
    public Settings settings() {
        return adapter.settings();
    }

    @Override
    public void connect(Duration timeout) throws Exception {
        adapter.connect(timeout);
    }

    @Override
    public Sender openSender(SenderOptions options) throws Exception {
        return new FaultySender(adapter.openSender(options), injector);
    }

    @Override
    public Receiver openReceiver(ReceiverOptions options) throws Exception {
        return adapter.openReceiver(options);
    }

    @Override
    public AdminOperations admin() {
        return adapter.admin();
    }

    @Override
    public Optional<ControlLogs> controlLogs() {
        return adapter.controlLogs();
    }

    @Override
    public ErrorKind classify(Throwable failure) {
        return failure instanceof FaultyLane.Harm harm ? harm.kind : adapter.classify(failure);
    }

    @Override
    public <T> Optional<T> unwrap(Class<T> type) {
        return adapter.unwrap(type);
    }

    @Override
    public void close() {
        adapter.close();
    }

    private static final class FaultySender implements Sender {
        private final Sender sender;
        private final FaultInjector injector;
        private final Queue<FaultyLane> lanes = new ConcurrentLinkedQueue<>();

        FaultySender(Sender sender, FaultInjector injector) {
            this.sender = sender;
            this.injector = injector;
        }

        @Override
        public TopicDescription describe(String topic) throws Exception {
            return sender.describe(topic);
        }

        @Override
        public Lane openLane(TopicDescription topic, int partition) throws Exception {
            lanes.removeIf(lane -> !lane.open());
            FaultyLane lane = new FaultyLane(injector, sender, topic, partition);
            lanes.add(lane);
            return lane;
        }

        @Override
        public int maxBatchesInFlight() {
            return sender.maxBatchesInFlight();
        }

        /** Half of the adapter's, so that there is room for a second copy of each. */
        @Override
        public int maxBatchMessages() {
            return Math.max(1, sender.maxBatchMessages() / 2);
        }

        @Override
        public int maxBatchBytes() {
            return Math.max(1, sender.maxBatchBytes() / 2);
        }

        @Override
        public <T> Optional<T> unwrap(Class<T> type) {
            return sender.unwrap(type);
        }

        @Override
        public void close(Duration timeout) {
            long deadline = System.nanoTime() + timeout.toNanos();
            lanes.forEach(FaultyLane::letGo);
            lanes.forEach(lane -> lane.awaitLetGo(deadline - System.nanoTime()));
            sender.close(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
    }
}
