package io.waybill.message;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One logical message: where it goes, its key, headers, body and id.
 *
 * <p>Created by {@link #to} or, on arrival, by an adapter. Immutable and safe to share between threads, if nobody
 * changes the arrays that went in or came out: they are not copied. A message object is <em>one</em> logical message:
 * it gets its id when it is built, and sending the same object again, say after {@link ErrorKind#OUTCOME_UNKNOWN},
 * sends the same message again, not another (rule S5).
 */
public final class Message {
    /** The header that names what the body's bytes are. */
    public static final String CONTENT_TYPE = "content-type";

    private static final byte[] NO_BODY = new byte[0];

    private final String topic;
    private final byte @Nullable [] key;
    private final Headers headers;
    private final byte[] body;
    private final long idHigh;
    private final long idLow;

    private Message(String topic, byte @Nullable [] key, Headers headers, byte[] body, long idHigh, long idLow) {
        this.topic = topic;
        this.key = key;
        this.headers = headers;
        this.body = body;
        this.idHigh = idHigh;
        this.idLow = idLow;
    }

    /**
     * Starts a message.
     *
     * @param topic where it goes
     * @return a new builder
     * @throws MessagingException INVALID if the name is illegal
     */
    public static Builder to(String topic) {
        return new Builder(Limits.topic(topic));
    }

    /**
     * A message as a broker holds it: for adapters, so nothing is checked.
     *
     * @param topic where it was sent
     * @param key the key, or null
     * @param headers the application's headers
     * @param body the body
     * @param idHigh the upper half of the id
     * @param idLow the lower half of the id
     * @return the message
     */
    public static Message restored(
            String topic, byte @Nullable [] key, Headers headers, byte[] body, long idHigh, long idLow) {
        return new Message(topic, key, headers, body, idHigh, idLow);
    }

    /**
     * Where it goes.
     *
     * @return the topic's name
     */
    public String topic() {
        return topic;
    }

    /**
     * The key: messages of one key keep their order.
     *
     * @return the bytes, not copied, or null if there is none
     */
    public byte @Nullable [] key() {
        return key;
    }

    /**
     * The key as UTF-8 text.
     *
     * @return the text, or empty if there is no key
     */
    public Optional<String> keyText() {
        return key == null ? Optional.empty() : Optional.of(new String(key, StandardCharsets.UTF_8));
    }

    /**
     * The application's headers.
     *
     * @return the headers, perhaps empty
     */
    public Headers headers() {
        return headers;
    }

    /**
     * The body.
     *
     * @return the bytes, not copied, perhaps none
     */
    public byte[] body() {
        return body;
    }

    /**
     * The body as UTF-8 text; malformed bytes show as U+FFFD. To have them refused use {@link Codec#utf8()}.
     *
     * @return the text
     */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /**
     * The body as a payload.
     *
     * @param codec how to read it
     * @param <T> the payload's type
     * @return the payload
     * @throws MessagingException INVALID if the codec refuses the bytes
     */
    public <T> T payload(Codec<T> codec) {
        try {
            return codec.decode(body);
        } catch (Exception e) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "The body of message " + id() + " of topic '" + topic + "' (" + body.length
                            + " bytes, content-type "
                            + headers.text(CONTENT_TYPE).orElse("not given") + ") cannot be read as "
                            + codec.contentType() + ". Read it with the codec it was sent with.",
                    e);
        }
    }

    /**
     * The id: unique to this logical message, kept by every retry, in the form of UUID version 7. A message that was
     * not sent by Waybill gets one made of its topic, partition and position.
     *
     * @return the id
     */
    public UUID id() {
        return new UUID(idHigh, idLow);
    }

    /**
     * The upper half of the id, without garbage.
     *
     * @return 64 bits
     */
    public long idHigh() {
        return idHigh;
    }

    /**
     * The lower half of the id, without garbage.
     *
     * @return 64 bits
     */
    public long idLow() {
        return idLow;
    }

    /**
     * Starts a changed copy, which is the same logical message: it keeps the id.
     *
     * @return a new builder with everything of this message
     */
    public Builder toBuilder() {
        Builder builder = new Builder(topic);
        builder.key = key;
        builder.headers = new Headers.Builder(headers);
        builder.body = body;
        builder.idHigh = idHigh;
        builder.idLow = idLow;
        return builder;
    }

    /** Where it goes, its id and sizes; no content, which may be private. */
    @Override
    public String toString() {
        return "Message[" + id() + " to '" + topic + "', " + body.length + " bytes, headers " + headers + "]";
    }

    /** Collects a message; used by one thread. Each call checks its argument at once. */
    public static final class Builder {
        private final String topic;
        private byte @Nullable [] key;
        private Headers.@Nullable Builder headers;
        private byte[] body = NO_BODY;
        private long idHigh;
        private long idLow;

        private Builder(String topic) {
            this.topic = topic;
        }

        /**
         * The key, as UTF-8; default: none, so no order.
         *
         * @param key the key, at most 1,024 bytes
         * @return this
         * @throws MessagingException INVALID if UTF-8 cannot write it: half of a surrogate pair
         */
        public Builder key(String key) {
            return key(Limits.utf8(key));
        }

        /**
         * The key as bytes.
         *
         * @param key the key, at most 1,024 bytes, not copied
         * @return this
         */
        public Builder key(byte[] key) {
            this.key = Limits.key(key);
            return this;
        }

        /**
         * Adds a header, or replaces its value.
         *
         * @param name the name
         * @param value the value, sent as UTF-8
         * @return this
         * @throws MessagingException INVALID if UTF-8 cannot write it: half of a surrogate pair
         */
        public Builder header(String name, String value) {
            return header(name, Limits.utf8(value));
        }

        /**
         * Adds a header, or replaces its value.
         *
         * @param name the name
         * @param value the value, not copied
         * @return this
         */
        public Builder header(String name, byte[] value) {
            Limits.header(name);
            return put(name, value);
        }

        private Builder put(String name, byte[] value) {
            if (headers == null) {
                headers = new Headers.Builder(Headers.empty());
            }
            headers.put(name, value);
            return this;
        }

        /**
         * The body; default: no bytes.
         *
         * @param body the bytes, not copied; must not be changed any more
         * @return this
         */
        public Builder body(byte[] body) {
            this.body = Objects.requireNonNull(body, "body");
            return this;
        }

        /**
         * The body as UTF-8 text. Sets no content type.
         *
         * @param text the text
         * @return this
         * @throws MessagingException INVALID if UTF-8 cannot write it: half of a surrogate pair
         */
        public Builder text(String text) {
            return body(Limits.utf8(text));
        }

        /**
         * The body from a payload; sets the header {@code content-type} to the codec's.
         *
         * @param payload the payload
         * @param codec how to write it
         * @param <T> the payload's type
         * @return this
         * @throws MessagingException INVALID if the codec cannot write it
         */
        public <T> Builder payload(T payload, Codec<T> codec) {
            try {
                body(codec.encode(payload));
            } catch (Exception e) {
                throw new MessagingException(
                        ErrorKind.INVALID,
                        "The payload for topic '" + topic + "' cannot be written as " + codec.contentType()
                                + ". Give a payload that the codec knows.",
                        e);
            }
            return header(CONTENT_TYPE, codec.contentType());
        }

        /**
         * The message.
         *
         * @return an immutable message with an id of its own, or the one it had if this builder came from a message
         */
        public Message build() {
            boolean known = idHigh != 0;
            return new Message(
                    topic,
                    key,
                    headers == null ? Headers.empty() : headers.build(),
                    body,
                    known ? idHigh : MessageIds.nextHigh(),
                    known ? idLow : MessageIds.nextLow());
        }
    }
}
