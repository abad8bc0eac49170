package io.waybill.testbrokers;

import java.time.Duration;

/** The conformance suite's target on RocketMQ. */
public final class RocketMqTarget extends BrokerTarget {
    /** For the service loader. */
    public RocketMqTarget() {
        super(RocketMqBroker.NAME);
    }

    /** The broker's lock on a queue lasts 60 s. */
    @Override
    public Duration takeover() {
        return Duration.ofSeconds(70);
    }
}
