package io.waybill.architecture.sample.message;

import org.apache.kafka.clients.producer.ProducerRecord;

/** Wrong: the core knows a broker's client. */
final class Value {
    private Value() {}

    static Class<?> foreign() {
        return ProducerRecord.class;
    }
}
