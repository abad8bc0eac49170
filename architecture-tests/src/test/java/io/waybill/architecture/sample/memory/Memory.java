package io.waybill.architecture.sample.memory;

import io.waybill.architecture.sample.engine.Motor;
import io.waybill.architecture.sample.kafka.SampleAdapter;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Wrong: an adapter's only public class has another name, and knows the engine, another adapter and its client. */
public final class Memory {
    private Memory() {}

    static Class<?> engine() {
        return Motor.class;
    }

    static Class<?> other() {
        return SampleAdapter.class;
    }

    static Class<?> client() {
        return ProducerRecord.class;
    }
}
