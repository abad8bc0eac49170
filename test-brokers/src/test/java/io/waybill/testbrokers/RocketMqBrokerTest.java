package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RocketMqBrokerTest {
    private static RocketMqBroker broker;
    private static Map<Path, FileTime> atHome;

    @BeforeAll
    static void start() throws IOException {
        atHome = atHome();
        broker = RocketMqBroker.builder().quickStart().heap("300m").start();
    }

    @AfterAll
    static void close() throws IOException {
        broker.close();
        broker.close();
        assertThat(broker.running()).isFalse();
        assertThat(broker.processes()).isEmpty();
        assertThat(Files.exists(broker.dataFolder().getParent())).isFalse();
        assertThatThrownBy(broker::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(atHome()).isEqualTo(atHome);
    }

    @Test
    void keepsItsPortAndItsDataOverKillAndOverStop() throws Exception {
        String uri = broker.uri();
        RocketMqClients.createTopic(broker, "kept");
        RocketMqClients.send(broker, "kept", 0, 1_000);

        broker.kill();
        assertThat(broker.running()).isFalse();
        assertThat(broker.processes()).isEmpty();
        broker.start();
        assertThat(RocketMqClients.receive(broker, "kept", 1_000)).isEqualTo(messages(1_000));

        RocketMqClients.send(broker, "kept", 1_000, 1_100);
        broker.stop();
        assertThat(broker.running()).isFalse();
        broker.start();
        assertThat(RocketMqClients.receive(broker, "kept", 1_100)).isEqualTo(messages(1_100));
        assertThat(broker.uri()).isEqualTo(uri);
    }

    @Test
    void answersNothingWhilePausedAndGoesOnAfterwards() throws Exception {
        RocketMqClients.createTopic(broker, "paused");
        DefaultMQProducer producer = RocketMqClients.producer(broker);
        try {
            producer.send(RocketMqClients.message("paused", "before"));
            broker.pause();
            broker.pause();
            assertThat(broker.running()).isTrue();
            assertThatThrownBy(() -> producer.send(RocketMqClients.message("paused", "during"), 1_000))
                    .isInstanceOf(MQClientException.class)
                    .hasMessageContaining("still failed");
            broker.resume();
            broker.resume();
            producer.send(RocketMqClients.message("paused", "after"));
        } finally {
            producer.shutdown();
        }
        assertThat(RocketMqClients.receive(broker, "paused", 2))
                .startsWith("before")
                .contains("after");
    }

    @Test
    void aTopicThatNobodyCreatedHasNoRoute() throws Exception {
        DefaultMQProducer producer = RocketMqClients.producer(broker);
        try {
            assertThatThrownBy(() -> producer.send(RocketMqClients.message("unknown", "nothing")))
                    .isInstanceOf(MQClientException.class)
                    .hasMessageContaining("No route info");
        } finally {
            producer.shutdown();
        }
    }

    @Test
    void saysWhatItIs() {
        assertThat(broker.name()).isEqualTo("rocketmq");
        assertThat(broker.version()).matches("[0-9]+\\.[0-9]+\\.[0-9]+");
        assertThat(broker.uri()).isEqualTo("rocketmq://" + broker.nameServerAddress());
        assertThat(broker.canFault()).isTrue();
        assertThat(broker.credentials()).isEmpty();
        assertThat(broker.tls()).isEmpty();
        assertThat(broker.processes()).hasSize(2).allMatch(ProcessHandle::isAlive);
        assertThatThrownBy(broker::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("running");
    }

    @Test
    void aBrokerThatCannotStartSaysWhyAndLeavesNothing() {
        RocketMqBroker.Builder wrong = RocketMqBroker.builder().quickStart().property("namesrvAddr", "nonsense");
        assertThatThrownBy(wrong::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("did not start")
                .hasMessageContaining("nonsense");
    }

    @Test
    void whatItIsToldInItsOwnWordsWins() throws Exception {
        try (RocketMqBroker lenient = RocketMqBroker.builder()
                .quickStart()
                .heap("300m")
                .autoCreateTopics(true)
                .syncFlush()
                .start()) {
            RocketMqClients.send(lenient, "unknown", 0, 1);
            assertThat(RocketMqClients.receive(lenient, "unknown", 1)).containsExactly("m0");
        }
    }

    /** What RocketMQ leaves in the home folder of who does not stop it: its brokers, its name servers and its clients. */
    private static Map<Path, FileTime> atHome() throws IOException {
        Map<Path, FileTime> files = new HashMap<>();
        for (String name : List.of("logs/rocketmqlogs", "store", "namesrv", ".rocketmq_offsets")) {
            Path folder = Path.of(System.getProperty("user.home")).resolve(name);
            if (Files.exists(folder)) {
                try (Stream<Path> found = Files.walk(folder)) {
                    for (Path file : found.toList()) {
                        files.put(file, Files.getLastModifiedTime(file));
                    }
                }
            }
        }
        return files;
    }

    private static List<String> messages(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }
}
