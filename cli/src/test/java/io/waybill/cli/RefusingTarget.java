package io.waybill.cli;

import io.waybill.Waybill;
import io.waybill.conformance.ConformanceTarget;
import io.waybill.memory.MemoryAdapter;
import java.util.UUID;

/** A broker that is wrong on purpose: it refuses every message. */
public class RefusingTarget implements ConformanceTarget {
    static final String NAME = "refusing";

    private final String uri = "memory:" + UUID.randomUUID();
    private Waybill keeper;

    /** For the service loader. */
    public RefusingTarget() {}

    /** One that does not even start. */
    public static final class Broken extends RefusingTarget {
        static final String NAME = "broken";

        /** For the service loader. */
        public Broken() {}

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public void start() {
            throw new IllegalStateException("the disk is full");
        }

        @Override
        public void stop() {}
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void start() {
        keeper = Waybill.connect(uri);
        keeper.unwrap(MemoryAdapter.Faults.class).refuse(Integer.MAX_VALUE);
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public void stop() {
        keeper.close();
    }
}
