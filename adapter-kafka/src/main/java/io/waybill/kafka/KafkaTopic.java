package io.waybill.kafka;

import io.waybill.message.Durability;

/** What the broker's settings make true of a topic, as they were read last; the core has them read each minute. */
final class KafkaTopic {
    private final String name;
    private volatile KafkaAdminOperations.Topic known;

    KafkaTopic(String name, KafkaAdminOperations.Topic known) {
        this.name = name;
        this.known = known;
    }

    void update(KafkaAdminOperations.Topic found) {
        known = found;
    }

    String name() {
        return name;
    }

    Durability durability() {
        return known.durability();
    }

    int maxMessageBytes() {
        return known.maxMessageBytes();
    }
}
