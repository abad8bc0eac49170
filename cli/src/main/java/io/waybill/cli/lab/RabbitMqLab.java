package io.waybill.cli.lab;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.waybill.Producer;
import io.waybill.testbrokers.RabbitMqBroker;
import java.util.List;
import java.util.Map;

/** RabbitMQ. */
final class RabbitMqLab extends RealBroker {
    private final RabbitMqBroker broker;

    RabbitMqLab() {
        this(RabbitMqBroker.builder().start());
    }

    private RabbitMqLab(RabbitMqBroker broker) {
        super(broker);
        this.broker = broker;
    }

    /** What is lost on it, and how. */
    static List<Scenario> losses() {
        return List.of(
                Scenario.loses("a policy bounds the queue, and drops from its head", RabbitMqLab::dropHead),
                CommonLosses.gone("an operator purges the queue", RabbitMqLab::purge),
                CommonLosses.goneAtTheEnd("an operator purges the end of the queue", RabbitMqLab::purge),
                CommonLosses.recreated(),
                CommonLosses.acknowledgedTooEarly(),
                LossyBridge.scenario("a bridge without confirms and a bad network", LossyBridge::rabbitmq),
                Scenario.loses(
                                "a queue that is not durable, and kill -9 of the broker",
                                RabbitMqLab::killWithTransientQueue)
                        .aloneOnItsBroker());
    }

    private static RabbitMqBroker broker(Stage stage) {
        if (stage.broker() instanceof RabbitMqLab lab) {
            return lab.broker;
        }
        throw new IllegalArgumentException(stage.broker().name());
    }

    private static String queue(Stage stage) {
        return stage.topic() + ":" + stage.group() + ":0";
    }

    /** What a channel can do. */
    private interface Work {
        void on(Channel channel) throws Exception;
    }

    private static void natively(Stage stage, Work work) throws Exception {
        try (Channel channel = stage.waybill().unwrap(Connection.class).createChannel()) {
            work.on(channel);
        }
    }

    private static void purge(Stage stage) throws Exception {
        natively(stage, channel -> channel.queuePurge(queue(stage)));
    }

    private static void dropHead(Stage stage) throws Exception {
        RabbitMqBroker broker = broker(stage);
        Producer producer = CommonLosses.readForAWhile(stage);
        int before = stage.sent();
        int kept = stage.some(20, 60);
        int lost = stage.some(20, 60);
        String policy = "{\"max-length\":" + kept + ",\"overflow\":\"drop-head\"}";
        String unused =
                broker.ctl("set_policy", stage.topic(), "^" + queue(stage) + "$", policy, "--apply-to", "queues");
        stage.send(producer, lost + kept);
        stage.lost(before + 1L, before + lost);
        CommonLosses.goOn(stage);
    }

    /** An operator has put a queue between topic and group that does not outlive the broker. */
    private static void killWithTransientQueue(Stage stage) throws Exception {
        Producer producer = CommonLosses.readForAWhile(stage);
        String detour = stage.topic() + "-detour";
        natively(stage, channel -> {
            channel.queueDeclare(detour, false, false, false, Map.of());
            channel.queueBind(detour, stage.topic(), "0");
            channel.queueUnbind(queue(stage), stage.topic(), "0");
        });
        int unused = CommonLosses.sendAndLose(stage, producer);
        stage.broker().kill();
        stage.broker().restart();
        Patience.until("the group's queue is bound again", () -> {
            stage.waybill().admin().createGroup(stage.group(), stage.topic());
            return true;
        });
        stage.sendStubbornly(producer, stage.some(5, 20));
        CommonLosses.goOn(stage);
    }

    @Override
    public AutoCloseable refuse(Stage stage) throws Exception {
        int partitions = stage.waybill()
                .admin()
                .describeTopic(stage.topic())
                .orElseThrow()
                .partitions();
        natively(stage, channel -> {
            for (int i = 0; i < partitions; i++) {
                channel.queueUnbind(stage.topic() + ":" + stage.group() + ":" + i, stage.topic(), Integer.toString(i));
            }
        });
        return () -> stage.waybill().admin().createGroup(stage.group(), stage.topic());
    }
}
