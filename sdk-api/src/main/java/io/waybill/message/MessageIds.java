package io.waybill.message;

import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes ids in the form of UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits. The per-thread
 * generator is fast but guessable and could repeat in another JVM, so its output is mixed with a secret of this JVM.
 */
final class MessageIds {
    private static final long SALT_HIGH;
    private static final long SALT_LOW;

    static {
        SecureRandom random = new SecureRandom();
        SALT_HIGH = random.nextLong();
        SALT_LOW = random.nextLong();
    }

    private MessageIds() {}

    static long nextHigh() {
        long random = (ThreadLocalRandom.current().nextLong() ^ SALT_HIGH) & 0xfff;
        return System.currentTimeMillis() << 16 | 0x7000 | random;
    }

    static long nextLow() {
        return (ThreadLocalRandom.current().nextLong() ^ SALT_LOW) >>> 2 | 0x8000_0000_0000_0000L;
    }
}
