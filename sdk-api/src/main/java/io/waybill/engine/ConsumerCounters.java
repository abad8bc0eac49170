package io.waybill.engine;

import java.util.concurrent.atomic.LongAdder;

/** What a consumer counts. */
final class ConsumerCounters {
    final LongAdder delivered = new LongAdder();
    final LongAdder handled = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder deadLettered = new LongAdder();
    final LongAdder stale = new LongAdder();
}
