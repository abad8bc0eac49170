package io.waybill.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.Producer;
import io.waybill.Waybill;
import io.waybill.message.Message;
import io.waybill.testbrokers.KafkaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A topic that was just made is known to every node and takes everything, at once, when {@code createTopic} returns. */
@Timeout(120)
class KafkaNewTopicTest {
    private static final int TOPICS = 40;
    private static final int MESSAGES = 20_000;
    /** Without asking again, one in a hundred creations or so met a node that had not heard of the topic. */
    private static final int MANY_TOPICS = 100;

    private static final int LOOKS = 3;
    /** Less than what Kafka waits for a batch that is out of sequence. */
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

    private static KafkaBroker cluster;

    @BeforeAll
    static void start() {
        cluster = KafkaBroker.builder().quickStart().heap("512m").secondBroker().start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void s1WhatIsSentRightBehindTheCreationIsStored() {
        try (Waybill waybill = Waybill.connect(cluster.uri());
                Producer producer =
                        waybill.producer("p").sendTimeout(SEND_TIMEOUT).open()) {
            for (int i = 0; i < TOPICS; i++) {
                String topic = "new-" + i;
                waybill.admin().createTopic(topic, 4);
                List<CompletableFuture<?>> sends = new ArrayList<>();
                for (int key = 0; key < MESSAGES; key++) {
                    sends.add(producer.sendAsync(Message.to(topic)
                            .key("key-" + key)
                            .body(new byte[100])
                            .build()));
                }
                CompletableFuture<Void> all = CompletableFuture.allOf(sends.toArray(new CompletableFuture<?>[0]));
                assertThat(all).as("all sends to %s", topic).succeedsWithin(60, TimeUnit.SECONDS);
            }
            assertThat(producer.health().details()).containsEntry("unknown", 0L);
        }
    }

    @Test
    void whicheverNodeIsAskedTheTopicIsThere() {
        try (Waybill waybill = Waybill.connect(cluster.uri())) {
            for (int i = 0; i < MANY_TOPICS; i++) {
                String topic = "known-" + i;
                waybill.admin().createTopic(topic, 4);
                for (int look = 0; look < LOOKS; look++) {
                    assertThat(waybill.admin().describeTopic(topic)).as(topic).isPresent();
                }
            }
        }
    }
}
