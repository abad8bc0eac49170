package io.waybill.engine;

import io.waybill.message.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who shall own what: as even as can be, moving as little as can be. Every member computes it for itself from what
 * members say they own; equal views give equal shares.
 */
final class FairShare {
    private FairShare() {}

    /**
     * Computes a member's share where members may read different topics: topics that the same members read are shared out
     * together.
     *
     * @param all every partition of the topics that the member reads
     * @param self the member
     * @param readers who reads each of these topics, the member among them
     * @param owned what each member says it owns
     * @return what the member shall own
     */
    static Set<TopicPartition> of(
            Collection<TopicPartition> all,
            String self,
            Map<String, Set<String>> readers,
            Map<String, Set<TopicPartition>> owned) {
        Map<Set<String>, Set<TopicPartition>> byReaders = new HashMap<>();
        for (TopicPartition partition : all) {
            Set<String> who = readers.getOrDefault(partition.topic(), Set.of());
            byReaders.computeIfAbsent(who, w -> new HashSet<>()).add(partition);
        }
        Set<TopicPartition> share = new HashSet<>();
        byReaders.forEach((who, partitions) -> {
            Map<String, Set<TopicPartition>> claims = new HashMap<>();
            who.forEach(member -> claims.put(member, owned.getOrDefault(member, Set.of())));
            share.addAll(compute(partitions, claims).getOrDefault(self, Set.of()));
        });
        return share;
    }

    /**
     * Computes everybody's share.
     *
     * @param all every partition there is
     * @param owned what each member says it owns
     * @return what each member shall own
     */
    static SortedMap<String, Set<TopicPartition>> compute(
            Collection<TopicPartition> all, Map<String, ? extends Collection<TopicPartition>> owned) {
        SortedMap<String, Set<TopicPartition>> shares = new TreeMap<>();
        if (owned.isEmpty()) {
            return shares;
        }
        SortedSet<TopicPartition> free = new TreeSet<>(all);
        SortedMap<String, List<TopicPartition>> claims = new TreeMap<>();
        new TreeMap<>(owned).forEach((member, partitions) -> {
            List<TopicPartition> mine = new ArrayList<>();
            new TreeSet<>(partitions).forEach(partition -> {
                if (free.remove(partition)) {
                    mine.add(partition);
                }
            });
            claims.put(member, mine);
        });
        Map<String, Integer> quotas = quotas(all.size(), claims);
        claims.forEach((member, mine) -> {
            int quota = quotas.getOrDefault(member, 0);
            int kept = Math.min(quota, mine.size());
            shares.put(member, new HashSet<>(mine.subList(0, kept)));
            free.addAll(mine.subList(kept, mine.size()));
        });
        Deque<TopicPartition> left = new ArrayDeque<>(free);
        shares.forEach((member, share) -> {
            while (share.size() < quotas.getOrDefault(member, 0) && !left.isEmpty()) {
                share.add(left.removeFirst());
            }
        });
        return shares;
    }

    /** Those who own most now get the larger quotas, so that fewer partitions move. */
    private static Map<String, Integer> quotas(int partitions, SortedMap<String, List<TopicPartition>> claims) {
        List<String> members = new ArrayList<>(claims.keySet());
        members.sort(Comparator.comparing((String member) -> -sizeOf(claims, member))
                .thenComparing(Comparator.naturalOrder()));
        int base = partitions / members.size();
        int larger = partitions % members.size();
        Map<String, Integer> quotas = new TreeMap<>();
        for (int i = 0; i < members.size(); i++) {
            quotas.put(members.get(i), i < larger ? base + 1 : base);
        }
        return quotas;
    }

    private static int sizeOf(Map<String, List<TopicPartition>> claims, String member) {
        return claims.getOrDefault(member, List.of()).size();
    }
}
