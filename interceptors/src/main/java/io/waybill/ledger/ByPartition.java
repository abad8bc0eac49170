package io.waybill.ledger;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something for each partition, found without garbage. Safe for use by many threads.
 *
 * @param <T> what there is
 */
final class ByPartition<T> {
    private final Map<String, @Nullable Object[]> topics = new ConcurrentHashMap<>();

    @SuppressWarnings("unchecked") // only what put was given is in there
    @Nullable
    T get(String topic, int partition) {
        @Nullable Object[] all = topics.get(topic);
        return all == null || partition >= all.length ? null : (T) all[partition];
    }

    T computeIfAbsent(String topic, int partition, Supplier<T> made) {
        T known = get(topic, partition);
        if (known != null) {
            return known;
        }
        synchronized (this) {
            known = get(topic, partition);
            if (known == null) {
                known = made.get();
                set(topic, partition, known);
            }
            return known;
        }
    }

    synchronized void put(String topic, int partition, T value) {
        set(topic, partition, value);
    }

    synchronized void remove(String topic, int partition) {
        if (get(topic, partition) != null) {
            set(topic, partition, null);
        }
    }

    private void set(String topic, int partition, @Nullable T value) {
        @Nullable Object[] before = topics.getOrDefault(topic, new Object[0]);
        @Nullable Object[] all = Arrays.copyOf(before, Math.max(before.length, partition + 1));
        all[partition] = value;
        topics.put(topic, all);
    }

    @SuppressWarnings("unchecked") // only what put was given is in there
    Stream<T> values() {
        return topics.values().stream()
                .flatMap(Arrays::stream)
                .filter(Objects::nonNull)
                .map(value -> (T) value);
    }
}
