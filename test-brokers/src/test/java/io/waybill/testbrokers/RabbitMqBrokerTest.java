package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("rabbitmq")
class RabbitMqBrokerTest {
    private static RabbitMqBroker broker;

    @BeforeAll
    static void start() {
        broker = RabbitMqBroker.builder().start();
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
    void keepsItsPortAndWhatItConfirmedOverKillAndOverStop() throws Exception {
        String uri = broker.uri();
        RabbitMqClients.declare(broker, "kept", "quorum");
        RabbitMqClients.declare(broker, "kept-stream", "stream");
        RabbitMqClients.send(broker, "kept", 0, 1_000);
        RabbitMqClients.send(broker, "kept-stream", 0, 1_000);

        broker.kill();
        assertThat(broker.running()).isFalse();
        assertThat(broker.processes()).isEmpty();
        broker.start();
        assertThat(RabbitMqClients.peek(broker, "kept", 2_000)).isEqualTo(messages(1_000));
        assertThat(RabbitMqClients.readStream(broker, "kept-stream", 1_000)).isEqualTo(messages(1_000));

        RabbitMqClients.send(broker, "kept", 1_000, 1_100);
        RabbitMqClients.send(broker, "kept-stream", 1_000, 1_100);
        broker.stop();
        assertThat(broker.running()).isFalse();
        broker.start();
        assertThat(RabbitMqClients.peek(broker, "kept", 2_000))
                .hasSize(1_100)
                .containsExactlyInAnyOrderElementsOf(messages(1_100));
        assertThat(RabbitMqClients.readStream(broker, "kept-stream", 1_100)).isEqualTo(messages(1_100));
        assertThat(broker.uri()).isEqualTo(uri);
    }

    @Test
    void answersNothingWhilePausedAndGoesOnAfterwards() throws Exception {
        RabbitMqClients.declare(broker, "paused", "quorum");
        try (Connection connection = RabbitMqClients.factory(broker).newConnection();
                Channel channel = connection.createChannel()) {
            AMQP.Confirm.SelectOk unused = channel.confirmSelect();
            RabbitMqClients.publish(channel, "paused", "before");
            channel.waitForConfirmsOrDie(10_000);
            broker.pause();
            broker.pause();
            assertThat(broker.running()).isTrue();
            RabbitMqClients.publish(channel, "paused", "during");
            assertThatThrownBy(() -> channel.waitForConfirms(500)).isInstanceOf(TimeoutException.class);
            broker.resume();
            broker.resume();
            assertThat(channel.waitForConfirms(10_000)).isTrue();
        }
        assertThat(RabbitMqClients.peek(broker, "paused", 3)).containsExactly("before", "during");
    }

    @Test
    void twoNodesKnowNothingOfEachOther() throws Exception {
        try (RabbitMqBroker other = RabbitMqBroker.builder().start()) {
            RabbitMqClients.declare(broker, "left", "quorum");
            RabbitMqClients.declare(other, "right", "quorum");
            assertThat(broker.ctl("list_queues", "name")).contains("left").doesNotContain("right");
            assertThat(other.ctl("list_queues", "name")).contains("right").doesNotContain("left");
            other.kill();
            assertThat(broker.running()).isTrue();
        }
        RabbitMqClients.send(broker, "left", 0, 1);
    }

    @Test
    void rabbitmqctlReachesTheNode() {
        assertThat(broker.ctl("set_policy", "short", "^short", "{\"max-length\":3}"))
                .isEmpty();
        assertThat(broker.ctl("list_policies", "--no-table-headers")).contains("max-length");
        assertThatThrownBy(() -> broker.ctl("no_such_command"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("no_such_command");
    }

    @Test
    void saysWhatItIs() {
        assertThat(broker.name()).isEqualTo("rabbitmq");
        assertThat(broker.version()).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
        assertThat(broker.uri()).isEqualTo("rabbitmq://127.0.0.1:" + broker.port());
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
        RabbitMqBroker.Builder wrong = RabbitMqBroker.builder().property("consumer_timeout", "later");
        assertThatThrownBy(wrong::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("did not start")
                .hasMessageContaining("later");
    }

    private static List<String> messages(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }
}
