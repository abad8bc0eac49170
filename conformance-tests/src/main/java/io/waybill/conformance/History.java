package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The sends of a test, and how each ended: ok, fail or unknown. Texts begin with numbers that rise. For one thread. */
final class History {
    private static final int KEYS = 10;
    /** What a busy machine may add to a timeout. */
    private static final Duration LATE = Duration.ofSeconds(2);

    /** What is well is handled within it. */
    private static final Duration SOON = Duration.ofSeconds(10);

    /** One send; the kind is empty if there is a receipt. */
    private static final class Operation {
        private final Message message;
        private final long begun = System.nanoTime();
        private final CompletableFuture<Receipt> result;
        private volatile long ended;

        Operation(Producer producer, Message message) {
            this.message = message;
            this.result = producer.sendAsync(message).whenComplete((receipt, failure) -> ended = System.nanoTime());
        }

        Duration took() {
            return Duration.ofNanos(ended - begun);
        }

        @Nullable
        ErrorKind kind() {
            try {
                Receipt unused = result.join();
                return null;
            } catch (CompletionException e) {
                return e.getCause() instanceof MessagingException known ? known.kind() : ErrorKind.INTERNAL;
            }
        }
    }

    private final Scene scene;
    private final Duration sendTimeout;
    private final String topic;
    private final Producer producer;
    private final List<Operation> operations = new ArrayList<>();

    History(Scene scene, Waybill through, Duration sendTimeout, String topic) {
        this.scene = scene;
        this.sendTimeout = sendTimeout;
        this.topic = topic;
        this.producer = through.producer(scene.name("producer"))
                .sendTimeout(sendTimeout)
                .maxBlock(Duration.ofSeconds(1))
                .open();
    }

    /** Begins so many sends, with ten keys in turn. */
    void send(int count) {
        for (int i = 0; i < count; i++) {
            send("");
        }
    }

    /** Begins one send, with something behind the number. */
    void send(String more) {
        int number = operations.size();
        operations.add(new Operation(producer, Scene.message(topic, "k" + number % KEYS, number + more)));
    }

    /** Returns when all sends have ended; none may take longer than its timeout. */
    void awaitEnds() {
        Scene.within(
                sendTimeout.plus(LATE).plus(LATE),
                "every send has an outcome",
                () -> operations.stream().allMatch(operation -> operation.result.isDone()));
        assertThat(operations)
                .as("sends that took longer than their timeout")
                .filteredOn(operation -> operation.took().compareTo(sendTimeout.plus(LATE)) > 0)
                .extracting(operation -> operation.message.text() + " took " + operation.took())
                .isEmpty();
        assertThat(operations.stream().map(Operation::kind).collect(Collectors.toSet()))
                .isSubsetOf(null, ErrorKind.OUTCOME_UNKNOWN, ErrorKind.UNAVAILABLE, ErrorKind.OVERLOADED);
    }

    Set<UUID> acknowledged() {
        return ids(kind -> kind == null);
    }

    Set<UUID> unknown() {
        return ids(kind -> kind == ErrorKind.OUTCOME_UNKNOWN);
    }

    private Set<UUID> ids(Predicate<@Nullable ErrorKind> kinds) {
        return operations.stream()
                .filter(operation -> kinds.test(operation.kind()))
                .map(operation -> operation.message.id())
                .collect(Collectors.toSet());
    }

    /** Sends one of each key until all of these have a receipt. */
    void recover() {
        scene.eventually("sends of all keys work again", () -> {
            send(KEYS);
            awaitEnds();
            return last().allMatch(operation -> operation.kind() == null);
        });
    }

    private Stream<Operation> last() {
        return operations.stream().skip(Math.max(0, operations.size() - KEYS));
    }

    /** No receipt is false: what has one arrives, soon. All sends have ended. */
    void assertHeld(Inbox inbox) {
        Set<UUID> acknowledged = acknowledged();
        await().atMost(SOON).untilAsserted(() -> {
            Set<UUID> arrived = inbox.ids();
            assertThat(texts(acknowledged, id -> !arrived.contains(id)))
                    .as("sends with a receipt that did not arrive")
                    .isEmpty();
        });
    }

    /**
     * What was acknowledged arrives, what failed never does, and the first deliveries of what was acknowledged of a key come
     * in the order of its sends. All sends have ended, and the last of each key has a receipt: what comes, comes before it.
     */
    void assertKept(Inbox inbox) {
        Set<UUID> acknowledged = acknowledged();
        inbox.awaitIds(last().map(operation -> operation.message.id()).toList());
        assertHeld(inbox);
        Set<UUID> arrived = inbox.ids();
        assertThat(texts(ids(kind -> kind != null && kind != ErrorKind.OUTCOME_UNKNOWN), arrived::contains))
                .as("definite failures that arrived")
                .isEmpty();
        Map<String, List<Integer>> firsts = new HashMap<>();
        Set<UUID> seen = new HashSet<>();
        for (Delivery delivery : inbox.all()) {
            if (acknowledged.contains(delivery.id()) && seen.add(delivery.id())) {
                firsts.computeIfAbsent(delivery.message().keyText().orElseThrow(), key -> new ArrayList<>())
                        .add(number(delivery.message().text()));
            }
        }
        firsts.forEach((key, numbers) ->
                assertThat(numbers).as("first deliveries of key %s", key).isSorted());
    }

    private List<String> texts(Set<UUID> among, Predicate<UUID> wanted) {
        return operations.stream()
                .map(operation -> operation.message)
                .filter(message -> among.contains(message.id()) && wanted.test(message.id()))
                .map(Message::text)
                .toList();
    }

    private static Integer number(String text) {
        return Integer.valueOf(text.replaceFirst("\\D.*", ""));
    }

    @Override
    public String toString() {
        return "History[" + operations.size() + " sends, " + acknowledged().size() + " acknowledged, "
                + unknown().size() + " unknown]";
    }
}
