package io.waybill.message;

/** Which deliveries wait for each other (rule C2). */
public enum Ordering {
    /** All of a partition: one at a time, in order. */
    PARTITION,
    /** Those of one key: in order, keys beside each other. Messages without a key wait for nobody. The default. */
    KEY,
    /** None. */
    NONE
}
