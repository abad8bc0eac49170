package io.waybill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.message.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FairShareTest {
    @Test
    void c9_everyPartitionHasOneOwnerAndSharesAreEven() {
        Random random = new Random(11);
        for (int round = 0; round < 2_000; round++) {
            List<TopicPartition> all = partitions(random.nextInt(20));
            Map<String, Set<TopicPartition>> owned = new HashMap<>();
            int members = 1 + random.nextInt(6);
            for (int m = 0; m < members; m++) {
                Set<TopicPartition> claims = new HashSet<>();
                all.forEach(partition -> {
                    if (random.nextInt(3) == 0) {
                        claims.add(partition); // claims may overlap while news travels
                    }
                });
                owned.put("m" + m, claims);
            }
            SortedMap<String, Set<TopicPartition>> shares = FairShare.compute(all, owned);
            List<TopicPartition> given =
                    shares.values().stream().flatMap(Collection::stream).toList();
            assertThat(given).containsExactlyInAnyOrderElementsOf(all);
            assertThat(shares.values())
                    .allSatisfy(share ->
                            assertThat(share.size()).isBetween(all.size() / members, all.size() / members + 1));
        }
    }

    @Test
    void aNewcomerTakesNoMoreThanItsShare() {
        List<TopicPartition> all = partitions(8);
        Map<String, Set<TopicPartition>> owned = new HashMap<>();
        owned.put("a", new HashSet<>(all.subList(0, 4)));
        owned.put("b", new HashSet<>(all.subList(4, 8)));
        owned.put("c", Set.of());
        SortedMap<String, Set<TopicPartition>> shares = FairShare.compute(all, owned);
        assertThat(shares.get("a")).isSubsetOf(owned.get("a")).hasSize(3);
        assertThat(shares.get("b")).isSubsetOf(owned.get("b")).hasSize(3);
        assertThat(shares.get("c")).hasSize(2);
    }

    @Test
    void whatIsEvenStays() {
        List<TopicPartition> all = partitions(7);
        Map<String, Set<TopicPartition>> owned = new HashMap<>();
        owned.put("b", new HashSet<>(all.subList(0, 4)));
        owned.put("a", new HashSet<>(all.subList(4, 7)));
        assertThat(FairShare.compute(all, owned)).isEqualTo(owned);
    }

    @Test
    void c9_whoReadsATopicAloneOwnsAllOfItAndSharesTheRest() {
        Set<TopicPartition> orders = new HashSet<>(partitions("orders", 4));
        Set<TopicPartition> returns = new HashSet<>(partitions("returns", 3));
        Map<String, Set<String>> readers = Map.of("orders", Set.of("a", "b"), "returns", Set.of("b"));
        Set<TopicPartition> both = new HashSet<>(orders);
        both.addAll(returns);
        Set<TopicPartition> a = FairShare.of(orders, "a", readers, Map.of());
        Set<TopicPartition> b = FairShare.of(both, "b", readers, Map.of());
        assertThat(a).hasSize(2).isSubsetOf(orders).doesNotContainAnyElementsOf(b);
        assertThat(b).hasSize(5).containsAll(returns);
    }

    @Test
    void recordsSurviveTheLog() {
        Set<TopicPartition> owned = new HashSet<>(partitions(5));
        Set<String> topics = Set.of("orders", "returns");
        byte[] bytes = MemberRecord.encode(MemberRecord.Kind.BEAT, "me", topics, owned);
        assertThat(MemberRecord.decode(bytes)).contains(new MemberRecord(MemberRecord.Kind.BEAT, "me", topics, owned));
        bytes[0] = 2;
        assertThat(MemberRecord.decode(bytes)).as("a later version").isEmpty();
        assertThat(MemberRecord.decode(new byte[] {1})).as("a torn record").isEmpty();
    }

    private static List<TopicPartition> partitions(int count) {
        return partitions("orders", count);
    }

    private static List<TopicPartition> partitions(String topic, int count) {
        return new ArrayList<>(IntStream.range(0, count)
                .mapToObj(i -> new TopicPartition(topic, i))
                .toList());
    }
}
