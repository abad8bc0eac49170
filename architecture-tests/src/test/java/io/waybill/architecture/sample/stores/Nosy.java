package io.waybill.architecture.sample.stores;

import io.waybill.architecture.sample.engine.Motor;

/** Wrong: a store knows more than the API and the ledger. */
final class Nosy {
    private Nosy() {}

    static Class<?> engine() {
        return Motor.class;
    }
}
