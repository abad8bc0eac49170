package io.waybill.rocketmq;

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
import io.waybill.testbrokers.RocketMqBroker;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What receipts say where brokers copy and flush, and what a send becomes while they cannot. */
@Timeout(120)
class RocketMqReplicationTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void s1_s2_a_receipt_names_the_copy_of_the_slave_and_without_the_slave_there_is_none() {
        try (RocketMqBroker cluster = RocketMqBroker.builder()
                        .quickStart()
                        .heap("300m")
                        .syncMasterWithSlave()
                        .start();
                Waybill waybill = Waybill.connect(cluster.uri())) {
            waybill.admin().createTopic("copied", 2);
            Set<UUID> handled = ConcurrentHashMap.newKeySet();
            var unused = waybill.consumer("g")
                    .subscribe(
                            "copied", delivery -> handled.add(delivery.message().id()));
            Set<UUID> stored = new HashSet<>();
            BrokerNode slave = cluster.brokers().get(1);
            try (Producer producer = waybill.producer("p").open()) {
                Receipt receipt = producer.send(message("copied"));
                assertReceipt(receipt, 2, false);
                stored.add(receipt.id());

                slave.kill();
                Message doubtful = message("copied");
                assertUnknown(producer, doubtful);
                stored.add(doubtful.id()); // the master has it

                slave.start();
                await("the slave is in step again")
                        .atMost(SOON)
                        .ignoreExceptions()
                        .until(() -> {
                            Message next = message("copied");
                            stored.add(next.id()); // with or without a receipt
                            return producer.send(next).copies() == 2;
                        });
            }
            await("all that the master has is handled").atMost(SOON).until(() -> handled.containsAll(stored));
        }
    }

    @Test
    void s1_s2_a_receipt_says_flushed_where_each_message_is_and_a_flush_that_is_late_is_unknown() {
        try (RocketMqBroker broker =
                        RocketMqBroker.builder().quickStart().syncFlush().start();
                Waybill waybill = Waybill.connect(broker.uri());
                Producer producer = waybill.producer("p").open()) {
            waybill.admin().createTopic("flushed", 1);
            assertReceipt(producer.send(message("flushed")), 1, true);
        }
        try (RocketMqBroker broker = RocketMqBroker.builder()
                        .quickStart()
                        .syncFlush()
                        .property("syncFlushTimeout", "0")
                        .start();
                Waybill waybill = Waybill.connect(broker.uri());
                Producer producer = waybill.producer("p").open()) {
            waybill.admin().createTopic("late", 1);
            assertUnknown(producer, message("late"));
        }
    }

    private static Message message(String topic) {
        return Message.to(topic).key("k").text("m").build();
    }

    private static void assertReceipt(Receipt receipt, int copies, boolean flushed) {
        assertThat(receipt.copies()).as(receipt.toString()).isEqualTo(copies);
        assertThat(receipt.flushed()).as(receipt.toString()).isEqualTo(flushed);
    }

    private static void assertUnknown(Producer producer, Message message) {
        assertThatThrownBy(() -> producer.send(message))
                .isInstanceOfSatisfying(
                        MessagingException.class,
                        e -> assertThat(e.kind()).as(e.getMessage()).isEqualTo(ErrorKind.OUTCOME_UNKNOWN));
    }
}
