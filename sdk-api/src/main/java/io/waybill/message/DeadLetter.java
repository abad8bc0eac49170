package io.waybill.message;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * Why a message is in a dead-letter topic, read from its headers. Key, body, id and the application's own headers are
 * those of the original.
 *
 * @param group the group whose handler failed
 * @param topic where the message was
 * @param partition where the message was
 * @param position where the message was
 * @param attempts how often it was tried
 * @param at when it was given up
 * @param reason the failure's class and text, cut at 1,000 characters
 */
public record DeadLetter(
        String group, String topic, int partition, long position, int attempts, Instant at, String reason) {
    private static final String PREFIX = Limits.RESERVED_PREFIX + "-dead-";
    private static final String GROUP = PREFIX + "group";
    private static final String TOPIC = PREFIX + "topic";
    private static final String PARTITION = PREFIX + "partition";
    private static final String POSITION = PREFIX + "position";
    private static final String ATTEMPTS = PREFIX + "attempts";
    private static final String AT = PREFIX + "at";
    private static final String REASON = PREFIX + "reason";
    private static final String ORIGIN = PREFIX + "origin";
    private static final int REASON_CHARACTERS = 1000;

    /**
     * Reads the headers of a delivery.
     *
     * @param delivery what arrived
     * @return what they say, or empty if it is no dead letter
     */
    public static Optional<DeadLetter> of(Delivery delivery) {
        Headers headers = delivery.message().headers();
        try {
            return headers.text(GROUP)
                    .map(group -> new DeadLetter(
                            group,
                            headers.text(TOPIC).orElseThrow(),
                            Integer.parseInt(headers.text(PARTITION).orElseThrow()),
                            Long.parseLong(headers.text(POSITION).orElseThrow()),
                            Integer.parseInt(headers.text(ATTEMPTS).orElseThrow()),
                            Instant.parse(headers.text(AT).orElseThrow()),
                            headers.text(REASON).orElseThrow()));
        } catch (RuntimeException e) {
            return Optional.empty(); // somebody else's headers of the same names
        }
    }

    /**
     * The headers of a dead letter: for the core.
     *
     * @param delivery the last attempt
     * @param group the group that gives up
     * @param reason why
     * @return the original's headers and those that {@link #of} reads
     */
    public static Headers describe(Delivery delivery, String group, Throwable reason) {
        Headers.Builder headers = new Headers.Builder(delivery.message().headers());
        put(headers, GROUP, group);
        put(headers, TOPIC, delivery.topic());
        put(headers, PARTITION, Integer.toString(delivery.partition()));
        put(headers, POSITION, Long.toString(delivery.position()));
        put(headers, ATTEMPTS, Integer.toString(delivery.attempt()));
        put(headers, AT, Instant.now().toString());
        String text = text(reason);
        put(headers, REASON, text.substring(0, Math.min(REASON_CHARACTERS, text.length())));
        byte[] origin = delivery.waybill();
        if (origin != null) {
            headers.put(ORIGIN, origin);
        }
        return headers.build();
    }

    /** Of an exception of the application's, whose toString may do anything. */
    private static String text(Throwable reason) {
        try {
            String text = reason.toString();
            return text == null ? reason.getClass().getName() : text;
        } catch (RuntimeException e) {
            return reason.getClass().getName();
        }
    }

    private static void put(Headers.Builder headers, String name, String value) {
        headers.put(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
