package io.waybill.conformance;

import io.waybill.memory.MemoryAdapter;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import java.util.List;
import java.util.UUID;

/** The memory adapter with a defect. */
public final class WrongTarget extends MemoryTarget {
    /** The defect of the targets that this thread makes next. */
    static final ThreadLocal<Defect> NEXT = ThreadLocal.withInitial(() -> Defect.NONE);

    /** For the service loader. */
    public WrongTarget() {
        super("wrong", "wrong:" + NEXT.get() + "." + UUID.randomUUID());
    }

    /** Finds the defect in the URI. */
    public static final class Provider implements AdapterProvider {
        private final MemoryAdapter.Provider memory = new MemoryAdapter.Provider();

        /** For the service loader. */
        public Provider() {}

        @Override
        public String scheme() {
            return "wrong";
        }

        @Override
        public List<Setting<?>> settings() {
            return memory.settings();
        }

        @Override
        public Adapter create(ConnectionUri uri, Settings settings) {
            Defect defect = Defect.valueOf(uri.path().substring(0, uri.path().indexOf('.')));
            return defect.adapter.apply(memory.create(uri, settings));
        }
    }
}
