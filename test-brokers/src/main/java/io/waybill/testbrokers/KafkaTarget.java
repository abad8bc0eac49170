package io.waybill.testbrokers;

/** The conformance suite's target on Kafka. */
public final class KafkaTarget extends BrokerTarget {
    /** For the service loader. */
    public KafkaTarget() {
        super(KafkaBroker.NAME);
    }

    @Override
    public String slowHandlingParameters() {
        return "max.poll.interval=8s&request.timeout=2s"; // 8 s: two drains of 1 s, three requests
    }
}
