package io.waybill.architecture.sample.kafka;

/** Wrong: a second public class. */
public final class Second {
    private Second() {}
}
