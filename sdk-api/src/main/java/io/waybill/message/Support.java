package io.waybill.message;

/** How a broker comes by a capability. */
public enum Support {
    /** The broker does it itself. */
    NATIVE,
    /** Waybill does it, with the same promise. */
    EMULATED,
    /** It cannot be had; asking for it is refused when a producer or consumer is opened. */
    UNSUPPORTED
}
