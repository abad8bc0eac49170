package io.waybill.testbrokers;

/**
 * Whether a broker can be had on this machine, and if not, why and what would mend it.
 *
 * @param available whether {@link BrokerSource#start} can be expected to work
 * @param reason where the broker comes from, or why there is none
 * @param remedy what would make it available, one command if possible; empty if it is
 */
public record Availability(boolean available, String reason, String remedy) {
    static Availability yes(String origin) {
        return new Availability(true, origin, "");
    }

    static Availability no(String reason, String remedy) {
        return new Availability(false, reason, remedy);
    }

    /** One line for people. */
    @Override
    public String toString() {
        return available ? "available: " + reason : "NOT AVAILABLE: " + reason + "; to mend it: " + remedy;
    }
}
