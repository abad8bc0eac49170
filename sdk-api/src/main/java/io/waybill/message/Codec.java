package io.waybill.message;

import java.nio.charset.StandardCharsets;

/**
 * Turns a payload into bytes and back.
 *
 * <p>Implemented by applications and codec modules; called from many threads at once. The receiver chooses the codec by
 * itself, never by what a header says. What a codec throws ends the send before hand-over, or, on receive, sends the
 * message to the dead letters at once, since trying again cannot help.
 *
 * @param <T> the payload's type
 */
public interface Codec<T> {
    /**
     * Turns a payload into a body.
     *
     * @param payload the payload
     * @return the body; not changed any more after this
     * @throws Exception if it cannot be encoded
     */
    byte[] encode(T payload) throws Exception;

    /**
     * Turns a body into a payload.
     *
     * @param body the body; must not be changed
     * @return the payload
     * @throws Exception if these bytes are no such payload
     */
    T decode(byte[] body) throws Exception;

    /**
     * What the bytes are, for people and other systems; travels in the header {@code content-type}.
     *
     * @return a media type, such as {@code application/json}
     */
    String contentType();

    /**
     * Bytes as they are.
     *
     * @return the codec
     */
    static Codec<byte[]> bytes() {
        return BytesCodec.INSTANCE;
    }

    /**
     * UTF-8 text. Bytes that are not UTF-8 are refused, not replaced.
     *
     * @return the codec
     */
    static Codec<String> utf8() {
        return Utf8Codec.INSTANCE;
    }

    /** See {@link Codec#bytes()}. */
    enum BytesCodec implements Codec<byte[]> {
        /** The one instance. */
        INSTANCE;

        @Override
        public byte[] encode(byte[] payload) {
            return payload;
        }

        @Override
        public byte[] decode(byte[] body) {
            return body;
        }

        @Override
        public String contentType() {
            return "application/octet-stream";
        }
    }

    /** See {@link Codec#utf8()}. */
    enum Utf8Codec implements Codec<String> {
        /** The one instance. */
        INSTANCE;

        @Override
        public byte[] encode(String payload) {
            return Limits.utf8(payload);
        }

        @Override
        public String decode(byte[] body) throws java.nio.charset.CharacterCodingException {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(body))
                    .toString();
        }

        @Override
        public String contentType() {
            return "text/plain; charset=utf-8";
        }
    }
}
