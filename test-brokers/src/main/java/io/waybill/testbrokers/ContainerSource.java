package io.waybill.testbrokers;

/** A broker in a container that this JVM starts; free of Testcontainers, which may be missing. */
record ContainerSource(String name) implements BrokerSource {
    @Override
    public Availability availability() {
        Availability engine = ContainerEngine.availability();
        return engine.available()
                ? Availability.yes("container of " + ContainerImage.of(name).chosen() + ", " + engine.reason())
                : engine;
    }

    @Override
    public RunningBroker start(BrokerSettings settings) {
        Availability availability = availability();
        if (!availability.available()) {
            throw new IllegalStateException(name + " is " + availability);
        }
        if (!settings.security().equals(Security.plaintext())) {
            throw new IllegalArgumentException("A broker in a container speaks plaintext and takes no login of one's"
                    + " choice, but " + settings.security() + " was asked for; use " + Brokers.WITH + "=process");
        }
        return ContainerBroker.start(ContainerImage.of(name), settings);
    }
}
