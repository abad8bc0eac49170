package io.waybill.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.message.Delivery;
import io.waybill.message.Message;
import io.waybill.message.TopicPartition;
import io.waybill.message.TopicSpec;
import io.waybill.spi.ReceiverOptions;
import io.waybill.spi.Sender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MemoryConcurrencyTest {
    private static final int PARTITIONS = 8;
    private static final int THREADS = 8;
    private static final int EACH = 50_000;
    private static final int BATCH = 25;

    @Test
    @Timeout(120)
    void nothingIsLostAndEachLaneKeepsItsOrder() throws Exception {
        try (Instance instance = Instance.at("memory:")) {
            instance.adapter.admin().createTopic(TopicSpec.of("many", PARTITIONS));
            MemoryReceiver receiver = (MemoryReceiver) instance.adapter.openReceiver(new ReceiverOptions(
                    "g", Set.of("many"), "m", 500, 64 << 20, Duration.ofSeconds(10), Duration.ofSeconds(1)));
            for (int i = 0; i < PARTITIONS; i++) {
                Instance.own(receiver, new TopicPartition("many", i));
            }
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int writer = i;
                writers.add(CompletableFuture.runAsync(() -> write(instance, writer), threads));
            }

            Map<String, Integer> next = new HashMap<>();
            Map<Integer, Long> positions = new HashMap<>();
            int seen = 0;
            while (seen < THREADS * EACH) {
                TestSink sink = new TestSink();
                receiver.poll(Duration.ofSeconds(1), sink);
                sink.deliveries.forEach(delivery -> check(delivery, next, positions));
                seen += sink.deliveries.size();
            }
            CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new)).join();
            threads.shutdown();
            assertThat(seen).isEqualTo(THREADS * EACH);
            assertThat(Instance.drain(receiver).deliveries).isEmpty();
            assertThat(next).hasSize(THREADS * PARTITIONS);
            assertThat(next.values()).containsOnly(EACH / PARTITIONS);
        }
    }

    private static void check(Delivery delivery, Map<String, Integer> next, Map<Integer, Long> positions) {
        String[] text = delivery.message().text().split(":", 2);
        String lane = text[0] + ":" + delivery.partition();
        int expected = next.getOrDefault(lane, 0);
        assertThat(Integer.parseInt(text[1])).as(lane).isEqualTo(expected);
        next.put(lane, expected + 1);
        assertThat(delivery.position()).isEqualTo(positions.getOrDefault(delivery.partition(), 0L));
        positions.put(delivery.partition(), delivery.position() + 1);
    }

    /** Writes in turn into a lane of its own for each partition. */
    private static void write(Instance instance, int writer) {
        try {
            List<Sender.Lane> lanes = new ArrayList<>();
            for (int i = 0; i < PARTITIONS; i++) {
                lanes.add(instance.sender.openLane(instance.sender.describe("many"), i));
            }
            for (int from = 0; from < EACH / PARTITIONS; from += BATCH) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    List<TestOutgoing> batch = new ArrayList<>();
                    for (int n = from; n < from + BATCH; n++) {
                        Message message =
                                Message.to("many").text(writer + ":" + n).build();
                        batch.add(new TestOutgoing(message, partition));
                    }
                    lanes.get(partition).send(batch);
                    assertThat(batch).allMatch(one -> one.outcome().equals("stored"));
                }
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
