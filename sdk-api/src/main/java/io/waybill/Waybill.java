package io.waybill;

import io.waybill.engine.Failures;
import io.waybill.engine.Nanos;
import io.waybill.engine.ProducerCore;
import io.waybill.engine.SharedThreads;
import io.waybill.message.Capabilities;
import io.waybill.message.CloseReport;
import io.waybill.message.ErrorKind;
import io.waybill.message.Limits;
import io.waybill.message.MessagingException;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import io.waybill.spi.Settings.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection to one broker: the way to producers, consumers and administration.
 *
 * <p>Created by {@link #connect} or {@link #over}, one per application and broker; safe for use by many threads. It owns
 * what was opened through it: {@link #close} closes the consumers, then the producers, then the connection.
 */
public final class Waybill implements AutoCloseable {
    private final Adapter adapter;
    private final Settings settings;
    private final SharedThreads threads = new SharedThreads();
    private final Set<Producer> producers = ConcurrentHashMap.newKeySet();
    private final Set<Consumer> consumers = ConcurrentHashMap.newKeySet();
    private final Admin admin;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean closed;

    private Waybill(Adapter adapter, Settings settings) {
        this.adapter = adapter;
        this.settings = settings;
        this.admin = new Admin(this, adapter);
    }

    /**
     * Connects to the broker of a URI, such as {@code kafka://localhost:9092} or {@code memory:}. The adapter is found
     * by the scheme among the jars on the class or module path.
     *
     * @param uri {@code scheme://user:password@host:port,host:port?setting=value&setting=value}
     * @return a new connection
     * @throws MessagingException INVALID for a malformed URI or setting, UNSUPPORTED for a scheme without adapter,
     *     UNAVAILABLE if the broker does not answer within {@code connect.timeout} (10 s), UNAUTHORIZED if it refuses
     *     the credentials
     */
    public static Waybill connect(String uri) {
        return connect(uri, new Properties());
    }

    /**
     * Connects with settings from properties; those of the URI win. The names are those of the URI's parameters.
     *
     * @param uri as above
     * @param properties settings by name
     * @return a new connection
     * @throws MessagingException as above
     */
    public static Waybill connect(String uri, Properties properties) {
        ConnectionUri parsed = ConnectionUri.parse(uri);
        AdapterProvider provider = provider(parsed.scheme());
        List<Setting<?>> known = new ArrayList<>(CoreSettings.ALL);
        known.addAll(provider.settings());
        Settings settings = Settings.defaults(known)
                .with(texts(properties), Origin.PROPERTIES)
                .with(parsed.parameters(), Origin.URI);
        return connect(provider.create(parsed, settings), settings);
    }

    /**
     * Connects through an adapter that the application made, which this connection owns and closes from now on.
     *
     * @param adapter the adapter, not connected yet
     * @return a new connection
     * @throws MessagingException UNAVAILABLE or UNAUTHORIZED, as above
     */
    public static Waybill over(Adapter adapter) {
        return over(adapter, new Properties());
    }

    /**
     * Connects through an adapter that the application made, with settings of the core from properties; those of the
     * adapter are in the adapter.
     *
     * @param adapter the adapter, not connected yet; owned and closed by this connection from now on
     * @param properties settings by name
     * @return a new connection
     * @throws MessagingException INVALID for a setting that is none of the core's, UNAVAILABLE or UNAUTHORIZED, as above
     */
    public static Waybill over(Adapter adapter, Properties properties) {
        return connect(adapter, Settings.defaults(CoreSettings.ALL).with(texts(properties), Origin.PROPERTIES));
    }

    private static Map<String, String> texts(Properties properties) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : properties.stringPropertyNames()) {
            texts.put(name, properties.getProperty(name));
        }
        return texts;
    }

    private static Waybill connect(Adapter adapter, Settings settings) {
        Duration timeout = settings.get(CoreSettings.CONNECT_TIMEOUT);
        try {
            adapter.connect(timeout);
        } catch (Exception e) {
            adapter.close();
            throw Failures.of(adapter, "Cannot connect to " + adapter.name() + " at " + adapter.endpoint(), e);
        }
        return new Waybill(adapter, settings.and(adapter.settings()));
    }

    private static AdapterProvider provider(String scheme) {
        Set<String> known = new TreeSet<>();
        for (AdapterProvider provider : ServiceLoader.load(AdapterProvider.class, Waybill.class.getClassLoader())) {
            if (provider.scheme().equals(scheme)) {
                return provider;
            }
            known.add(provider.scheme());
        }
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (context != null && context != Waybill.class.getClassLoader()) {
            for (AdapterProvider provider : ServiceLoader.load(AdapterProvider.class, context)) {
                if (provider.scheme().equals(scheme)) {
                    return provider;
                }
                known.add(provider.scheme());
            }
        }
        throw new MessagingException(
                ErrorKind.UNSUPPORTED,
                "There is no adapter for scheme '" + scheme + "'; there are adapters for " + known
                        + ". Add the dependency io.waybill:waybill-adapter-" + scheme + ", or correct the scheme.");
    }

    /**
     * Starts a producer.
     *
     * @param name what it is called, in logs and waybills: the service's name, the same on all its instances
     * @return a new builder
     */
    public Producer.Builder producer(String name) {
        checkOpen();
        return new Producer.Builder(this, Limits.producer(name));
    }

    /**
     * Starts a consumer.
     *
     * @param group its group: consumers of one group share the messages, every group gets all
     * @return a new builder
     */
    public Consumer.Builder consumer(String group) {
        checkOpen();
        return new Consumer.Builder(this, Limits.group(group));
    }

    /**
     * Topics and groups.
     *
     * @return the administration of this broker
     */
    public Admin admin() {
        checkOpen();
        return admin;
    }

    /**
     * What the broker can do.
     *
     * @return the capabilities
     */
    public Capabilities capabilities() {
        return adapter.capabilities();
    }

    /**
     * Every setting with its value and origin (default, properties, URI, code), a line each; secrets masked.
     *
     * @return lines for people
     */
    public String effectiveConfig() {
        return print(settings);
    }

    static String print(Settings settings) {
        return String.join(System.lineSeparator(), settings.lines());
    }

    /**
     * A native client behind the connection: the only way out of Waybill.
     *
     * @param type the type that is wanted: the adapter's package comment lists those there are; {@link Adapter} and the adapter's own
     *     type give the adapter, which stays this connection's
     * @param <T> the type
     * @return the object
     * @throws MessagingException UNSUPPORTED if there is none of this type
     */
    public <T> T unwrap(Class<T> type) {
        return type.isInstance(adapter) ? type.cast(adapter) : unwrapped(adapter.unwrap(type), type, adapter);
    }

    static <T> T unwrapped(Optional<T> found, Class<T> type, Adapter adapter) {
        return found.orElseThrow(() -> new MessagingException(
                ErrorKind.UNSUPPORTED,
                "The " + adapter.name() + " adapter has no " + type.getName()
                        + " here. Its package comment lists what can be unwrapped, and from what."));
    }

    Adapter adapter() {
        return adapter;
    }

    Settings settings() {
        return settings;
    }

    SharedThreads threads() {
        return threads;
    }

    void opened(Producer producer) {
        producers.add(producer);
        if (closed) { // meanwhile, and perhaps without having seen it
            var unused = producer.close(Duration.ZERO);
            checkOpen();
        }
    }

    void closed(Producer producer) {
        producers.remove(producer);
    }

    void opened(Consumer consumer) {
        consumers.add(consumer);
        if (closed) {
            var unused = consumer.close(Duration.ZERO);
            checkOpen();
        }
    }

    void closed(Consumer consumer) {
        consumers.remove(consumer);
    }

    void checkOpen() {
        if (closed) {
            throw new MessagingException(
                    ErrorKind.CLOSED,
                    "The connection to " + adapter.endpoint() + " is closed. Open another with Waybill.connect(...).");
        }
    }

    /** Closes within {@code close.timeout} (30 s); what could not be finished is logged. */
    @Override
    public void close() {
        close(settings.get(CoreSettings.CLOSE_TIMEOUT));
    }

    /**
     * Closes consumers, producers and the connection. A second call returns at once. Called by a handler, by a listener, or by
     * what hangs on the future of a send, it returns at once, too, and the close goes on behind it.
     *
     * @param timeout how long it may take altogether; to settle and leave may take some seconds more
     * @return what could not be finished; CLEAN, which says nothing then, if it returned at once
     */
    public CloseReport close(Duration timeout) {
        if (!closing.compareAndSet(false, true)) {
            return CloseReport.CLEAN;
        }
        closed = true;
        long deadline = System.nanoTime() + Nanos.of(timeout);
        consumers.forEach(consumer -> consumer.beginClose(timeout)); // so that all drain side by side
        Thread caller = Thread.currentThread();
        if (ProducerCore.isTelling() || consumers.stream().anyMatch(consumer -> consumer.isOwn(caller))) {
            threads.finish("waybill-close", () -> closeAll(deadline));
            return CloseReport.CLEAN;
        }
        return closeAll(deadline);
    }

    private CloseReport closeAll(long deadline) {
        int unfinished = 0;
        int unsettled = 0;
        try {
            for (Consumer consumer : consumers) {
                CloseReport report = consumer.close(Nanos.until(deadline));
                unfinished += report.unfinished();
                unsettled += report.unsettled();
            }
            for (Producer producer : producers) {
                unfinished += producer.close(Nanos.until(deadline)).unfinished();
            }
        } finally {
            threads.close();
            adapter.close();
        }
        return new CloseReport(unfinished, unsettled);
    }

    @Override
    public String toString() {
        return "Waybill[" + adapter.name() + " at " + adapter.endpoint() + "]";
    }
}
