package io.waybill.engine;

import java.time.Duration;

/**
 * How a producer works.
 *
 * @param name its name
 * @param sendTimeout bounds every send
 * @param maxBlock bounds the wait for room
 * @param maxInFlightBytes bounds what is in flight
 * @param maxBodyBytes bounds a body
 */
public record ProducerOptions(
        String name, Duration sendTimeout, Duration maxBlock, long maxInFlightBytes, int maxBodyBytes) {}
