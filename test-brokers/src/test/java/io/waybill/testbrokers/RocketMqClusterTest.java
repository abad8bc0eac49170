package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Among the long tests: the adapter's own tests use two brokers, and a slave, in each run. */
@Tag("soak")
class RocketMqClusterTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void oneOfTwoBrokersCanBeKilledAndComesBackWithItsMessages() throws Exception {
        try (RocketMqBroker cluster = RocketMqBroker.builder()
                .quickStart()
                .heap("300m")
                .secondBroker()
                .start()) {
            assertThat(cluster.processes()).hasSize(3);
            RocketMqClients.createTopic(cluster, "shared");
            DefaultMQProducer producer = RocketMqClients.producer(cluster);
            try {
                assertThat(brokersOf(producer, 4)).containsExactlyInAnyOrder("broker-a", "broker-b");

                BrokerNode second = cluster.brokers().get(1);
                second.kill();
                assertThat(cluster.running()).isFalse();
                assertThat(cluster.processes()).hasSize(2);
                DefaultMQProducer later = RocketMqClients.producer(cluster);
                try {
                    assertThat(brokersOf(later, 4)).containsExactly("broker-a");
                } finally {
                    later.shutdown();
                }

                second.start();
                assertThat(cluster.running()).isTrue();
            } finally {
                producer.shutdown();
            }
            assertThat(RocketMqClients.receive(cluster, "shared", 8)).hasSize(8);
        }
    }

    @Test
    void aSendIsConfirmedWithReservationsWhileTheSlaveIsGone() throws Exception {
        try (RocketMqBroker cluster = RocketMqBroker.builder()
                .quickStart()
                .heap("300m")
                .syncMasterWithSlave()
                .start()) {
            RocketMqClients.createTopic(cluster, "copied");
            RocketMqClients.send(cluster, "copied", 0, 10);
            BrokerNode slave = cluster.brokers().get(1);
            assertThat(slave.name()).isEqualTo("broker-a-slave");
            DefaultMQProducer producer = RocketMqClients.producer(cluster);
            try {
                slave.kill();
                assertThat(status(producer)).isEqualTo(SendStatus.FLUSH_SLAVE_TIMEOUT);
                slave.start();
                await().atMost(SOON).until(() -> status(producer) == SendStatus.SEND_OK);
                slave.pause();
                assertThat(status(producer)).isEqualTo(SendStatus.FLUSH_SLAVE_TIMEOUT);
                slave.resume();
                await().atMost(SOON).until(() -> status(producer) == SendStatus.SEND_OK);
            } finally {
                producer.shutdown();
            }
        }
    }

    @Test
    void anAloneNameServerCanGoAndComeBack() throws Exception {
        try (RocketMqBroker broker =
                RocketMqBroker.builder().quickStart().heap("300m").start()) {
            RocketMqClients.createTopic(broker, "routed");
            DefaultMQProducer producer = RocketMqClients.producer(broker);
            try {
                producer.send(RocketMqClients.message("routed", "before"));
                broker.nameServer().kill();
                producer.send(RocketMqClients.message("routed", "without"));
                // not one of its own exceptions
                assertThatThrownBy(() -> RocketMqClients.send(broker, "routed", 0, 1))
                        .isInstanceOf(IllegalStateException.class)
                        .hasCauseInstanceOf(RemotingException.class);
                broker.nameServer().start();
            } finally {
                producer.shutdown();
            }
            await().atMost(SOON).ignoreExceptions().untilAsserted(() -> RocketMqClients.send(broker, "routed", 0, 1));
            assertThat(RocketMqClients.receive(broker, "routed", 3)).containsSubsequence(List.of("before", "without"));
        }
    }

    private static Set<String> brokersOf(DefaultMQProducer producer, int messages) throws Exception {
        Set<String> brokers = new HashSet<>();
        for (int i = 0; i < messages; i++) {
            SendResult result = producer.send(RocketMqClients.message("shared", "m" + i));
            brokers.add(result.getMessageQueue().getBrokerName());
        }
        return brokers;
    }

    private static SendStatus status(DefaultMQProducer producer) throws Exception {
        return producer.send(RocketMqClients.message("copied", "more")).getSendStatus();
    }
}
