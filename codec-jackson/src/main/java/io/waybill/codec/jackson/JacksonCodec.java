package io.waybill.codec.jackson;

import io.waybill.message.Codec;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Payloads as JSON, by Jackson 3.
 *
 * <p>Created by {@link #of}, once per type, and kept; immutable, safe for use by many threads. The type is the one given
 * here, whatever the message says of itself. A body that is no JSON, has something behind its value, does not fit the
 * type or is {@code null} is refused; unknown properties are ignored, so that a sender may add some. A mapper of one's
 * own decides otherwise.
 *
 * <pre>
 *   Codec&lt;Order&gt; orders = JacksonCodec.of(Order.class);
 *   producer.send(Message.to("orders").payload(order, orders).build());
 *   waybill.consumer("billing").subscribe("orders", orders, (delivery, order) -&gt; charge(order));
 * </pre>
 *
 * @param <T> the payload's type
 */
public final class JacksonCodec<T> implements Codec<T> {
    private static final JsonMapper DEFAULT = JsonMapper.builder().build();

    private final JavaType type;
    private final ObjectReader reader;
    private final ObjectWriter writer;

    private JacksonCodec(JsonMapper mapper, JavaType type) {
        this.type = type;
        this.reader = mapper.readerFor(type);
        this.writer = mapper.writerFor(type);
    }

    /**
     * A codec with Jackson's defaults.
     *
     * @param type the payload's class, such as a record
     * @param <T> the payload's type
     * @return a new codec
     */
    public static <T> JacksonCodec<T> of(Class<T> type) {
        return of(DEFAULT, type);
    }

    /**
     * A codec with Jackson's defaults, for a generic type.
     *
     * @param type the payload's type, as in {@code new TypeReference<List<Order>>() {}}
     * @param <T> the payload's type
     * @return a new codec
     */
    public static <T> JacksonCodec<T> of(TypeReference<T> type) {
        return of(DEFAULT, type);
    }

    /**
     * A codec with the application's own mapper.
     *
     * @param mapper writes and reads
     * @param type the payload's class
     * @param <T> the payload's type
     * @return a new codec
     */
    public static <T> JacksonCodec<T> of(JsonMapper mapper, Class<T> type) {
        return new JacksonCodec<>(mapper, mapper.constructType(type));
    }

    /**
     * A codec with the application's own mapper, for a generic type.
     *
     * @param mapper writes and reads
     * @param type the payload's type
     * @param <T> the payload's type
     * @return a new codec
     */
    public static <T> JacksonCodec<T> of(JsonMapper mapper, TypeReference<T> type) {
        return new JacksonCodec<>(mapper, mapper.constructType(type));
    }

    @Override
    public byte[] encode(T payload) {
        return writer.writeValueAsBytes(payload);
    }

    @Override
    public T decode(byte[] body) {
        T payload = reader.readValue(body);
        if (payload == null) {
            throw MismatchedInputException.from(null, type, "The body is null, which is no " + type.getTypeName());
        }
        return payload;
    }

    @Override
    public String contentType() {
        return "application/json";
    }

    @Override
    public String toString() {
        return "JacksonCodec[" + type.getTypeName() + "]";
    }
}
