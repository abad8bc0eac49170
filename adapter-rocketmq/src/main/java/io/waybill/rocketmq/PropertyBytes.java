package io.waybill.rocketmq;

import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.apache.rocketmq.common.message.MessageConst;

/**
 * How keys and headers stand in RocketMQ's properties, one text of names and values between U+0001 and U+0002.
 *
 * <p>A value that is plain text (UTF-8, no control characters, not empty) stands as it is; any other as {@code ~} and its
 * base64. A header whose name RocketMQ uses itself stands under {@code ~} and its name. So no header can forge a
 * property, and native tools can read what can be read.
 */
final class PropertyBytes {
    static final byte NAME_END = 1;
    static final byte VALUE_END = 2;
    static final byte ENCODED = '~';
    /** What the broker takes is 32,767 bytes, and it adds some of its own. */
    static final int MOST = 32_000;

    private static final Set<String> RESERVED = reserved();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private PropertyBytes() {}

    private static Set<String> reserved() {
        Set<String> names = new HashSet<>(MessageConst.STRING_HASH_SET);
        names.addAll(Set.of(
                MessageConst.PROPERTY_TRANS_OFFSET,
                MessageConst.PROPERTY_INNER_NUM,
                MessageConst.PROPERTY_INNER_BASE,
                MessageConst.PROPERTY_CHECK_IMMUNITY_TIME_IN_SECONDS,
                MessageConst.PROPERTY_TRANSACTION_ID,
                MessageConst.PROPERTY_TRANSACTION_CHECK_TIMES,
                MessageConst.PROPERTY_SHARDING_KEY,
                MessageConst.PROPERTY_FORWARD_QUEUE_ID,
                MessageConst.PROPERTY_REDIRECT,
                MessageConst.PROPERTY_INNER_MULTI_DISPATCH,
                MessageConst.PROPERTY_TRACE_CONTEXT,
                MessageConst.PROPERTY_TIMER_ROLL_LABEL,
                MessageConst.TIMER_ENGINE_TYPE));
        return Set.copyOf(names);
    }

    /** Whether RocketMQ gives a meaning to a property of this name. */
    static boolean isRocketMqs(String name) {
        return RESERVED.contains(name) || name.startsWith(MessageConst.PROPERTY_TRANSIENT_PREFIX);
    }

    /** Whether it does, or may in another version. */
    static boolean isReserved(String name) {
        return RESERVED.contains(name)
                || name.startsWith("__")
                || name.startsWith("_SYS_")
                || name.startsWith("TIMER_")
                || name.startsWith("TRAN");
    }

    static void writeKey(byte[] key, ByteSink out) {
        out.ascii(MessageConst.PROPERTY_KEYS);
        out.one(NAME_END);
        writeValue(key, true, out);
        out.one(VALUE_END);
    }

    static void writeHeader(String name, byte[] value, ByteSink out) {
        if (isReserved(name)) {
            out.one(ENCODED);
        }
        out.ascii(name);
        out.one(NAME_END);
        writeValue(value, false, out);
        out.one(VALUE_END);
    }

    static void writeBase64(String name, byte[] value, ByteSink out) {
        out.ascii(name);
        out.one(NAME_END);
        out.all(BASE64.encode(value));
        out.one(VALUE_END);
    }

    private static void writeValue(byte[] value, boolean noSpaces, ByteSink out) {
        if (isPlain(value, noSpaces)) {
            out.all(value);
        } else {
            out.one(ENCODED);
            out.all(BASE64.encode(value));
        }
    }

    /** The bytes that a value of Waybill's stands for. */
    static byte[] decode(byte[] source, int from, int to) {
        if (from < to && source[from] == ENCODED) {
            try {
                return base64(source, from + 1, to);
            } catch (IllegalArgumentException e) {
                return Arrays.copyOfRange(source, from, to); // somebody changed it
            }
        }
        return Arrays.copyOfRange(source, from, to);
    }

    static byte[] base64(byte[] source, int from, int to) {
        return Base64.getUrlDecoder().decode(Arrays.copyOfRange(source, from, to));
    }

    /** Strict UTF-8 without control characters; RocketMQ takes a space in KEYS for a new key. */
    static boolean isPlain(byte[] value, boolean noSpaces) {
        if (value.length == 0 || value[0] == ENCODED) {
            return false;
        }
        int least = noSpaces ? ' ' + 1 : ' ';
        for (int i = 0; i < value.length; i++) {
            byte b = value[i];
            if (b < 0) {
                return Utf8.isValid(value, i, least);
            }
            if (b < least || b == 127) {
                return false;
            }
        }
        return true;
    }
}
