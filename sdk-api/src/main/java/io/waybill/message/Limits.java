package io.waybill.message;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What names and sizes Waybill takes, the same on every broker, so that a message that is accepted on one is accepted
 * on all (rule S9). Every check throws {@link MessagingException} of kind {@link ErrorKind#INVALID}.
 *
 * <p>The bounds are the smallest of the three brokers, less the room that Waybill's own suffixes and headers need:
 * RocketMQ ends topic names at 127 characters and all properties of a message at 32,767 bytes, Kafka's default for a
 * record batch is 1,048,588 bytes.
 */
public final class Limits {
    /** Longest name of a topic or group, in characters. */
    public static final int NAME_CHARACTERS = 100;
    /** Longest name of a header, in characters. */
    public static final int HEADER_NAME_CHARACTERS = 100;
    /** Longest key, in bytes. */
    public static final int KEY_BYTES = 1024;
    /** All headers of a message together, names and values, in bytes. */
    public static final int HEADERS_BYTES = 16 * 1024;
    /** Largest body by default, in bytes; a producer can be given another bound. */
    public static final int BODY_BYTES = 1_000_000;
    /** Most partitions of a topic. */
    public static final int PARTITIONS = 10_000;
    /** Names of headers and topics that start so belong to Waybill. */
    public static final String RESERVED_PREFIX = "waybill";

    /**
     * Names of topics that were found legal, each where its hash leads: programs send to the same few strings again and again.
     * Threads may overwrite each other's; that costs a check, no more.
     */
    private static final @Nullable String[] LEGAL_TOPICS = new String[64];

    private Limits() {}

    /**
     * Checks the name of a topic: 1 to 100 of {@code A-Z a-z 0-9 . _ -}, not {@code .} or {@code ..}.
     *
     * @param name the name
     * @return the name
     */
    public static String topic(String name) {
        int place = name.hashCode() & LEGAL_TOPICS.length - 1;
        if (!name.equals(LEGAL_TOPICS[place])) {
            LEGAL_TOPICS[place] = name("topic", name);
        }
        return name;
    }

    /**
     * Checks the name of a consumer group; the rule is that of topics.
     *
     * @param name the name
     * @return the name
     */
    public static String group(String name) {
        return name("group", name);
    }

    /**
     * Checks the name of a producer; the rule is that of topics.
     *
     * @param name the name
     * @return the name
     */
    public static String producer(String name) {
        return name("producer", name);
    }

    /**
     * Checks the name of a header that an application sets: 1 to 100 of {@code A-Z a-z 0-9 . _ -}, not starting with
     * {@code waybill}.
     *
     * @param name the name
     * @return the name
     */
    public static String header(String name) {
        String wrong = wrongIn(name, HEADER_NAME_CHARACTERS);
        if (wrong == null && reserved(name)) {
            wrong = "names that start with '" + RESERVED_PREFIX + "' belong to Waybill";
        }
        if (wrong != null) {
            throw invalid("header", name, wrong, HEADER_NAME_CHARACTERS);
        }
        return name;
    }

    /**
     * Whether a header's or topic's name belongs to Waybill.
     *
     * @param name the name
     * @return true if applications may not set it
     */
    public static boolean reserved(String name) {
        return name.regionMatches(true, 0, RESERVED_PREFIX, 0, RESERVED_PREFIX.length());
    }

    /**
     * Checks the size of a key.
     *
     * @param key the key
     * @return the key
     */
    public static byte[] key(byte[] key) {
        if (key.length > KEY_BYTES) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "The key has " + key.length + " bytes; at most " + KEY_BYTES
                            + " are allowed. Use a shorter key, such as an id or a hash of it.");
        }
        return key;
    }

    /**
     * Checks a message before it is handed over.
     *
     * @param message the message
     * @param bodyBytes the largest body that is allowed
     */
    public static void check(Message message, int bodyBytes) {
        if (message.body().length > bodyBytes) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "The body of a message to topic '" + message.topic() + "' has " + message.body().length
                            + " bytes; at most " + bodyBytes + " are allowed. Send a reference to the data instead, or"
                            + " raise the producer's maxBody together with the broker's own limit.");
        }
        int headers = message.headers().encodedBytes();
        if (headers > HEADERS_BYTES) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "The headers of a message to topic '" + message.topic() + "' have " + headers + " bytes; at most "
                            + HEADERS_BYTES + " are allowed. Move what is large into the body.");
        }
    }

    private static String name(String what, String name) {
        String wrong = wrongIn(name, NAME_CHARACTERS);
        if (wrong == null && (name.equals(".") || name.equals(".."))) {
            wrong = "'.' and '..' are taken";
        }
        if (wrong != null) {
            throw invalid(what, name, wrong, NAME_CHARACTERS);
        }
        return name;
    }

    private static @Nullable String wrongIn(String name, int longest) {
        if (name.isEmpty()) {
            return "it is empty";
        }
        if (name.length() > longest) {
            return "it has " + name.length() + " characters";
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean legal = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '_'
                    || c == '-';
            if (!legal) {
                return "character " + (i + 1) + " is " + printable(c);
            }
        }
        return null;
    }

    private static MessagingException invalid(String what, String name, String wrong, int longest) {
        return new MessagingException(
                ErrorKind.INVALID,
                "Illegal " + what + " name '" + printable(name) + "': " + wrong + ". Use 1 to " + longest
                        + " of A-Z a-z 0-9 . _ -");
    }

    private static String printable(char c) {
        return c > ' ' && c < 127 ? "'" + c + "'" : String.format("U+%04X", (int) c);
    }

    private static String printable(String name) {
        StringBuilder text = new StringBuilder();
        for (char c : name.substring(0, Math.min(name.length(), 120)).toCharArray()) {
            text.append(c >= ' ' && c < 127 ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
        return text.toString();
    }

    /** Encodes. What UTF-8 cannot write is refused: it would arrive as something else. */
    static byte[] utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (Character.charCount(text.codePointAt(i)) == 1) {
                    throw new MessagingException(
                            ErrorKind.INVALID,
                            "The text has half of a surrogate pair at index " + i
                                    + ", which UTF-8 cannot write. Mend the text, or send bytes.");
                }
                i++;
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static int utf8Length(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 128) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return text.length();
    }
}
