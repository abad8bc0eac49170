package io.waybill.testbrokers;

/** The conformance suite's target on RocketMQ. */
public final class RocketMqTarget extends BrokerTarget {
    /** For the service loader. */
    public RocketMqTarget() {
        super(RocketMqBroker.NAME);
    }
}
