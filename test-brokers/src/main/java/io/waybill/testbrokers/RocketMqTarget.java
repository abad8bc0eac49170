package io.waybill.testbrokers;

import java.time.Duration;

/** The conformance suite's target on RocketMQ. */
public final class RocketMqTarget extends BrokerTarget {
    /** For the service loader. */
    public RocketMqTarget() {
        super(RocketMqBroker.NAME);
    }

    @Override
    int[] morePorts(RunningBroker broker) {
        return ((RocketMqBroker) broker).brokerPorts();
    }

    /** The broker's lock on a queue lasts 60 s. */
    @Override
    public Duration takeover() {
        return Duration.ofSeconds(70);
    }
}
