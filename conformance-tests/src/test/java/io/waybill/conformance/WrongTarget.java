package io.waybill.conformance;

import io.waybill.memory.MemoryAdapter;
import io.waybill.message.Capability;
import io.waybill.spi.Adapter;
import io.waybill.spi.AdapterProvider;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.Setting;
import io.waybill.spi.Settings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The memory adapter with a defect. */
public final class WrongTarget extends MemoryTarget {
    /** The defect of the targets that this thread makes next. */
    static final ThreadLocal<Defect> NEXT = ThreadLocal.withInitial(() -> Defect.NONE);

    /** What the targets that this thread makes next say they cannot do. */
    static final ThreadLocal<Set<Capability>> MISSING = ThreadLocal.withInitial(Set::of);

    /** The port of the way through the proxy; 0 is none. */
    private static final Setting<Long> WIRE = Setting.number("wire", 0L, 0, 65_535);

    /** For the service loader. */
    public WrongTarget() {
        super(
                "wrong",
                "wrong:" + NEXT.get() + "."
                        + MISSING.get().stream().map(Capability::name).collect(Collectors.joining("+")) + "."
                        + UUID.randomUUID());
    }

    /** What adapters of the way through the proxy send waits for a connection; messages arrive without one. */
    @Override
    public Optional<ProxiedBroker> proxied() throws IOException {
        TcpProxy proxy = new TcpProxy();
        int port = proxy.forward(Wire.echo()).getPort();
        return Optional.of(new ProxiedBroker(Scene.with(uri(), WIRE.name() + "=" + port), proxy));
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
            return Stream.concat(memory.settings().stream(), Stream.of(WIRE)).toList();
        }

        @Override
        public Adapter create(ConnectionUri uri, Settings settings) {
            String[] parts = uri.path().split("\\.", -1);
            int port = Math.toIntExact(settings.get(WIRE));
            Adapter right = memory.create(uri, settings);
            Adapter adapter = Defect.valueOf(parts[0]).adapter.apply(port == 0 ? right : Wire.to(port, right));
            List<String> lacking = List.of(parts[1].split("\\+", -1));
            for (Capability capability : Capability.values()) {
                if (lacking.contains(capability.name())) {
                    adapter = WrongAdapter.without(capability).apply(adapter);
                }
            }
            return adapter;
        }
    }
}
