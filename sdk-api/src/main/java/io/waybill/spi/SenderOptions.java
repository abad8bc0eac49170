package io.waybill.spi;

import java.time.Duration;

/**
 * What the core asks of a {@link Sender}.
 *
 * @param producer the producer's name, for client ids and logs
 * @param sendTimeout after this every message handed over must be completed; also the longest that
 *     {@link Sender#describe} and {@link Sender#openLane} may block
 * @param maxBlock the longest that {@link Sender.Lane#send} may block
 * @param maxInFlightBytes how many bytes the core hands over at most without a completion
 * @param maxBodyBytes the largest body that will come
 */
public record SenderOptions(
        String producer, Duration sendTimeout, Duration maxBlock, long maxInFlightBytes, int maxBodyBytes) {}
