package io.waybill.memory;

import io.waybill.message.Message;
import io.waybill.message.TopicPartition;
import io.waybill.message.TopicSpec;
import io.waybill.spi.Adapter;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.LogReceiver;
import io.waybill.spi.Receiver;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.Sender;
import io.waybill.spi.SenderOptions;
import io.waybill.spi.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** One instance of an application: an adapter, its sender, and short ways to what tests do with them. */
final class Instance implements AutoCloseable {
    static final String TOPIC = "orders";
    static final TopicPartition P0 = new TopicPartition(TOPIC, 0);
    static final TopicPartition P1 = new TopicPartition(TOPIC, 1);
    static final Duration SESSION = Duration.ofSeconds(10);
    static final Duration NOW = Duration.ZERO;

    private static int names;

    final Adapter adapter;
    final Sender sender;

    private Instance(String uri) throws Exception {
        ConnectionUri parsed = ConnectionUri.parse(uri);
        MemoryAdapter.Provider provider = new MemoryAdapter.Provider();
        adapter = provider.create(
                parsed, Settings.defaults(provider.settings()).with(parsed.parameters(), Settings.Origin.URI));
        adapter.connect(Duration.ofSeconds(1));
        sender = adapter.openSender(
                new SenderOptions("test", Duration.ofSeconds(5), Duration.ofSeconds(1), 1 << 20, 1 << 20));
    }

    /** Connects, and creates a topic of two partitions unless it is there. */
    static Instance at(String uri) throws Exception {
        Instance instance = new Instance(uri);
        if (instance.adapter.admin().describeTopic(TOPIC).isEmpty()) {
            instance.adapter.admin().createTopic(TopicSpec.of(TOPIC, 2));
        }
        return instance;
    }

    static synchronized String freshName() {
        return "memory:test-" + names++;
    }

    MemoryAdapter.Faults faults() {
        return adapter.unwrap(MemoryAdapter.Faults.class).orElseThrow();
    }

    /** The kind of the failure that a message ended with. */
    io.waybill.message.ErrorKind kind(TestOutgoing outgoing) {
        return adapter.classify(outgoing.failure());
    }

    Sender.Lane lane(int partition) throws Exception {
        return sender.openLane(sender.describe(TOPIC), partition);
    }

    List<TestOutgoing> send(TopicPartition to, String... texts) throws Exception {
        List<TestOutgoing> batch = Stream.of(texts)
                .map(text -> new TestOutgoing(Message.to(to.topic()).text(text).build(), to.partition()))
                .toList();
        sender.openLane(sender.describe(to.topic()), to.partition()).send(batch);
        return batch;
    }

    MemoryReceiver receiver(String group) throws Exception {
        return receiver(group, 100);
    }

    MemoryReceiver receiver(String group, int batchMessages) throws Exception {
        Receiver receiver = adapter.openReceiver(new ReceiverOptions(
                group, Set.of(TOPIC), "member", batchMessages, 64 << 20, SESSION, Duration.ofSeconds(1)));
        return (MemoryReceiver) receiver;
    }

    /** A receiver that owns a partition and, on a log, goes on where the core would let it. */
    MemoryReceiver owner(String group, TopicPartition partition) throws Exception {
        MemoryReceiver receiver = receiver(group);
        own(receiver, partition);
        return receiver;
    }

    static void own(MemoryReceiver receiver, TopicPartition partition) throws Exception {
        if (!receiver.tryOwn(partition)) {
            throw new AssertionError(partition + " has another owner");
        }
        if (receiver instanceof LogReceiver log) {
            Long committed = log.committed(List.of(partition)).get(partition);
            log.seek(partition, committed == null ? log.first(partition) : committed);
        }
    }

    /** Polls without waiting until nothing comes. */
    static TestSink drain(Receiver receiver) throws Exception {
        TestSink sink = new TestSink();
        int before;
        do {
            before = sink.deliveries.size();
            receiver.poll(NOW, sink);
        } while (sink.deliveries.size() > before);
        return sink;
    }

    static String[] numbered(int count) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add("m" + i);
        }
        return texts.toArray(String[]::new);
    }

    @Override
    public void close() {
        sender.close(Duration.ZERO);
        adapter.close();
    }
}
