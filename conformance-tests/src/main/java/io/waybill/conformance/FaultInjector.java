package io.waybill.conformance;

import io.waybill.Waybill;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import io.waybill.spi.Settings.Origin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Does to messages, between the core and an adapter, what no broker may do, and tells the sender all the while that they are
 * stored; and what any broker may do at any time. So what detects losses can be tried on every broker.
 *
 * <pre>{@code
 * FaultInjector injector = FaultInjector.create();
 * try (Waybill waybill = injector.connect("kafka://localhost:9092")) {
 *     injector.inject("orders", Fault.LOSE, 0, 3, 4, 5); // partition 0, numbers 3 to 5
 *     ...
 *     injector.injected(); // what was done to which numbers
 * }
 * }</pre>
 *
 * <p>Made by a test, for any number of connections; safe for use by many threads; needs no end. Receivers, administration and
 * control logs are the adapter's own: what Waybill writes for itself is never harmed.
 */
public final class FaultInjector {
    /** What is done to a message. */
    public enum Fault {
        /** It is not handed over. */
        LOSE,
        /** It is handed over twice, the second copy right behind the first. */
        DUPLICATE,
        /**
         * It is handed over behind its successor in the partition. If none comes within 200 ms, or its producer is closed, it
         * goes without one, in its place. Its sender hears that it is stored before it is; if it then cannot be, that is a loss
         * and listed as one.
         */
        SWAP,
        /** One byte of its body is another, or there is one where there was none; the header stays. */
        CORRUPT,
        /** It is stored in the next partition; the header stays. A topic of one partition refuses it. */
        MISROUTE,
        /** It is not handed over, and its sender hears that it is surely not stored. A broker may do that. */
        REFUSE,
        /** It is handed over, and its sender hears that nobody knows. A broker may do that. */
        UNCONFIRMED,
        /** It is not handed over, and its sender hears that nobody knows. A broker may do that. */
        VANISH
    }

    /**
     * A message that is being handed over.
     *
     * @param topic its topic
     * @param partition the partition that it is meant for
     * @param epoch the epoch of its stamp; 0 if it is not stamped
     * @param number the number of its stamp; 0 if it is not stamped
     * @param message the message
     */
    public record Sent(String topic, int partition, long epoch, long number, Message message) {
        // Where docs/reference/formats.md says that they are: read here once more, so that the ledger's own reading can
        // be wrong.
        private static final int STAMPED_LENGTH = 48;
        private static final int EPOCH = 26;
        private static final int NUMBER = 32;

        static Sent of(Message message, int partition, byte[] header) {
            boolean stamped = header.length >= STAMPED_LENGTH && header[0] == 1 && (header[1] & 1) != 0;
            return new Sent(
                    message.topic(),
                    partition,
                    stamped ? sixBytes(header, EPOCH) : 0,
                    stamped ? sixBytes(header, NUMBER) : 0,
                    message);
        }

        private static long sixBytes(byte[] header, int at) {
            long value = 0;
            for (int i = at; i < at + 6; i++) {
                value = value << 8 | (header[i] & 0xff);
            }
            return value;
        }
    }

    /**
     * What was done.
     *
     * @param fault what
     * @param topic in which topic
     * @param partition in which partition, as the message was meant for
     * @param epoch the epoch of its stamp; 0 if it was not stamped
     * @param number the number of its stamp; 0 if it was not stamped
     */
    public record Injected(Fault fault, String topic, int partition, long epoch, long number) {}

    private record Order(String topic, Fault fault, Predicate<Sent> which) {}

    private static final String OWN_TOPICS = "waybill";

    private final List<Order> orders = new CopyOnWriteArrayList<>();
    private final List<Injected> injected = new CopyOnWriteArrayList<>();

    private FaultInjector() {}

    /**
     * Harms nothing yet.
     *
     * @return a new injector
     */
    public static FaultInjector create() {
        return new FaultInjector();
    }

    /**
     * Connects as {@link Waybill#connect(String)} does, through this injector.
     *
     * @param uri the same
     * @return a new connection; its producers are harmed as this injector is told to
     * @throws MessagingException the same
     */
    public Waybill connect(String uri) {
        ConnectionUri parsed = ConnectionUri.parse(uri);
        AdapterProvider provider = provider(parsed.scheme());
        Set<String> ofAdapter = provider.settings().stream().map(Setting::name).collect(Collectors.toSet());
        Map<String, String> adapters = new LinkedHashMap<>();
        Properties cores = new Properties();
        parsed.parameters().forEach((name, value) -> {
            if (ofAdapter.contains(name)) {
                adapters.put(name, value);
            } else {
                cores.setProperty(name, value);
            }
        });
        Settings settings = Settings.defaults(provider.settings()).with(adapters, Origin.URI);
        return Waybill.over(around(provider.create(parsed, settings)), cores);
    }

    private static AdapterProvider provider(String scheme) {
        return Stream.of(
                        ServiceLoader.load(AdapterProvider.class, Waybill.class.getClassLoader()),
                        ServiceLoader.load(AdapterProvider.class))
                .flatMap(ServiceLoader::stream)
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.scheme().equals(scheme))
                .findFirst()
                .orElseThrow(() -> new MessagingException(
                        ErrorKind.UNSUPPORTED, "There is no adapter for scheme '" + scheme + "' on the class path."));
    }

    /**
     * The same for an adapter that was made by hand, to be given to {@link Waybill#over(Adapter)}.
     *
     * @param adapter the adapter
     * @return one that harms what it is given to send; owns the other
     */
    public Adapter around(Adapter adapter) {
        return new FaultyAdapter(adapter, this);
    }

    /**
     * From now on does something to some messages of a topic. Of several orders that fit a message the first counts. A message
     * that is sent again is harmed again.
     *
     * @param topic the topic
     * @param fault what to do
     * @param which asked for each message, in the partition's order, by one thread at a time for each lane
     */
    public void inject(String topic, Fault fault, Predicate<Sent> which) {
        if (topic.startsWith(OWN_TOPICS)) {
            throw new IllegalArgumentException("Topic '" + topic + "' is Waybill's own, which is not harmed");
        }
        orders.add(new Order(topic, fault, which));
    }

    /**
     * The same for some numbers of each producer's stream in a partition.
     *
     * @param topic the topic
     * @param fault what to do
     * @param partition the partition
     * @param numbers which; they start at 1
     */
    public void inject(String topic, Fault fault, int partition, long... numbers) {
        Set<Long> chosen = LongStream.of(numbers).boxed().collect(Collectors.toUnmodifiableSet());
        inject(topic, fault, sent -> sent.partition() == partition && chosen.contains(sent.number()));
    }

    /**
     * From now on loses the ends of the streams in a partition.
     *
     * @param topic the topic
     * @param partition the partition
     * @param number the first that is lost of each stream
     */
    public void truncate(String topic, int partition, long number) {
        inject(topic, Fault.LOSE, sent -> sent.partition() == partition && sent.number() >= number);
    }

    /** Does nothing more to what is handed over from now on. */
    public void stop() {
        orders.clear();
    }

    /**
     * What was done, each copy for itself: listed before its sender hears that the message is stored, a swap when the second
     * is. What the broker then did not take is not listed.
     *
     * @return all since this injector was made, in order of time
     */
    public List<Injected> injected() {
        return List.copyOf(injected);
    }

    Optional<Fault> faultOf(Sent sent) {
        return orders.stream()
                .filter(order -> order.topic.equals(sent.topic) && order.which.test(sent))
                .map(Order::fault)
                .findFirst();
    }

    void done(Fault fault, Sent sent) {
        injected.add(new Injected(fault, sent.topic, sent.partition, sent.epoch, sent.number));
    }
}
