package io.waybill.kafka;

import io.waybill.message.Durability;

/** What the broker's settings make true of a topic; read again now and then, beside the sending. */
final class KafkaTopic {
    private static final long REFRESH_NANOS = 60_000_000_000L;

    private final String name;
    private final KafkaAdminOperations admin;
    private volatile KafkaAdminOperations.Topic known;
    private volatile long readAt;

    KafkaTopic(String name, KafkaAdminOperations admin, KafkaAdminOperations.Topic known) {
        this.name = name;
        this.admin = admin;
        this.known = known;
    }

    void update(KafkaAdminOperations.Topic found) {
        known = found;
        readAt = System.nanoTime();
    }

    void refreshIfOld() {
        long now = System.nanoTime();
        if (now - readAt > REFRESH_NANOS) {
            readAt = now;
            admin.describe(name).thenAccept(this::update);
        }
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
