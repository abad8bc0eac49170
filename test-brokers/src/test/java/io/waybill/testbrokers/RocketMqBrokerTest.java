package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RocketMqBrokerTest {
    private static RocketMqBroker broker;

    @BeforeAll
    static void start() {
        broker = RocketMqBroker.builder().quickStart().heap("300m").start();
    }

    @AfterAll
    static void close() {
        broker.close();
        broker.close();
        assertThat(broker.running()).isFalse();
        assertThat(broker.processes()).isEmpty();
        assertThat(Files.exists(broker.dataFolder().getParent())).isFalse();
        assertThatThrownBy(broker::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
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

    private static List<String> messages(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }
}
