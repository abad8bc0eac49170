package io.waybill.architecture.sample.kafka;

/** As it should be, but for its neighbour. */
public final class SampleAdapter {
    private SampleAdapter() {}
}
