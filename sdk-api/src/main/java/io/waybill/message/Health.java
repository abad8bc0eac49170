package io.waybill.message;

import java.util.Map;

/**
 * How a producer or consumer does now, for health checks.
 *
 * @param up true if it works: it is OPEN
 * @param state where in its life it is
 * @param text one sentence for people: what is wrong, since when, or that nothing is
 * @param details numbers behind it, by name
 */
public record Health(boolean up, State state, String text, Map<String, Long> details) {
    /**
     * Copies the map.
     *
     * @param up true if it works: it is OPEN
     * @param state where in its life it is
     * @param text one sentence for people: what is wrong, since when, or that nothing is
     * @param details numbers behind it, by name
     */
    public Health {
        details = Map.copyOf(details);
    }
}
