package io.waybill.kafka;

import io.waybill.conformance.BrokerFaults;
import io.waybill.conformance.ConformanceTarget;
import io.waybill.conformance.ProxiedBroker;
import io.waybill.testbrokers.BrokerSettings;
import io.waybill.testbrokers.Brokers;
import io.waybill.testbrokers.Ports;
import io.waybill.testbrokers.RunningBroker;
import java.io.IOException;
import java.util.Optional;

/** The conformance suite's target: a real Kafka, started here unless the environment names one that runs. */
public final class KafkaTarget implements ConformanceTarget {
    private RunningBroker broker;

    /** For the service loader. */
    public KafkaTarget() {}

    @Override
    public String name() {
        return "kafka";
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
    public Optional<ProxiedBroker> proxied() throws IOException {
        return broker.canFault() ? ProxiedBroker.loopback(broker.uri()) : Optional.empty();
    }

    @Override
    public Optional<String> unreachableUri() {
        return Optional.of("kafka://127.0.0.1:" + Ports.free());
    }

    @Override
    public String slowHandlingParameters() {
        return "max.poll.interval=8s&request.timeout=2s"; // 8 s: two drains of 1 s, three requests
    }

    @Override
    public void stop() {
        broker.close();
    }
}
