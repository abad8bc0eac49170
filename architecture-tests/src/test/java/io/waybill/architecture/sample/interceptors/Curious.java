package io.waybill.architecture.sample.interceptors;

import io.waybill.architecture.sample.kafka.SampleAdapter;

/** Wrong: an interceptor knows an adapter. */
final class Curious {
    private Curious() {}

    static Class<?> adapter() {
        return SampleAdapter.class;
    }
}
