package io.waybill.testbrokers;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What may be chosen about a broker that is to be started. Immutable: start from {@link #defaults()}.
 *
 * @param heap the most that a broker on a JVM may use for its heap, as the JVM writes it ({@code 512m})
 * @param quickStart whether a broker on a JVM is compiled by the fast compiler only: ready a quarter sooner for half the work,
 *     but slower under load; right for tests, wrong for measurements
 * @param properties settings of the broker in its own words; they win over what this module sets
 * @param security how the client port is protected
 */
public record BrokerSettings(String heap, boolean quickStart, Map<String, String> properties, Security security) {
    /** @throws IllegalArgumentException if the heap is not a number followed by k, m or g */
    public BrokerSettings {
        ChildProcess.requireHeap(heap);
        properties = Map.copyOf(properties);
    }

    /** 512 MiB of heap, full speed, no further properties, plaintext. */
    public static BrokerSettings defaults() {
        return new BrokerSettings("512m", false, Map.of(), Security.plaintext());
    }

    /** The same with another bound of the heap. */
    public BrokerSettings withHeap(String heap) {
        return new BrokerSettings(heap, quickStart, properties, security);
    }

    /** The same with a broker that starts quickly, or with one that runs fast. */
    public BrokerSettings withQuickStart(boolean quickStart) {
        return new BrokerSettings(heap, quickStart, properties, security);
    }

    /** The same with one property of the broker set. */
    public BrokerSettings withProperty(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(properties);
        more.put(key, value);
        return new BrokerSettings(heap, quickStart, more, security);
    }

    /** The same with another protection of the client port. */
    public BrokerSettings withSecurity(Security security) {
        return new BrokerSettings(heap, quickStart, properties, security);
    }
}
