package io.waybill.architecture.cycle.egg;

import io.waybill.architecture.cycle.hen.Hen;

/** Wrong: the other half. */
public final class Egg {
    private Egg() {}

    static Class<?> hatches() {
        return Hen.class;
    }
}
