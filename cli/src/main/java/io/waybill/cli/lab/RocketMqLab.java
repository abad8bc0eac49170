package io.waybill.cli.lab;

import io.waybill.Producer;
import io.waybill.message.Message;
import io.waybill.testbrokers.BrokerSettings;
import io.waybill.testbrokers.RocketMqBroker;
import java.util.List;
import java.util.Properties;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.constant.PermName;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.route.BrokerData;

/** Apache RocketMQ. */
final class RocketMqLab extends RealBroker {
    private static final long TIMEOUT_MILLIS = 5_000;
    private static final int FILE_BYTES = 16 << 20;
    private static final int BODY_BYTES = 900_000;
    private static final String BROKER = "broker-a";

    RocketMqLab() {
        super(RocketMqBroker.builder()
                .settings(BrokerSettings.defaults()
                        .withQuickStart(true)
                        .withProperty("mappedFileSizeCommitLog", Integer.toString(FILE_BYTES))
                        .withProperty("cleanResourceInterval", "1000"))
                .start());
    }

    /** What is lost on it, and how. */
    static List<Scenario> losses() {
        return List.of(
                Scenario.loses("retention deletes a commit log before it is read", RocketMqLab::expire)
                        .aloneOnItsBroker(),
                CommonLosses.recreated(),
                CommonLosses.skippedByReset(),
                CommonLosses.acknowledgedTooEarly());
    }

    private static MQClientAPIImpl api(Stage stage) {
        return stage.waybill().unwrap(MQClientAPIImpl.class);
    }

    private static String address(Stage stage) throws Exception {
        BrokerData broker = api(stage)
                .getBrokerClusterInfo(TIMEOUT_MILLIS)
                .getBrokerAddrTable()
                .get(BROKER);
        if (broker == null) {
            throw new IllegalStateException("The name server knows no broker '" + BROKER + "'");
        }
        return broker.selectBrokerAddr();
    }

    /** What the broker then says to be its first message is the first that is not lost. */
    private static void expire(Stage stage) throws Exception {
        Producer producer = CommonLosses.readForAWhile(stage);
        int read = stage.sent();
        String body = "x".repeat(BODY_BYTES);
        for (int bytes = 0; bytes <= FILE_BYTES; bytes += BODY_BYTES) {
            Message small = stage.next();
            Message large = small.toBuilder().text(small.text() + " " + body).build();
            if (stage.sendAnyhow(producer, List.of(large)) > 0) {
                throw new IllegalStateException("A message was not stored");
            }
        }
        String address = address(stage);
        MessageQueue queue = new MessageQueue(stage.topic(), BROKER, 0);
        keepFilesFor(stage, address, "0");
        Patience.until("the broker deletes its first file", () -> {
            boolean unused = api(stage).deleteExpiredCommitLog(address, TIMEOUT_MILLIS);
            return api(stage).getMinOffset(address, queue, TIMEOUT_MILLIS) > read;
        });
        keepFilesFor(stage, address, "72");
        stage.lost(read + 1L, api(stage).getMinOffset(address, queue, TIMEOUT_MILLIS));
        stage.send(producer, stage.some(5, 20));
        CommonLosses.goOn(stage);
    }

    private static void keepFilesFor(Stage stage, String address, String hours) throws Exception {
        configure(stage, address, "fileReservedTime", hours);
    }

    private static void configure(Stage stage, String address, String key, String value) throws Exception {
        Properties properties = new Properties();
        properties.setProperty(key, value);
        api(stage).updateBrokerConfig(address, properties, TIMEOUT_MILLIS);
    }

    /** A broker that may not be written to refuses what is sent to topics that are marked as ordered. */
    @Override
    public AutoCloseable refuse(Stage stage) throws Exception {
        int partitions = stage.waybill()
                .admin()
                .describeTopic(stage.topic())
                .orElseThrow()
                .partitions();
        TopicConfig config =
                new TopicConfig(stage.topic(), partitions, partitions, PermName.PERM_READ | PermName.PERM_WRITE);
        config.setOrder(true);
        String address = address(stage);
        api(stage).createTopic(address, stage.topic(), config, TIMEOUT_MILLIS);
        permit(stage, address, PermName.PERM_READ);
        return () -> permit(stage, address, PermName.PERM_READ | PermName.PERM_WRITE);
    }

    private static void permit(Stage stage, String address, int permission) throws Exception {
        configure(stage, address, "brokerPermission", Integer.toString(permission));
    }
}
