package io.waybill.cli.lab;

import io.waybill.Consumer;
import io.waybill.Handler;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.ledger.Finding;
import io.waybill.ledger.Stamping;
import io.waybill.ledger.Verdict;
import io.waybill.ledger.Verification;
import io.waybill.ledger.VerifierState;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.message.TopicPartition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * What one scenario has: a topic and a group of its own on the broker, books, and everything that it opens, which ends with it.
 * Texts of messages are the running numbers 1, 2, 3 ... of the scenario: where there is one producer and one partition, they are
 * the numbers of the stamps, too.
 */
final class Stage implements AutoCloseable {
    static final Duration GRACE = Duration.ofMillis(500);
    static final Duration MANIFESTS = Duration.ofMillis(100);
    static final String PRODUCER = "shop";

    private static final int KEYS = 16;

    private final LabBroker broker;
    private final String topic;
    private final Path folder;
    private final UnaryOperator<java.util.function.Consumer<Finding>> ears;
    private final Random random;
    private final Books books = new Books();
    private final VerifierState state;
    private final AtomicInteger sent = new AtomicInteger();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Waybill waybill;
    private String note = "";

    /**
     * @param folder for the verification's state; this makes it
     * @param ears what the listener to findings goes through: itself, unless a test lets it be deaf
     */
    Stage(
            LabBroker broker,
            String topic,
            Path folder,
            UnaryOperator<java.util.function.Consumer<Finding>> ears,
            long seed) {
        this.broker = broker;
        this.topic = topic;
        this.folder = folder;
        this.ears = ears;
        this.random = new Random(seed * 31 + topic.hashCode());
        this.state = VerifierState.files(folder);
        this.waybill = Waybill.connect(broker.uri());
        books.producer(PRODUCER);
    }

    LabBroker broker() {
        return broker;
    }

    String topic() {
        return topic;
    }

    String group() {
        return topic + "-readers";
    }

    Path folder() {
        return folder;
    }

    Books books() {
        return books;
    }

    Waybill waybill() {
        return waybill;
    }

    String note() {
        return note;
    }

    /** What is worth knowing for who reads the table. */
    void note(String text) {
        note = text;
    }

    /** A number from one to another, by the seed. */
    int some(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    /** Something that ends with the scenario; what was opened last ends first. */
    synchronized <T extends AutoCloseable> T closing(T resource) {
        open.push(resource);
        return resource;
    }

    /** A connection like one of another process. */
    Waybill connect() {
        return connect(broker.uri());
    }

    Waybill connect(String uri) {
        return closing(Waybill.connect(uri));
    }

    /** The topic, and the group where the broker must know it first. */
    void createTopic(int partitions) {
        waybill.admin().createTopic(topic, partitions);
        waybill.admin().createGroup(group(), topic);
    }

    Producer producer() {
        return producer(waybill);
    }

    Producer producer(Waybill through) {
        return closing(through.producer(PRODUCER)
                .sendTimeout(Duration.ofSeconds(3))
                .interceptLane(Stamping.create().manifestEvery(MANIFESTS))
                .open());
    }

    Consumer consumer() {
        return consumer(waybill, builder -> builder, handler());
    }

    Consumer consumer(Waybill through, UnaryOperator<Consumer.Builder> settings, Handler handler) {
        return closing(settings.apply(through.consumer(group()).interceptLane(verification()))
                .subscribe(topic, handler));
    }

    /** Notes what it is given. */
    Handler handler() {
        return delivery -> books.handled(delivery.message().text());
    }

    Verification verification() {
        return Verification.create().state(state).grace(GRACE).onFinding(ears.apply(books::reported));
    }

    /** How many bytes are kept for the group of a partition. */
    int kept(TopicPartition partition) throws Exception {
        VerifierState.Row row = state.load(group(), List.of(partition)).get(partition);
        return row == null ? 0 : row.bytes().length;
    }

    /** The next message, keyed by one of a few. */
    Message next() {
        int number = sent.incrementAndGet();
        return Message.to(topic)
                .key("k" + number % KEYS)
                .text(Integer.toString(number))
                .build();
    }

    int sent() {
        return sent.get();
    }

    /** Sends so many, and returns when the broker holds all of them. */
    void send(Producer producer, int count) {
        List<Message> messages = new ArrayList<>();
        List<CompletableFuture<Receipt>> sends = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Message message = next();
            messages.add(message);
            sends.add(producer.sendAsync(message));
        }
        for (int i = 0; i < count; i++) {
            Receipt unused = sends.get(i).join();
            books.acknowledged(messages.get(i).text());
        }
    }

    /** Sends so many, each again and again until the broker holds it: for a broker that was just harmed. */
    void sendStubbornly(Producer producer, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            Message message = next();
            Patience.until("a message is stored", () -> stored(producer, message));
        }
    }

    private boolean stored(Producer producer, Message message) {
        try {
            Receipt unused = producer.send(message);
            books.acknowledged(message.text());
            return true;
        } catch (MessagingException e) {
            return false;
        }
    }

    /** Sends so many and takes each outcome as it comes; returns how many were not acknowledged. */
    int sendAnyhow(Producer producer, List<Message> messages) {
        List<CompletableFuture<Receipt>> sends =
                messages.stream().map(producer::sendAsync).toList();
        int failed = 0;
        for (int i = 0; i < sends.size(); i++) {
            try {
                Receipt unused = sends.get(i).join();
                books.acknowledged(messages.get(i).text());
            } catch (CompletionException e) {
                failed++;
            }
        }
        return failed;
    }

    List<Message> nexts(int count) {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(next());
        }
        return messages;
    }

    /** Waits until a handler was given all that was acknowledged, but for what was injected as lost. */
    void awaitHandled() throws Exception {
        Patience.until(
                "all but what was lost is handled; " + books.acknowledgedCount() + " are acknowledged",
                () -> books.missing().size() <= books.goneCount());
    }

    /** These numbers of the one stream there is are lost, from now on. */
    void lost(long from, long to) {
        for (long number = from; number <= to; number++) {
            inject(Verdict.LOST, PRODUCER, 0, number);
        }
    }

    void inject(Verdict verdict, String producer, int partition, long number) {
        books.injected(new Fact(verdict, producer, topic, partition, number));
        if (verdict == Verdict.LOST || verdict == Verdict.CORRUPTED) {
            books.gone(); // the handler is not given what was sent
        }
    }

    /** It came, but elsewhere: it is missing where it should have come, and is told to be lost there. */
    void strayed(int partition, long number) {
        books.injected(new Fact(Verdict.LOST, PRODUCER, topic, partition, number));
    }

    @Override
    public void close() {
        while (true) {
            AutoCloseable next;
            synchronized (this) {
                next = open.poll();
            }
            if (next == null) {
                break;
            }
            end(next);
        }
        end(waybill);
        end(state);
    }

    private static void end(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            org.slf4j.LoggerFactory.getLogger(Stage.class).warn("{} did not end in order", resource, e);
        }
    }
}
