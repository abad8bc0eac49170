package io.waybill.message;

import java.util.EnumMap;
import java.util.Map;

/**
 * What an adapter can do with its broker.
 *
 * <p>Created by adapters; immutable.
 */
public final class Capabilities {
    private final Map<Capability, Support> support;

    private Capabilities(Map<Capability, Support> support) {
        this.support = support;
    }

    /**
     * Everything UNSUPPORTED, to start from.
     *
     * @return the capabilities of a broker that has none
     */
    public static Capabilities none() {
        return new Capabilities(new EnumMap<>(Capability.class));
    }

    /**
     * A copy with one entry changed.
     *
     * @param capability what
     * @param how how the broker comes by it
     * @return the copy
     */
    public Capabilities with(Capability capability, Support how) {
        Map<Capability, Support> copy = new EnumMap<>(Capability.class);
        copy.putAll(support);
        copy.put(capability, how);
        return new Capabilities(copy);
    }

    /**
     * How the broker comes by a capability.
     *
     * @param capability what
     * @return how; UNSUPPORTED if nothing was declared
     */
    public Support of(Capability capability) {
        return support.getOrDefault(capability, Support.UNSUPPORTED);
    }

    /**
     * Refuses what the broker cannot do.
     *
     * @param capability what is needed
     * @param broker the broker's name, for the text
     * @param what what asked for it, for the text
     * @throws MessagingException UNSUPPORTED if it cannot be had
     */
    public void require(Capability capability, String broker, String what) {
        if (of(capability) == Support.UNSUPPORTED) {
            throw new MessagingException(
                    ErrorKind.UNSUPPORTED,
                    what + " needs " + capability + ", which " + broker + " does not have. Ask waybill.capabilities()"
                            + " for what it has: " + this + ".");
        }
    }

    @Override
    public String toString() {
        Map<Capability, Support> all = new EnumMap<>(Capability.class);
        for (Capability capability : Capability.values()) {
            all.put(capability, of(capability));
        }
        return all.toString();
    }
}
