package io.waybill.conformance;

import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import java.util.UUID;

/** The memory adapter, in one of its two shapes. */
public class MemoryTarget extends InProcessTarget {
    /** In the shape of a log. */
    public MemoryTarget() {
        this("memory", "memory:" + UUID.randomUUID());
    }

    MemoryTarget(String name, String uri) {
        super(name, uri);
    }

    /** In the shape of a queue. */
    public static final class AsQueue extends MemoryTarget {
        /** For the service loader. */
        public AsQueue() {
            super("memory-queue", "memory:" + UUID.randomUUID() + "?shape=queue");
        }
    }

    @Override
    protected BrokerFaults faults(Waybill keeper) {
        MemoryAdapter.Faults faults = keeper.unwrap(MemoryAdapter.Faults.class);
        return BrokerFaults.of(
                faults::kill, faults::up, () -> faults.swallowConfirms(true), () -> faults.swallowConfirms(false));
    }

    @Override
    protected void crash(Waybill instance) {
        instance.unwrap(MemoryAdapter.Faults.class).crash();
    }

    @Override
    protected void freeze(Waybill instance) {
        instance.unwrap(MemoryAdapter.Faults.class).freeze();
    }

    @Override
    protected void thaw(Waybill instance) {
        instance.unwrap(MemoryAdapter.Faults.class).thaw();
    }
}
