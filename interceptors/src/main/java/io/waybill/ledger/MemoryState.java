package io.waybill.ledger;

import io.waybill.message.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** State in memory. */
final class MemoryState implements VerifierState {
    private final Map<String, Map<TopicPartition, Row>> groups = new HashMap<>();

    @Override
    public synchronized Map<TopicPartition, Row> load(String group, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Row> found = new HashMap<>(groups.getOrDefault(group, Map.of()));
        found.keySet().retainAll(Set.copyOf(partitions));
        return found;
    }

    @Override
    public synchronized Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) {
        Map<TopicPartition, Row> kept = groups.computeIfAbsent(group, name -> new HashMap<>());
        Set<TopicPartition> refused = new HashSet<>();
        rows.forEach((partition, row) -> {
            Row before = kept.get(partition);
            if ((before == null ? 0 : before.version()) == row.version()) {
                kept.put(partition, new Row(row.bytes().clone(), row.version() + 1));
            } else {
                refused.add(partition);
            }
        });
        return refused;
    }
}
