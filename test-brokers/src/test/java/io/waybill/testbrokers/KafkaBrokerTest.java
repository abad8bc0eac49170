package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class KafkaBrokerTest {
    private static KafkaBroker broker;

    @BeforeAll
    static void start() {
        broker = KafkaBroker.builder().quickStart().heap("300m").start();
    }

    @AfterAll
    static void close() {
        broker.close();
        broker.close();
        assertThat(broker.running()).isFalse();
        assertThat(Files.exists(broker.dataFolder().getParent())).isFalse();
        assertThatThrownBy(broker::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void keepsItsPortAndItsDataOverKillAndOverStop() throws Exception {
        String uri = broker.uri();
        KafkaClients.createTopic(broker, "kept");
        KafkaClients.send(broker, "kept", 0, 1_000);

        broker.kill();
        assertThat(broker.running()).isFalse();
        assertThat(broker.processes()).isEmpty();
        broker.start();
        assertThat(KafkaClients.receive(broker, "kept", 1_000)).isEqualTo(messages(1_000));

        KafkaClients.send(broker, "kept", 1_000, 1_100);
        broker.stop();
        assertThat(broker.running()).isFalse();
        broker.start();
        assertThat(KafkaClients.receive(broker, "kept", 1_100)).isEqualTo(messages(1_100));
        assertThat(broker.uri()).isEqualTo(uri);
    }

    @Test
    void answersNothingWhilePausedAndGoesOnAfterwards() throws Exception {
        KafkaClients.createTopic(broker, "paused");
        try (KafkaProducer<String, String> producer = KafkaClients.producer(broker)) {
            producer.send(new ProducerRecord<>("paused", "before")).get();
            broker.pause();
            broker.pause();
            assertThat(broker.running()).isTrue();
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("paused", "during"))
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
            broker.resume();
            broker.resume();
            producer.send(new ProducerRecord<>("paused", "after")).get();
        }
        assertThat(KafkaClients.receive(broker, "paused", 2))
                .startsWith("before")
                .contains("after");
    }

    /** Among the long tests: the adapter's own tests use a second node in each run. */
    @Test
    @Tag("soak")
    void oneOfTwoNodesCanBeKilledAndStoppedAndComesBack() throws Throwable {
        try (KafkaBroker cluster =
                KafkaBroker.builder().quickStart().heap("256m").secondBroker().start()) {
            assertThat(cluster.nodes()).extracting(BrokerNode::name).containsExactly("node-1", "node-2");
            assertThat(cluster.processes()).hasSize(2);
            assertThat(KafkaClients.nodes(cluster.clientProperties())).isEqualTo(2);

            BrokerNode second = cluster.nodes().get(1);
            second.kill();
            assertThat(cluster.running()).isFalse();
            assertThat(cluster.processes()).hasSize(1);
            second.start();
            second.stop();
            cluster.start();
            assertThat(cluster.running()).isTrue();
            assertThat(KafkaClients.nodes(cluster.clientProperties())).isEqualTo(2);

            cluster.stop();
            cluster.start();
            assertThat(KafkaClients.nodes(cluster.clientProperties())).isEqualTo(2);
        }
    }

    @Test
    void saysWhatItIs() {
        assertThat(broker.name()).isEqualTo("kafka");
        assertThat(broker.version()).matches("[0-9]+\\.[0-9]+\\.[0-9]+");
        assertThat(broker.uri()).isEqualTo("kafka://" + broker.bootstrapServers());
        assertThat(broker.canFault()).isTrue();
        assertThat(broker.credentials()).isEmpty();
        assertThat(broker.tls()).isEmpty();
        assertThat(broker.processes()).hasSize(1).allMatch(ProcessHandle::isAlive);
        assertThatThrownBy(broker::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("running");
    }

    @Test
    void aBrokerThatCannotStartSaysWhyAndLeavesNothing() {
        KafkaBroker.Builder wrong = KafkaBroker.builder().property("node.id", "not a number");
        assertThatThrownBy(wrong::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("did not start")
                .hasMessageContaining("not a number");
    }

    private static List<String> messages(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }
}
