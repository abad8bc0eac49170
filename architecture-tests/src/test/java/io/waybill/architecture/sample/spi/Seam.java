package io.waybill.architecture.sample.spi;

import io.waybill.architecture.sample.engine.Motor;

/** Wrong: the SPI knows the engine. */
final class Seam {
    private Seam() {}

    static Class<?> back() {
        return Motor.class;
    }
}
