package io.waybill.architecture.sample;

import io.waybill.architecture.sample.engine.Motor;

/** Uses the engine, as it may. */
public final class Face {
    private Face() {}

    static String name() {
        return Motor.NAME;
    }
}
