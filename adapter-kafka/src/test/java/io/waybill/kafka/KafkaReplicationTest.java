package io.waybill.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.message.Receipt;
import io.waybill.testbrokers.BrokerNode;
import io.waybill.testbrokers.KafkaBroker;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What receipts say where Kafka copies, and what a send becomes while too few replicas are in sync. */
@Timeout(120)
class KafkaReplicationTest {
    private static final String TOPIC = "copied";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final int LEADER = 1;
    private static final Duration SOON = Duration.ofSeconds(30);
    /** Longer than the controller takes to notice that a node is gone, so that the first send after a kill spans it. */
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(4);

    @Test
    void s1S2S3BelowTheMinimumOfInSyncReplicasNothingIsConfirmed() throws Exception {
        try (KafkaBroker cluster = KafkaBroker.builder()
                        .quickStart()
                        .heap("256m")
                        .secondBroker()
                        .start();
                Waybill waybill = Waybill.connect(cluster.uri())) {
            Admin admin = waybill.unwrap(Admin.class);
            admin.createTopics(List.of(new NewTopic(TOPIC, Map.of(PARTITION.partition(), List.of(LEADER, 2)))
                            .configs(Map.of("min.insync.replicas", "2"))))
                    .all()
                    .get();
            await("whichever node is asked knows the topic")
                    .atMost(SOON)
                    .during(Duration.ofMillis(500))
                    .until(() -> waybill.admin().describeTopic(TOPIC).isPresent());
            Set<UUID> handled = ConcurrentHashMap.newKeySet();
            var unused = waybill.consumer("g")
                    .subscribe(TOPIC, delivery -> handled.add(delivery.message().id()));
            Set<UUID> held = new HashSet<>();
            BrokerNode second = cluster.nodes().get(1);
            try (Producer producer =
                    waybill.producer("p").sendTimeout(SEND_TIMEOUT).open()) {
                await("both nodes are in sync").atMost(SOON).until(() -> inSync(admin) == 2);
                Receipt receipt = producer.send(message());
                assertThat(receipt.copies()).as(receipt.toString()).isEqualTo(2);
                assertThat(receipt.flushed()).as(receipt.toString()).isFalse();
                held.add(receipt.id());
                long before = logBytes(admin);

                second.kill();
                Message appended = message();
                assertUnknown(producer, appended);
                held.add(appended.id());
                long behind = logBytes(admin);
                assertThat(behind)
                        .as("the log of the leader, which appended it")
                        .isGreaterThan(before);

                await("the leader is alone").atMost(SOON).until(() -> inSync(admin) == 1);
                Message refused = message();
                assertUnknown(producer, refused);
                assertThat(logBytes(admin))
                        .as("the log of the leader, which refused it")
                        .isEqualTo(behind);
                assertThat(handled).as("without its copy nobody may see it").doesNotContain(appended.id());

                second.start();
                await("sends are confirmed again")
                        .atMost(SOON)
                        .ignoreExceptionsInstanceOf(MessagingException.class)
                        .until(() -> {
                            Message next = message();
                            boolean copied = producer.send(next).copies() == 2;
                            held.add(next.id());
                            return copied;
                        });
                await("all that was confirmed, and what the leader had, is handled")
                        .atMost(SOON)
                        .until(() -> handled.containsAll(held));
                assertThat(handled).as("what was refused").doesNotContain(refused.id());
            }
        }
    }

    private static int inSync(Admin admin) throws Exception {
        return admin.describeTopics(List.of(TOPIC))
                .allTopicNames()
                .get()
                .get(TOPIC)
                .partitions()
                .get(PARTITION.partition())
                .isr()
                .size();
    }

    /** Nobody but the leader knows what it appended and did not confirm. */
    private static long logBytes(Admin admin) throws Exception {
        return admin.describeLogDirs(List.of(LEADER)).allDescriptions().get().get(LEADER).values().stream()
                .mapToLong(folder -> folder.replicaInfos().get(PARTITION).size())
                .sum();
    }

    private static Message message() {
        return Message.to(TOPIC).key("k").text("m").build();
    }

    private static void assertUnknown(Producer producer, Message message) {
        assertThatThrownBy(() -> producer.send(message))
                .isInstanceOfSatisfying(
                        MessagingException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(ErrorKind.OUTCOME_UNKNOWN));
    }
}
