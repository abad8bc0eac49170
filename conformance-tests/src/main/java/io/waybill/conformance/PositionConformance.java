package io.waybill.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.Consumer;
import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Capability;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.StartPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Where a group reads: every group all, from where it was told, and again from where it was set back to. */
@SharedChapter
@DisplayName("Groups and positions")
class PositionConformance {
    @Test
    @DisplayName("C13 every group gets all messages, each at its own pace")
    void everyGroupGetsAll(Scene scene) {
        String topic = scene.topic(3);
        Inbox fast = scene.inbox();
        Inbox slow = scene.inbox();
        scene.open(topic, fast);
        scene.open(scene.waybill().consumer(scene.group()).concurrency(1), topic, delivery -> {
            LockSupport.parkNanos(500_000);
            slow.handle(delivery);
        });
        Scene.sendNumbers(scene.producer(), topic, 0, 1_000, 30);
        fast.awaitMessages(1_000);
        slow.awaitMessages(1_000);
        assertThat(fast.all()).hasSize(1_000);
        assertThat(slow.ids()).isEqualTo(fast.ids());
    }

    @Test
    @DisplayName("C13 a new group starts at the first message that the topic holds")
    void aNewGroupStartsAtTheFirst(Scene scene) {
        scene.require(Capability.START_FIRST);
        String topic = scene.topic(2);
        Scene.sendNumbers(scene.producer(), topic, 0, 50, 10);
        Inbox inbox = scene.inbox();
        scene.open(scene.waybill().consumer(scene.group()).start(StartPosition.first()), topic, inbox);
        inbox.awaitMessages(50);
    }

    @Test
    @DisplayName("C13 a new group starts behind the latest message, and its place is kept while it has no member")
    void aNewGroupStartsAtTheLatest(Scene scene) {
        scene.require(Capability.START_LATEST);
        String topic = scene.topic(2);
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 80, 10);
        Inbox inbox = scene.inbox();
        String group = scene.group();
        Waybill instance = scene.connect();
        Consumer first = scene.open(instance.consumer(group).start(StartPosition.latest()), topic, inbox);
        assertThat(first.close(Duration.ofSeconds(20)).clean()).isTrue();

        Scene.sendNumbers(producer, topic, 80, 100, 10);
        scene.open(instance.consumer(group).start(StartPosition.latest()), topic, inbox);
        inbox.awaitMessages(20);
        assertThat(inbox.texts()).doesNotContain("79").contains("80", "99");
    }

    @Test
    @DisplayName("C13 a new group starts at the first message of a time")
    void aNewGroupStartsAtATime(Scene scene) {
        scene.require(Capability.START_TIME);
        String topic = scene.topic(2);
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 50, 10);
        Instant between = afterNow(scene);
        Scene.sendNumbers(producer, topic, 50, 80, 10);
        Inbox inbox = scene.inbox();
        scene.open(scene.waybill().consumer(scene.group()).start(StartPosition.at(between)), topic, inbox);
        inbox.awaitMessages(30);
        assertThat(inbox.texts()).doesNotContain("49").contains("50", "79");
    }

    /** A time behind everything that was sent, by the clock of this machine. */
    private static Instant afterNow(Scene scene) {
        long sent = System.currentTimeMillis();
        scene.eventually("the clock moves on", () -> System.currentTimeMillis() > sent + 20);
        return Instant.ofEpochMilli(sent + 10);
    }

    @Test
    @DisplayName("C13 what is sent after subscribe returned reaches a new group that starts at the latest")
    void theStartIsFixedWhenSubscribeReturns(Scene scene) {
        scene.require(Capability.START_LATEST);
        String topic = scene.topic(4);
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 10, 10);
        for (int round = 1; round <= 5; round++) {
            Inbox inbox = scene.inbox();
            Consumer consumer = scene.closed(scene.waybill()
                    .consumer(scene.group())
                    .start(StartPosition.latest())
                    .subscribe(topic, inbox));
            Scene.sendNumbers(producer, topic, round * 10, round * 10 + 10, 10);
            inbox.awaitMessages(10);
            assertThat(inbox.texts()).hasSize(10).doesNotContain(Integer.toString(round * 10 - 1));
            consumer.close();
        }
    }

    @Test
    @DisplayName("C13 a group without members is sent back and forth by a reset; one with members refuses")
    void aGroupIsReset(Scene scene) {
        scene.require(Capability.RESET_POSITIONS);
        String topic = scene.topic(2);
        String group = scene.group();
        Inbox inbox = scene.inbox();
        Consumer consumer = scene.open(scene.connect().consumer(group), topic, inbox);
        Producer producer = scene.producer();
        Scene.sendNumbers(producer, topic, 0, 50, 10);
        inbox.awaitMessages(50);
        assertThatThrownBy(() -> scene.waybill().admin().resetGroup(group, topic, StartPosition.first()))
                .isInstanceOfSatisfying(
                        MessagingException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.REFUSED))
                .hasMessageContaining(group);
        assertThat(consumer.close(Duration.ofSeconds(20)).clean()).isTrue();

        scene.waybill().admin().resetGroup(group, topic, StartPosition.first());
        Inbox again = scene.inbox();
        Consumer second = scene.open(scene.connect().consumer(group), topic, again);
        again.awaitMessages(50);
        assertThat(second.close(Duration.ofSeconds(20)).clean()).isTrue();

        Scene.sendNumbers(producer, topic, 50, 60, 10);
        scene.waybill().admin().resetGroup(group, topic, StartPosition.latest());
        Inbox skipped = scene.inbox();
        scene.open(scene.connect().consumer(group), topic, skipped);
        Scene.sendNumbers(producer, topic, 60, 61, 10);
        skipped.awaitMessages(1);
        assertThat(skipped.texts()).containsExactly("60");
    }
}
