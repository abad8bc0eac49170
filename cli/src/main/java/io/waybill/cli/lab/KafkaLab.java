package io.waybill.cli.lab;

import io.waybill.testbrokers.BrokerSettings;
import io.waybill.testbrokers.KafkaBroker;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** Apache Kafka. */
final class KafkaLab extends RealBroker {
    KafkaLab() {
        super(KafkaBroker.builder()
                .settings(BrokerSettings.defaults().withQuickStart(true))
                .start());
    }

    /** What is lost on it, and how. */
    static List<Scenario> losses() {
        return List.of(
                CommonLosses.gone("records are deleted before they are read", KafkaLab::deleteRecords),
                CommonLosses.goneAtTheEnd("the last records are deleted", KafkaLab::deleteRecords),
                CommonLosses.recreated(),
                CommonLosses.skippedByReset(),
                CommonLosses.acknowledgedTooEarly(),
                LossyBridge.scenario("a bridge with acks=0 and a bad network", LossyBridge::kafka));
    }

    private static void deleteRecords(Stage stage) throws Exception {
        Admin admin = stage.waybill().unwrap(Admin.class);
        TopicPartition partition = new TopicPartition(stage.topic(), 0);
        long end = admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
        var unused = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(end)))
                .all()
                .get();
    }

    @Override
    public AutoCloseable refuse(Stage stage) throws Exception {
        Admin admin = stage.waybill().unwrap(Admin.class);
        AlterConfigOp smaller = new AlterConfigOp(
                new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(LARGE / 2)),
                AlterConfigOp.OpType.SET);
        var unused = admin.incrementalAlterConfigs(
                        Map.of(new ConfigResource(ConfigResource.Type.TOPIC, stage.topic()), List.of(smaller)))
                .all()
                .get();
        return () -> {}; // small ones are taken all the time
    }
}
