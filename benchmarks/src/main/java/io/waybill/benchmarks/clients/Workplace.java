package io.waybill.benchmarks.clients;

import io.waybill.message.Ordering;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Where a client works, and how.
 *
 * @param uri the broker, as Waybill connects to it
 * @param topic a topic of {@link #PARTITIONS} partitions, which exists and is nobody else's
 * @param ordering what a consumer keeps in order
 * @param concurrency how many messages a consumer may handle at once, where its client can be told
 */
public record Workplace(String uri, String topic, Ordering ordering, int concurrency) {
    /** The group of every consumer. */
    public static final String GROUP = "bench";

    /** The partitions of every topic. */
    public static final int PARTITIONS = 4;

    /** How many keys there are. */
    public static final int KEYS = 1_000;

    /** The bytes of the header that stand for Waybill's stamp. */
    public static final int STAMP = 18;

    private static final String[] KEY_TEXTS = new String[KEYS];
    private static final byte[][] KEY_BYTES = new byte[KEYS][];

    static {
        for (int i = 0; i < KEYS; i++) {
            KEY_TEXTS[i] = "key-" + i;
            KEY_BYTES[i] = KEY_TEXTS[i].getBytes(StandardCharsets.UTF_8);
        }
    }

    static byte[] key(int number) {
        return KEY_BYTES[number];
    }

    static String keyText(int number) {
        return KEY_TEXTS[number];
    }

    /** Host and port. */
    String authority() {
        return URI.create(uri).getAuthority();
    }

    String host() {
        return URI.create(uri).getHost();
    }

    int port() {
        return URI.create(uri).getPort();
    }
}
