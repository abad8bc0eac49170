package io.waybill.conformance;

import io.waybill.Waybill;
import io.waybill.memory.MemoryAdapter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** The memory adapter, in one of its two shapes. */
public class MemoryTarget implements ConformanceTarget {
    private final String name;
    private final String uri;
    private Waybill keeper;

    /** In the shape of a log. */
    public MemoryTarget() {
        this("memory", "memory:" + UUID.randomUUID());
    }

    MemoryTarget(String name, String uri) {
        this.name = name;
        this.uri = uri;
    }

    /** In the shape of a queue. */
    public static final class AsQueue extends MemoryTarget {
        /** For the service loader. */
        public AsQueue() {
            super("memory-queue", "memory:" + UUID.randomUUID() + "?shape=queue");
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        keeper = Waybill.connect(uri); // a broker lives as long as one of its connections
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public Optional<BrokerFaults> faults() {
        MemoryAdapter.Faults faults = keeper.unwrap(MemoryAdapter.Faults.class);
        return Optional.of(new BrokerFaults() {
            @Override
            public void kill() {
                faults.loseConfirms(true); // of what is stored in the last moments
                LockSupport.parkNanos(5_000_000);
                faults.down();
                faults.loseConfirms(false);
            }

            @Override
            public void start() {
                faults.up();
            }

            @Override
            public void pause() {
                faults.swallowConfirms(true);
            }

            @Override
            public void resume() {
                faults.swallowConfirms(false);
            }
        });
    }

    @Override
    public Duration session() {
        return Duration.ofSeconds(1);
    }

    @Override
    public Duration slowHandling() {
        return session().multipliedBy(3);
    }

    @Override
    public KillableConsumer startConsumer(String group, String topic) {
        List<String> begun = new CopyOnWriteArrayList<>();
        Waybill instance = Waybill.connect(uri);
        var unused = instance.consumer(group).session(session()).subscribe(topic, KillableConsumer.handler(begun::add));
        return new KillableConsumer() {
            @Override
            public List<String> begun() {
                return List.copyOf(begun);
            }

            @Override
            public void kill() {
                instance.unwrap(MemoryAdapter.Faults.class).crash();
            }
        };
    }

    @Override
    public void stop() {
        if (keeper != null) {
            keeper.close();
        }
    }
}
