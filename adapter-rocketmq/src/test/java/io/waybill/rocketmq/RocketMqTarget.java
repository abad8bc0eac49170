package io.waybill.rocketmq;

import io.waybill.conformance.BrokerFaults;
import io.waybill.conformance.ConformanceTarget;
import io.waybill.conformance.ProxiedBroker;
import io.waybill.spi.ConnectionUri;
import io.waybill.spi.Settings;
import io.waybill.testbrokers.BrokerSettings;
import io.waybill.testbrokers.Brokers;
import io.waybill.testbrokers.Ports;
import io.waybill.testbrokers.RunningBroker;
import java.time.Duration;
import java.util.Optional;

/** The conformance suite's target: a real RocketMQ, started here unless the environment names one that runs. */
public final class RocketMqTarget implements ConformanceTarget {
    private RunningBroker broker;

    /** For the service loader. */
    public RocketMqTarget() {}

    @Override
    public String name() {
        return "rocketmq";
    }

    @Override
    public void start() {
        broker = Brokers.find(name()).start(BrokerSettings.defaults().withQuickStart(true));
    }

    @Override
    public String uri() {
        return broker.uri();
    }

    @Override
    public Optional<BrokerFaults> faults() {
        return broker.canFault()
                ? Optional.of(BrokerFaults.of(broker::kill, broker::start, broker::pause, broker::resume))
                : Optional.empty();
    }

    @Override
    public Optional<ProxiedBroker> proxied() throws Exception {
        if (!broker.canFault()) {
            return Optional.empty();
        }
        try (Remote remote = new Remote(
                new RocketMqSettings(ConnectionUri.parse(broker.uri()), Settings.defaults(RocketMqSettings.ALL)))) {
            int[] ports = new Topology(remote)
                    .brokers().values().stream()
                            .mapToInt(address -> Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)))
                            .toArray();
            return ProxiedBroker.loopback(broker.uri(), ports);
        }
    }

    @Override
    public Optional<String> unreachableUri() {
        return Optional.of("rocketmq://127.0.0.1:" + Ports.free());
    }

    /** The broker's lock on a queue lasts 60 s. */
    @Override
    public Duration takeover() {
        return Duration.ofSeconds(70);
    }

    @Override
    public void stop() {
        broker.close();
    }
}
