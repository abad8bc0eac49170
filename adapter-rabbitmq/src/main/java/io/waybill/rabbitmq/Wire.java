package io.waybill.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.LongString;
import io.waybill.message.Delivery;
import io.waybill.message.Headers;
import io.waybill.message.Message;
import io.waybill.spi.WaybillHeader;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages as the broker holds them: the body as it is, everything else in AMQP headers of bytes. Names that mean something
 * to the broker ({@code CC}, {@code BCC}, whatever starts with {@code x-}) are written behind a prefix, so that a message
 * cannot route itself elsewhere.
 */
@SuppressWarnings("JavaUtilDate") // the type of the client's timestamps
final class Wire {
    private static final String KEY = "waybill.key";
    private static final String ESCAPE = "waybill.h.";
    private static final String DELIVERY_COUNT = "x-delivery-count";
    private static final Integer PERSISTENT = 2;

    private Wire() {}

    static AMQP.BasicProperties properties(Message message, byte[] waybill) {
        byte[] key = message.key();
        Headers given = message.headers();
        Map<String, Object> headers;
        if (given.size() == 0) {
            headers = key == null ? Map.of(WaybillHeader.NAME, waybill) : Map.of(WaybillHeader.NAME, waybill, KEY, key);
        } else {
            headers = new HashMap<>((given.size() + 2) * 2);
            for (int i = 0; i < given.size(); i++) {
                String name = given.nameAt(i);
                headers.put(isSpecial(name) ? ESCAPE + name : name, given.valueAt(i));
            }
            headers.put(WaybillHeader.NAME, waybill);
            if (key != null) {
                headers.put(KEY, key);
            }
        }
        return new AMQP.BasicProperties(
                null, null, headers, PERSISTENT, null, null, null, null, null, new Date(), null, null, null, null);
    }

    private static boolean isSpecial(String name) {
        return name.startsWith("x-") || name.equals("CC") || name.equals("BCC");
    }

    /** What counts returns does not count all that comes again: from 4.0 on, not what a lost consumer had. The flag says it. */
    static Delivery delivery(
            String topic, int partition, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        Map<String, Object> all = properties.getHeaders();
        byte[] key = null;
        byte[] waybill = null;
        int attempt = 1;
        Headers headers = Headers.empty();
        if (all != null) {
            Headers.Builder builder = null;
            for (Map.Entry<String, Object> header : all.entrySet()) {
                String name = header.getKey();
                Object value = header.getValue();
                if (name.equals(WaybillHeader.NAME)) {
                    waybill = bytes(value);
                } else if (name.equals(KEY)) {
                    key = bytes(value);
                } else if (name.equals(DELIVERY_COUNT)) {
                    attempt = value instanceof Number count ? attempt(count.longValue()) : 1;
                } else if (!name.startsWith("x-") && value != null) {
                    builder = builder == null ? Headers.unchecked() : builder;
                    builder.put(name.startsWith(ESCAPE) ? name.substring(ESCAPE.length()) : name, bytes(value));
                }
            }
            headers = builder == null ? headers : builder.build();
        }
        if (envelope.isRedeliver()) {
            attempt = Math.max(attempt, 2);
        }
        Date sent = properties.getTimestamp();
        long sentAt = sent == null ? -1 : sent.getTime();
        return WaybillHeader.delivery(
                topic, partition, envelope.getDeliveryTag(), sentAt, attempt, key, headers, body, waybill);
    }

    /** A sender that is not Waybill may have written anything there. */
    private static int attempt(long returns) {
        return (int) Math.max(1, Math.min(returns, Integer.MAX_VALUE - 1) + 1);
    }

    private static byte[] bytes(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        if (value instanceof LongString text) {
            return text.getBytes();
        }
        return String.valueOf(value).getBytes(StandardCharsets.UTF_8);
    }
}
