package io.waybill.testbrokers;

/** The conformance suite's target on RabbitMQ. */
public final class RabbitMqTarget extends BrokerTarget {
    /** For the service loader. */
    public RabbitMqTarget() {
        super(RabbitMqBroker.NAME);
    }
}
