package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Consumer;
import io.waybill.Handler;
import io.waybill.Producer;
import io.waybill.message.CloseReport;
import io.waybill.message.Receipt;
import io.waybill.message.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several instances of one group: shares, hand-over, crashes. */
@SharedChapter
@DisplayName("Competing instances")
class GroupConformance {
    private static final Duration GRACEFUL = Duration.ofSeconds(5);
    private static final int KEYS = 28;
    private static final int STUCK_KEYS = 8;

    /** For a victim: whether its group has it. */
    private static void awaitMember(Scene scene, String group) {
        scene.eventually(
                "the victim is in the group",
                () -> scene.waybill()
                        .admin()
                        .describeGroup(group)
                        .filter(found -> found.members() == 1)
                        .isPresent());
    }

    private static Consumer join(Scene scene, String group, String topic, Handler handler) {
        return scene.connect().consumer(group).session(scene.target().session()).subscribe(topic, handler);
    }

    /** Every partition has one owner, and nobody has two more than another. */
    @Test
    @DisplayName(
            "C9 C2 instances that join and leave split and re-split within 5 s; nothing is lost, no key is out of order")
    void splitAndSplitAgain(Scene scene) throws Exception {
        String topic = scene.topic(8);
        String group = scene.group();
        Inbox inbox = scene.inbox();
        Handler handler = delivery -> {
            LockSupport.parkNanos(200_000);
            inbox.handle(delivery);
        };
        List<Consumer> members = new ArrayList<>();
        members.add(join(scene, group, topic, handler));
        scene.eventually("one owns all", () -> Scene.shared(8, members));

        AtomicBoolean enough = new AtomicBoolean();
        Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        ExecutorService sender = Executors.newSingleThreadExecutor();
        Future<?> sending = sender.submit(() -> {
            Producer producer = scene.producer();
            for (int i = 0; !enough.get(); i++) {
                acknowledged.add(producer.send(Scene.message(topic, "k" + i % 100, Integer.toString(i)))
                        .id());
                LockSupport.parkNanos(500_000);
            }
        });
        sender.shutdown();
        try {
            members.add(join(scene, group, topic, handler));
            Scene.within(GRACEFUL, "two share", () -> Scene.shared(8, members));
            members.add(join(scene, group, topic, handler));
            Scene.within(GRACEFUL, "three share", () -> Scene.shared(8, members));
            CloseReport left = members.remove(0).close(Duration.ofSeconds(20));
            assertThat(left).isEqualTo(CloseReport.CLEAN);
            Scene.within(GRACEFUL, "two share what the first had", () -> Scene.shared(8, members));
            inbox.awaitMessages(acknowledged.size());
        } finally {
            enough.set(true);
            sending.get();
        }
        assertThat(acknowledged).hasSizeGreaterThan(100);
        inbox.awaitIds(acknowledged);
        inbox.assertOrderOfKeys();
    }

    @Test
    @DisplayName("C9 more instances than partitions: each partition has one owner, and who has none takes over")
    void moreInstancesThanPartitions(Scene scene) {
        String topic = scene.topic(2);
        String group = scene.group();
        Inbox inbox = scene.inbox();
        List<Consumer> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            members.add(join(scene, group, topic, inbox));
        }
        scene.eventually("two of three own one each", () -> Scene.shared(2, members));
        Consumer owner = members.stream()
                .filter(member -> !member.assignment().isEmpty())
                .findFirst()
                .orElseThrow();
        members.remove(owner);
        assertThat(owner.close(Duration.ofSeconds(20)).clean()).isTrue();
        Scene.within(GRACEFUL, "the third takes over", () -> Scene.shared(2, members));
        Producer producer = scene.producer();
        for (int i = 0; i < 20; i++) {
            producer.send(Scene.message(topic, "k" + i, Integer.toString(i)));
        }
        inbox.awaitMessages(20);
    }

    @Test
    @DisplayName("C9 instances that read different topics share what both read; who reads a topic alone owns all of it")
    void instancesThatReadDifferentTopics(Scene scene) {
        String both = scene.topic(4);
        String one = scene.topic(3);
        String group = scene.group();
        Inbox inbox = scene.inbox();
        Consumer narrow = join(scene, group, both, inbox);
        Consumer wide = scene.connect()
                .consumer(group)
                .session(scene.target().session())
                .subscribe(List.of(both, one), inbox);
        scene.eventually("all seven partitions have one owner", () -> {
            Set<TopicPartition> owned = new HashSet<>(narrow.assignment());
            owned.addAll(wide.assignment());
            return owned.size() == 7
                    && narrow.assignment().size() + wide.assignment().size() == 7
                    && !narrow.assignment().isEmpty();
        });
        assertThat(narrow.assignment()).allMatch(partition -> partition.topic().equals(both));
        Producer producer = scene.producer();
        for (int i = 0; i < 40; i++) {
            producer.send(Scene.message(i % 2 == 0 ? both : one, "k" + i, Integer.toString(i)));
        }
        inbox.awaitMessages(40);
    }

    @Test
    @DisplayName(
            "C1 C4 C9 an instance killed when much behind a stuck delivery is finished: what was not comes to another, nothing is skipped")
    void killedInTheHandler(Scene scene) throws Exception {
        String topic = scene.topic(4);
        String group = scene.group();
        Set<String> sent = new HashSet<>();
        Set<String> finished = new HashSet<>();
        Set<String> stuck = new HashSet<>();
        try (KillableConsumer victim = scene.killable(group, topic)) {
            awaitMember(scene, group);
            Producer producer = scene.producer();
            scene.eventually("it owns its partitions", () -> {
                String text = "probe-" + sent.size();
                sent.add(text);
                for (int key = 0; key < 20; key++) {
                    producer.send(Scene.message(topic, "probe" + key, text));
                }
                return victim.begun().contains("probe-0");
            });
            for (int i = 0; i < 400; i++) {
                boolean sticks = i % 20 == 0 && i >= 200;
                String text = (sticks ? KillableConsumer.STUCK : "n") + "-" + i;
                sent.add(text);
                if (sticks) {
                    stuck.add(text);
                }
                producer.send(Scene.message(topic, "k" + i % 40, text));
            }
            scene.eventually(
                    "it is in its handlers",
                    () -> victim.begun().stream().anyMatch(text -> text.startsWith(KillableConsumer.STUCK)));
            // two of forty keys are stuck; the others are finished far behind them, and settled if they may be
            scene.eventually(
                    "what is behind is finished", () -> victim.begun().containsAll(List.of("n-399", "n-397", "n-381")));
            Scene.stays("it is stuck", () -> !victim.begun().contains("n-220"));
            victim.kill();
            victim.begun().stream()
                    .filter(text -> !text.startsWith(KillableConsumer.STUCK))
                    .forEach(finished::add);
        }
        Inbox survivor = scene.inbox();
        Consumer other = join(scene, group, topic, survivor);
        Scene.within(
                scene.target().takeover(),
                "the other owns all",
                () -> other.assignment().size() == 4);
        Set<String> owed = new HashSet<>(sent);
        owed.removeAll(finished);
        assertThat(owed).containsAll(stuck);
        scene.eventually("what was not finished comes", () -> new HashSet<>(survivor.texts()).containsAll(owed));
    }

    @Test
    @DisplayName(
            "C1 C2 C5 C9 C15 an instance frozen in its handlers beyond its session: another takes over in order, nothing of the frozen one's is acknowledged, and it comes back")
    void frozenInTheHandler(Scene scene) throws Exception {
        scene.requireQuickTakeover();
        replaceFrozen(scene);
    }

    @Test
    @Tag("soak")
    @DisplayName("C1 C2 C5 C9 C15 an instance frozen in its handlers, where a takeover takes long")
    void frozenInTheHandlerForLong(Scene scene) throws Exception {
        scene.requireSlowTakeover();
        replaceFrozen(scene);
    }

    /** The frozen instance and its successor hold the same messages in their handlers; only those of the former return. */
    private static void replaceFrozen(Scene scene) throws Exception {
        String topic = scene.topic(4);
        String group = scene.group();
        Producer producer = scene.producer();
        KillableConsumer frozen = scene.freezable(group, topic);
        awaitMember(scene, group);
        Set<String> stuck = sendToAllKeys(producer, topic, 0);
        stuck.removeIf(text -> !text.startsWith(KillableConsumer.STUCK));
        Set<String> sent = new HashSet<>(stuck);
        for (int number = 1; number < 5; number++) {
            sent.addAll(sendToAllKeys(producer, topic, number));
        }
        scene.eventually("it is in its handlers", () -> frozen.begun().containsAll(stuck));
        scene.eventually(
                "what other keys have is finished",
                () -> frozen.begun().stream()
                                .filter(text -> text.endsWith("-4"))
                                .count()
                        == KEYS - STUCK_KEYS);
        frozen.freeze();
        Inbox inbox = scene.inbox();
        CountDownLatch never = scene.gate();
        Consumer other = scene.connect()
                .consumer(group)
                .session(scene.target().session())
                .drain(Duration.ofMillis(300))
                .subscribe(topic, delivery -> {
                    inbox.handle(delivery);
                    if (delivery.message().text().startsWith(KillableConsumer.STUCK)) {
                        never.await();
                    }
                });
        Scene.within(
                scene.target().takeover(),
                "the other owns all",
                () -> other.assignment().size() == 4);
        sent.addAll(sendToAllKeys(producer, topic, 5));
        scene.eventually(
                "what the frozen one holds comes to the other",
                () -> inbox.texts().containsAll(stuck));
        scene.eventually("so does what is sent now", () -> inbox.has("key-" + (KEYS - 1) + "-5"));
        frozen.release();
        frozen.thaw();
        scene.eventually("it takes its share again", () -> other.assignment().size() == 2);
        sent.addAll(sendToAllKeys(producer, topic, 6));
        CloseReport report = other.close(Duration.ofMillis(300));
        assertThat(report.unfinished()).as("handlers of the other that run").isPositive();
        scene.eventually(
                "what the other did not finish comes to the frozen one again",
                () -> stuck.stream().allMatch(text -> Collections.frequency(frozen.begun(), text) > 1));
        scene.eventually("nothing was skipped", () -> {
            Set<String> seen = new HashSet<>(frozen.begun());
            seen.addAll(inbox.texts());
            return seen.containsAll(sent);
        });
        inbox.assertOrderOfKeys();
    }

    /** One message for each key, which begins with the word that handlers are stuck at if it is the first of some keys. */
    private static Set<String> sendToAllKeys(Producer producer, String topic, int number) {
        Set<String> texts = new HashSet<>();
        for (int key = 0; key < KEYS; key++) {
            boolean sticks = number == 0 && key < STUCK_KEYS;
            String text = (sticks ? KillableConsumer.STUCK : "key") + "-" + key + "-" + number;
            Receipt unused = producer.send(Scene.message(topic, "k" + key, text));
            texts.add(text);
        }
        return texts;
    }

    @Test
    @DisplayName("C5 what ends after its partition went elsewhere is counted as stale and acknowledges nothing")
    void staleIsCountedAndIgnored(Scene scene) {
        String topic = scene.topic(2);
        String group = scene.group();
        CountDownLatch gate = scene.gate();
        Consumer first = scene.open(
                scene.connect()
                        .consumer(group)
                        .session(scene.target().session())
                        .drain(Duration.ofMillis(300)),
                topic,
                delivery -> gate.await());
        Producer producer = scene.producer();
        for (int i = 0; i < 8; i++) {
            producer.send(Scene.message(topic, "k" + i, Integer.toString(i)));
        }
        scene.eventually("all are in hand", () -> first.health().details().getOrDefault("delivered", 0L) == 8);
        Inbox second = scene.inbox();
        Consumer other = join(scene, group, topic, second);
        scene.eventually("one partition went over", () -> Scene.shared(2, List.of(first, other)));
        scene.eventually("what is in it comes there", () -> second.messages() > 0);
        int moved = second.messages();
        gate.countDown();
        scene.eventually(
                "the late ends are counted", () -> first.health().details().getOrDefault("stale", 0L) == moved);
        assertThat(other.close(Duration.ofSeconds(20)).clean()).isTrue();
        assertThat(first.close(Duration.ofSeconds(20)).clean()).isTrue();
        Inbox third = scene.inbox();
        scene.open(scene.connect().consumer(group), topic, third);
        producer.send(Scene.message(topic, "k", "end"));
        scene.eventually("the end comes", () -> third.has("end"));
        Scene.stays("nothing else does", () -> third.messages() == 1);
    }
}
