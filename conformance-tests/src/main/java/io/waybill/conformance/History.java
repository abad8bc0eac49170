package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.jspecify.annotations.Nullable;

/** The sends of a test, and how each ended: ok, fail or unknown. Texts begin with numbers that rise. For one thread. */
final class History {
    private static final int KEYS = 10;
    /** What a busy machine may add to a timeout. */
    private static final Duration LATE = Duration.ofSeconds(2);

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

    /** Sends until that works again, and then one of each key, which must work. */
    void recover() {
        scene.eventually("sends work again", () -> {
            send("");
            awaitEnds();
            return operations.get(operations.size() - 1).kind() == null;
        });
        int before = acknowledged().size();
        send(KEYS);
        awaitEnds();
        assertThat(acknowledged()).as("receipts when all is well again").hasSize(before + KEYS);
    }

    /**
     * What was acknowledged arrives, what failed never does, and the first deliveries of what was acknowledged of a key come
     * in the order of its sends. All sends have ended, the last of each key with a receipt: behind it nothing comes.
     */
    void assertKept(Inbox inbox) {
        Set<UUID> acknowledged = acknowledged();
        inbox.awaitIds(acknowledged);
        Set<UUID> failed = ids(kind -> kind != null && kind != ErrorKind.OUTCOME_UNKNOWN);
        assertThat(failed).as("definite failures that arrived").noneMatch(inbox.ids()::contains);
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

    private static Integer number(String text) {
        return Integer.valueOf(text.replaceFirst("\\D.*", ""));
    }

    @Override
    public String toString() {
        return "History[" + operations.size() + " sends, " + acknowledged().size() + " acknowledged, "
                + unknown().size() + " unknown]";
    }
}
