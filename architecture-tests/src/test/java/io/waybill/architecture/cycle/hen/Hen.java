package io.waybill.architecture.cycle.hen;

import io.waybill.architecture.cycle.egg.Egg;

/** Wrong: one half of a cycle. */
public final class Hen {
    private Hen() {}

    static Class<?> lays() {
        return Egg.class;
    }
}
