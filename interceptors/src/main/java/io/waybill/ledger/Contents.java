package io.waybill.ledger;

import io.waybill.message.Message;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32C;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What a stamp vouches for in one partition: topic, partition, key and body, each behind its length, so that no two
 * messages give the same bytes. Headers are not part of it: interceptors, bridges and dead letters add some.
 *
 * <p>Used by one thread at a time; keeps what it computes with, so that a message costs no garbage.
 */
final class Contents {
    private static final String HMAC = "HmacSHA256";
    private static final int NO_KEY = -1;

    private final CRC32C crc = new CRC32C();
    private final @Nullable Mac mac;
    /** Topic and partition, and at its end the length of the key, written anew for each message. */
    private final byte[] prefix;

    private final short route;

    /** @param secret what seals are made with, or null for none */
    Contents(String topic, int partition, byte @Nullable [] secret) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        prefix = Arrays.copyOf(lengthOf(name.length), name.length + 12);
        System.arraycopy(name, 0, prefix, 4, name.length);
        write(prefix, name.length + 4, partition);
        mac = secret == null ? null : mac(secret);
        crc.update(prefix, 0, prefix.length - 4);
        route = (short) crc.getValue();
    }

    private static Mac mac(byte[] secret) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JVM has " + HMAC, e);
        }
    }

    private static byte[] lengthOf(int length) {
        byte[] bytes = new byte[4];
        write(bytes, 0, length);
        return bytes;
    }

    private static void write(byte[] bytes, int at, int number) {
        bytes[at] = (byte) (number >>> 24);
        bytes[at + 1] = (byte) (number >>> 16);
        bytes[at + 2] = (byte) (number >>> 8);
        bytes[at + 3] = (byte) number;
    }

    private byte[] prefix(byte @Nullable [] key) {
        write(prefix, prefix.length - 4, key == null ? NO_KEY : key.length);
        return prefix;
    }

    private int checksum(Message message) {
        byte[] key = message.key();
        crc.reset();
        crc.update(prefix(key));
        if (key != null) {
            crc.update(key);
        }
        crc.update(message.body());
        return (int) crc.getValue();
    }

    /** Puts route, checksum and seal into a stamp. */
    void vouch(byte[] header, Message message) {
        Stamp.vouch(header, route, checksum(message));
        if (mac != null) {
            System.arraycopy(seal(mac, header, message), 0, header, Stamp.LENGTH, Stamp.SEAL);
        }
    }

    /** Whether a stamp was made for this topic and partition. */
    boolean isForHere(byte[] header) {
        return Stamp.route(header) == route;
    }

    /** Whether a message is what its stamp says. */
    boolean isUnchanged(byte[] header, Message message) {
        return Stamp.checksum(header) == checksum(message);
    }

    /** Whether a stamp has the seal that it must have; a stamp without one has it if no secret is given. */
    boolean isGenuine(byte[] header, Message message) {
        if (mac == null) {
            return true;
        }
        return Stamp.isSealed(header)
                && MessageDigest.isEqual(
                        Arrays.copyOf(seal(mac, header, message), Stamp.SEAL),
                        Arrays.copyOfRange(header, Stamp.LENGTH, Stamp.LENGTH + Stamp.SEAL));
    }

    private byte[] seal(Mac by, byte[] header, Message message) {
        byte[] key = message.key();
        by.update(header, 0, Stamp.LENGTH);
        by.update(prefix(key));
        if (key != null) {
            by.update(key);
        }
        return by.doFinal(message.body());
    }

    /** The eight bytes that stand for a producer's name. */
    static long hash(String producer) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(producer.getBytes(StandardCharsets.UTF_8));
            long hash = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                hash = (hash << 8) | (digest[i] & 0xff);
            }
            return hash;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JVM has SHA-256", e);
        }
    }
}
