package io.waybill.testbrokers;

import io.waybill.conformance.BrokerFaults;
import io.waybill.conformance.ConformanceTarget;
import io.waybill.conformance.ProxiedBroker;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A target of the conformance suite: a real broker, started here unless the environment names one that runs. */
abstract class BrokerTarget implements ConformanceTarget {
    private final String name;
    private @Nullable RunningBroker running;

    BrokerTarget(String name) {
        this.name = name;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final void start() {
        running = Brokers.find(name).start(BrokerSettings.defaults().withQuickStart(true));
    }

    /** @throws IllegalStateException before the start */
    final RunningBroker broker() {
        if (running == null) {
            throw new IllegalStateException("The target " + name + " was not started");
        }
        return running;
    }

    @Override
    public final String uri() {
        return broker().uri();
    }

    @Override
    public final String version() {
        return broker().version();
    }

    @Override
    public final Optional<BrokerFaults> faults() {
        RunningBroker broker = broker();
        return broker.canFault()
                ? Optional.of(BrokerFaults.of(broker::kill, broker::start, broker::pause, broker::resume))
                : Optional.empty();
    }

    @Override
    public final Optional<ProxiedBroker> proxied() throws IOException {
        RunningBroker broker = broker();
        int[] more = broker.morePorts().stream().mapToInt(Integer::intValue).toArray();
        return broker.canFault() ? ProxiedBroker.loopback(broker.uri(), more) : Optional.empty();
    }

    @Override
    public final Optional<String> unreachableUri() {
        return Optional.of(name + "://127.0.0.1:" + Ports.free());
    }

    @Override
    public final void stop() {
        if (running != null) {
            running.close();
        }
    }
}
