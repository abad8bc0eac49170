package io.waybill.conformance;

/** The keys of what the suite tells by JUnit's report entries while it runs, for those who write reports. */
public final class Reported {
    /** The version of the broker; told once, by the first test that ran. */
    public static final String VERSION = "version";

    /** What the adapter says of a capability; its name follows. Told with the version. */
    public static final String CAPABILITY = "capability.";

    /** What the test's random choices come from; told before the first choice. */
    public static final String SEED = "seed";

    /** What was done to the broker or to a consumer. */
    public static final String FAULT = "fault";

    private Reported() {}
}
