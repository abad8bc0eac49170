package io.waybill.architecture.sample.engine;

import io.waybill.architecture.sample.Face;

/** Wrong: the engine knows the API. */
public final class Motor {
    public static final String NAME = Motor.class.getName();

    private Motor() {}

    static Class<?> back() {
        return Face.class;
    }
}
