package io.waybill.cli;

import io.waybill.Waybill;
import io.waybill.conformance.BrokerFaults;
import io.waybill.conformance.InProcessTarget;
import io.waybill.memory.MemoryAdapter;
import java.util.UUID;

/** The suite's target on memory, in the shape of a log. */
public class MemoryTarget extends InProcessTarget {
    static final String LOG = "memory";
    static final String QUEUE = "memory-queue";

    /** For the service loader. */
    public MemoryTarget() {
        this(LOG, "memory:" + UUID.randomUUID());
    }

    private MemoryTarget(String name, String uri) {
        super(name, uri);
    }

    /** The same in the shape of a queue. */
    public static final class AsQueue extends MemoryTarget {
        /** For the service loader. */
        public AsQueue() {
            super(QUEUE, "memory:" + UUID.randomUUID() + "?shape=queue");
        }
    }

    @Override
    protected final BrokerFaults faults(Waybill keeper) {
        MemoryAdapter.Faults faults = keeper.unwrap(MemoryAdapter.Faults.class);
        return BrokerFaults.of(
                faults::kill, faults::up, () -> faults.swallowConfirms(true), () -> faults.swallowConfirms(false));
    }

    @Override
    protected final void crash(Waybill instance) {
        instance.unwrap(MemoryAdapter.Faults.class).crash();
    }

    @Override
    protected final void freeze(Waybill instance) {
        instance.unwrap(MemoryAdapter.Faults.class).freeze();
    }

    @Override
    protected final void thaw(Waybill instance) {
        instance.unwrap(MemoryAdapter.Faults.class).thaw();
    }
}
