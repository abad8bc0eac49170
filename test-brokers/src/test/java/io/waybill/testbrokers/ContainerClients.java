package io.waybill.testbrokers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** What the tests of containers do with each kind of broker, by its own client. */
enum ContainerClients {
    KAFKA {
        @Override
        void create(RunningBroker broker, String topic) throws Exception {
            KafkaClients.createTopic(broker, topic);
        }

        @Override
        void send(RunningBroker broker, String topic, int from, int to) throws Exception {
            KafkaClients.send(broker, topic, from, to);
        }

        @Override
        List<String> read(RunningBroker broker, String topic, int count) {
            return KafkaClients.receive(broker, topic, count);
        }
    },
    ROCKETMQ {
        @Override
        void create(RunningBroker broker, String topic) throws Exception {
            RocketMqClients.createTopic(broker, topic);
        }

        @Override
        void send(RunningBroker broker, String topic, int from, int to) throws Exception {
            RocketMqClients.send(broker, topic, from, to);
        }

        @Override
        List<String> read(RunningBroker broker, String topic, int count) throws Exception {
            return RocketMqClients.receive(broker, topic, count);
        }
    },
    /** Each topic is a quorum queue and a stream: both must be there again after a kill. */
    RABBITMQ {
        @Override
        void create(RunningBroker broker, String topic) throws Exception {
            RabbitMqClients.declare(broker, topic, "quorum");
            RabbitMqClients.declare(broker, topic + "-stream", "stream");
        }

        @Override
        void send(RunningBroker broker, String topic, int from, int to) throws Exception {
            RabbitMqClients.send(broker, topic, from, to);
            RabbitMqClients.send(broker, topic + "-stream", from, to);
        }

        @Override
        List<String> read(RunningBroker broker, String topic, int count) throws Exception {
            List<String> texts = RabbitMqClients.peek(broker, topic, count);
            assertThat(RabbitMqClients.readStream(broker, topic + "-stream", count))
                    .containsExactlyInAnyOrderElementsOf(texts);
            return texts;
        }
    };

    abstract void create(RunningBroker broker, String topic) throws Exception;

    abstract void send(RunningBroker broker, String topic, int from, int to) throws Exception;

    abstract List<String> read(RunningBroker broker, String topic, int count) throws Exception;
}
