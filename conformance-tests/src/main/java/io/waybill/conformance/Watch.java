package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Handler;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.conformance.FaultInjector.Fault;
import io.waybill.conformance.FaultInjector.Injected;
import io.waybill.conformance.FaultInjector.Sent;
import io.waybill.ledger.Finding;
import io.waybill.ledger.NumberRange;
import io.waybill.ledger.Stamping;
import io.waybill.ledger.Verdict;
import io.waybill.ledger.Verification;
import io.waybill.ledger.VerifierState;
import io.waybill.message.Capability;
import io.waybill.message.Receipt;
import io.waybill.spi.Outgoing;
import io.waybill.spi.SendLaneInterceptor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A topic, producers that number what they send to it, a group that looks for losses, and what that is to find. What it does to
 * messages is done to those of its own producers. All of it ends with the scene.
 */
final class Watch {
    static final Duration GRACE = Duration.ofMillis(500);
    private static final Duration MANIFESTS = Duration.ofMillis(100);
    private static final String LAST = "the last";

    /** One number that a group tells of. */
    record Named(Verdict verdict, String producer, long epoch, String topic, int partition, long number) {
        @Override
        public String toString() {
            return verdict + " " + number + " of " + producer + "/" + Long.toHexString(epoch) + " in " + topic + "-"
                    + partition;
        }
    }

    /** A finding, and when it was told. */
    record Told(Finding finding, long nanos) {}

    private record Place(long epoch, int partition, long number) {}

    private final Scene scene;
    private final int partitions;
    private final Duration grace;
    private final byte @Nullable [] secret;
    private final String topic;
    private final String group;
    private final FaultInjector injector = FaultInjector.create();
    private final Waybill waybill;
    private final Inbox inbox;
    private VerifierState state = VerifierState.memory();
    private final Queue<Told> told = new ConcurrentLinkedQueue<>();
    private final Map<Long, String> lives = new ConcurrentHashMap<>();
    private final Map<Place, UUID> used = new ConcurrentHashMap<>();
    private final Queue<String> reused = new ConcurrentLinkedQueue<>();

    Watch(Scene scene, int partitions) {
        this(scene, partitions, GRACE, null);
    }

    /** @param secret of both sides; null for none */
    Watch(Scene scene, int partitions, Duration grace, byte @Nullable [] secret) {
        scene.require(Capability.CONTROL_LOG);
        this.scene = scene;
        this.partitions = partitions;
        this.grace = grace;
        this.secret = secret;
        this.group = scene.group();
        this.topic = scene.topic(partitions);
        this.inbox = scene.inbox();
        this.waybill = scene.closed(injector.connect(scene.uri()));
    }

    String topic() {
        return topic;
    }

    String group() {
        return group;
    }

    FaultInjector injector() {
        return injector;
    }

    /** What the group handled, unless a consumer was given another handler. */
    Inbox inbox() {
        return inbox;
    }

    VerifierState state() {
        return state;
    }

    /** For the consumers to come. */
    void keepIn(VerifierState other) {
        state = other;
    }

    /** For a consumer in another process. */
    static Verification verification(Path state) {
        return Verification.create().state(VerifierState.files(state)).grace(GRACE);
    }

    Verification verification() {
        Verification verification = Verification.create()
                .state(state)
                .grace(grace)
                .onFinding(finding -> told.add(new Told(finding, System.nanoTime())));
        return secret == null ? verification : verification.sealedWith(secret);
    }

    /** A consumer of the group, of an instance of its own. */
    Consumer.Builder consumer() {
        return consumer(scene.connect(), group);
    }

    Consumer.Builder consumer(Waybill instance, String ofGroup) {
        return instance.consumer(ofGroup).session(scene.target().session()).interceptLane(verification());
    }

    /** A consumer of the group joins, and nobody waits for that. */
    Consumer join() {
        return consumer().subscribe(topic, inbox);
    }

    /** The only consumer of the group, when it owns all partitions. */
    Consumer open() {
        return open(inbox);
    }

    Consumer open(Handler handler) {
        return scene.open(consumer(), topic, handler);
    }

    Stamping stamping() {
        Stamping stamping = Stamping.create().manifestEvery(MANIFESTS);
        return secret == null ? stamping : stamping.sealedWith(secret);
    }

    /** A producer that numbers, and comes to harm. */
    Producer producer(String name, SendLaneInterceptor... behind) {
        return producer(waybill.producer(name), name, stamping(), behind);
    }

    /** The same, made otherwise. */
    Producer producer(Producer.Builder builder, String name, Stamping stamping, SendLaneInterceptor... behind) {
        Producer.Builder numbering = builder.interceptLane(stamping).interceptLane(new Looking(name));
        for (SendLaneInterceptor interceptor : behind) {
            numbering = numbering.interceptLane(interceptor);
        }
        return numbering.open();
    }

    /** A producer that does not number, and comes to harm. */
    Producer foreign() {
        return waybill.producer(scene.name("foreign")).open();
    }

    void send(Producer producer, int count) {
        Scene.sendNumbers(producer, topic, 0, count, 20);
    }

    /** Looks at the numbers that are handed over: whose they are, and whether one is used for two messages. */
    private final class Looking implements SendLaneInterceptor {
        private final String producer;

        Looking(String producer) {
            this.producer = producer;
        }

        @Override
        public byte[] handOver(Outgoing outgoing, byte[] header) {
            Sent sent = Sent.of(outgoing.message(), outgoing.partition(), header);
            lives.put(sent.epoch(), producer);
            UUID id = outgoing.message().id();
            UUID before = used.putIfAbsent(new Place(sent.epoch(), sent.partition(), sent.number()), id);
            if (before != null && !before.equals(id)) {
                reused.add("number " + sent.number() + " of partition " + sent.partition());
            }
            return header;
        }
    }

    /** Numbers that were used for two messages. */
    List<String> reused() {
        return List.copyOf(reused);
    }

    /** What a producer that this made is told of by. */
    Named named(Verdict verdict, String producer, int partition, long number) {
        long epoch = lives.entrySet().stream()
                .filter(life -> life.getValue().equals(producer))
                .mapToLong(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        return new Named(verdict, producer, epoch, topic, partition, number);
    }

    List<Told> told() {
        return List.copyOf(told);
    }

    /** What a group has told until now. */
    List<Named> named(String byGroup) {
        return told.stream()
                .map(Told::finding)
                .filter(finding -> finding.group().equals(byGroup))
                .flatMap(this::each)
                .toList();
    }

    private Stream<Named> each(Finding finding) {
        String name = lives.getOrDefault(finding.epoch(), "nobody");
        boolean byHash = finding.producer().equals(hash(name)); // where its manifest was not read yet
        return finding.numbers().stream()
                .flatMapToLong((NumberRange range) -> LongStream.rangeClosed(range.from(), range.to()))
                .mapToObj(number -> new Named(
                        finding.verdict(),
                        byHash ? name : finding.producer(),
                        finding.epoch(),
                        finding.topic(),
                        finding.partition(),
                        number));
    }

    private static String hash(String producer) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(producer.getBytes(StandardCharsets.UTF_8));
            return Long.toHexString(ByteBuffer.wrap(digest).getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JVM has SHA-256", e);
        }
    }

    /** What is to be told of one thing that was done. */
    private Stream<Named> done(Injected injected) {
        return switch (injected.fault()) {
            case LOSE -> Stream.of(named(Verdict.LOST, injected, injected.partition()));
            case DUPLICATE -> Stream.of(named(Verdict.DUPLICATE, injected, injected.partition()));
            // With a secret nobody believes the number of what was changed; so it is missing as well.
            case CORRUPT ->
                secret == null
                        ? Stream.of(named(Verdict.CORRUPTED, injected, injected.partition()))
                        : Stream.of(
                                named(Verdict.CORRUPTED, injected, injected.partition()),
                                named(Verdict.LOST, injected, injected.partition()));
            case MISROUTE ->
                Stream.of(
                        named(Verdict.MISROUTED, injected, (injected.partition() + 1) % partitions),
                        named(Verdict.LOST, injected, injected.partition()));
            case SWAP, REFUSE, UNCONFIRMED, VANISH -> Stream.empty();
        };
    }

    private Named named(Verdict verdict, Injected injected, int partition) {
        String producer = lives.getOrDefault(injected.epoch(), "nobody");
        return new Named(verdict, producer, injected.epoch(), injected.topic(), partition, injected.number());
    }

    /**
     * The group tells what was done to its messages, each number once, and nothing else. To know that nothing else is to come, one
     * message in each partition is lost at last, at the end of its stream, which takes longer to notice than anything before.
     *
     * @param besides what it is to tell that follows from something else
     */
    void assertTold(Named... besides) {
        loseTheLast();
        assertTold(group, besides);
    }

    /** The same of another group, or once more. */
    void assertTold(String byGroup, Named... besides) {
        List<Named> expected = new ArrayList<>(List.of(besides));
        injector.injected().stream().flatMap(this::done).forEach(expected::add);
        try {
            scene.eventually("it is told", () -> {
                List<Named> named = named(byGroup);
                return named.containsAll(expected) || !expected.containsAll(named);
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("Not all is told: " + expected + ", but " + named(byGroup), e);
        }
        assertThat(named(byGroup)).as("what was told").containsExactlyInAnyOrderElementsOf(expected);
    }

    private void loseTheLast() {
        injector.stop();
        injector.inject(topic, Fault.LOSE, sent -> sent.message().text().equals(LAST));
        Producer last = producer(scene.name("last"));
        Map<Integer, String> keys = new HashMap<>();
        for (int i = 0; keys.size() < partitions; i++) {
            String key = "last-" + i;
            Receipt receipt = last.send(Scene.message(topic, key, "before the last: 0"));
            keys.put(receipt.partition(), key);
        }
        for (String key : keys.values()) {
            var unused = last.send(Scene.message(topic, key, LAST));
        }
    }
}
