package io.waybill.engine;

import java.util.concurrent.atomic.AtomicLong;

/** A counter that shares its cache line with no other counter of this kind. */
@SuppressWarnings("UnusedVariable") // the padding
final class PaddedCounter extends AtomicLong {
    private static final long serialVersionUID = 1L;

    private long p1, p2, p3, p4, p5, p6, p7, p8;
}
