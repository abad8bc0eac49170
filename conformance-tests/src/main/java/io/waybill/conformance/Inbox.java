package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Handler;
import io.waybill.message.Delivery;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** Keeps what arrives, in the order in which it does. Safe for many threads. */
final class Inbox implements Handler {
    private static final Pattern BEFORE_LAST_NUMBER = Pattern.compile(".*\\D", Pattern.DOTALL);

    private final Scene scene;
    // both guarded by this, so that who has seen a delivery sees its id
    private final List<Delivery> deliveries = new ArrayList<>();
    private final Set<UUID> ids = new HashSet<>();

    Inbox(Scene scene) {
        this.scene = scene;
    }

    @Override
    public synchronized void handle(Delivery delivery) {
        deliveries.add(delivery);
        ids.add(delivery.id());
    }

    synchronized List<Delivery> all() {
        return List.copyOf(deliveries);
    }

    /** How many messages, repetitions left out. */
    synchronized int messages() {
        return ids.size();
    }

    List<String> texts() {
        return all().stream().map(delivery -> delivery.message().text()).toList();
    }

    boolean has(String text) {
        return all().stream().anyMatch(delivery -> delivery.message().text().equals(text));
    }

    void awaitMessages(int count) {
        scene.eventually(count + " messages arrive", () -> messages() >= count);
    }

    void awaitIds(Collection<UUID> wanted) {
        scene.eventually("all of " + wanted.size() + " messages arrive", () -> hasAll(wanted));
    }

    private synchronized boolean hasAll(Collection<UUID> wanted) {
        return ids.containsAll(wanted);
    }

    synchronized Set<UUID> ids() {
        return Set.copyOf(ids);
    }

    /** The messages of each key, whose texts end with numbers, came in the order of the numbers; repetitions do not count. */
    void assertOrderOfKeys() {
        Map<String, Set<Integer>> byKey = new LinkedHashMap<>();
        for (Delivery delivery : all()) {
            byKey.computeIfAbsent(delivery.message().keyText().orElse(""), key -> new LinkedHashSet<>())
                    .add(Integer.valueOf(BEFORE_LAST_NUMBER
                            .matcher(delivery.message().text())
                            .replaceFirst("")));
        }
        byKey.forEach((key, numbers) -> assertThat(List.copyOf(numbers))
                .as("first deliveries of key %s", key)
                .isSorted());
    }
}
