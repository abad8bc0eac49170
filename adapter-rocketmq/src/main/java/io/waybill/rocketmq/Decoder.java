package io.waybill.rocketmq;

import io.waybill.message.Delivery;
import io.waybill.message.Headers;
import io.waybill.spi.WaybillHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.rocketmq.common.compression.CompressorFactory;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.sysflag.MessageSysFlag;
import org.jspecify.annotations.Nullable;

/** Reads stored messages as a broker hands them over: only what a delivery needs. */
final class Decoder {
    private static final byte[] KEYS = MessageConst.PROPERTY_KEYS.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WAYBILL = WaybillHeader.NAME.getBytes(StandardCharsets.US_ASCII);
    private static final int HOST = 8;
    private static final int HOST_V6 = 20;

    private final String topic;
    private final int partition;

    Decoder(String topic, int partition) {
        this.topic = topic;
        this.partition = partition;
    }

    /** The messages from a position on; brokers give whole pages of an index, not always just what was asked for. */
    List<Delivery> from(long position, byte[] bytes) throws IOException {
        List<Delivery> deliveries = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.remaining() > 4) {
            int begin = in.position();
            int length = in.getInt();
            if (length < 4 || length > bytes.length - begin) {
                throw new IOException(
                        "A message of " + topic + "-" + partition + " has an impossible length: " + length);
            }
            Delivery delivery = one(in, bytes);
            if (delivery.position() >= position) {
                deliveries.add(delivery);
            }
            in.position(begin + length);
        }
        return deliveries;
    }

    private Delivery one(ByteBuffer in, byte[] bytes) throws IOException {
        int magic = in.getInt();
        skip(in, 4 + 4 + 4); // checksum, queue, flag
        long position = in.getLong();
        skip(in, 8); // place in the commit log
        int flags = in.getInt();
        long born = in.getLong();
        skip(in, (flags & MessageSysFlag.BORNHOST_V6_FLAG) == 0 ? HOST : HOST_V6);
        skip(in, 8); // stored at
        skip(in, (flags & MessageSysFlag.STOREHOSTADDRESS_V6_FLAG) == 0 ? HOST : HOST_V6);
        skip(in, 4 + 8); // attempts, transaction
        int bodyLength = in.getInt();
        int bodyAt = in.position();
        byte[] body = Arrays.copyOfRange(bytes, bodyAt, bodyAt + bodyLength);
        skip(in, bodyLength);
        if ((flags & MessageSysFlag.COMPRESSED_FLAG) != 0) {
            body = CompressorFactory.getCompressor(MessageSysFlag.getCompressionType(flags))
                    .decompress(body);
        }
        skip(in, magic == MessageDecoder.MESSAGE_MAGIC_CODE_V2 ? in.getShort() : in.get());
        int length = in.getShort();
        Properties properties = new Properties(bytes, in.position(), in.position() + length);
        return WaybillHeader.delivery(
                topic, partition, position, born, 1, properties.key, properties.headers(), body, properties.waybill);
    }

    /** When the first of these messages was stored, for looking up a time. */
    static long storedAt(byte[] messages) {
        ByteBuffer in = ByteBuffer.wrap(messages);
        int flags = in.getInt(4 + 4 + 4 + 4 + 4 + 8 + 8);
        int bornHost = (flags & MessageSysFlag.BORNHOST_V6_FLAG) == 0 ? HOST : HOST_V6;
        return in.getLong(4 + 4 + 4 + 4 + 4 + 8 + 8 + 4 + 8 + bornHost);
    }

    /** The bodies alone: the records of a control log. */
    static List<byte[]> bodies(byte[] messages) {
        List<byte[]> bodies = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(messages);
        while (in.remaining() > 4) {
            int begin = in.position();
            int length = in.getInt();
            int flags = in.getInt(begin + 4 + 4 + 4 + 4 + 4 + 8 + 8);
            int at = begin + 4 + 4 + 4 + 4 + 4 + 8 + 8 + 4 + 8;
            at += (flags & MessageSysFlag.BORNHOST_V6_FLAG) == 0 ? HOST : HOST_V6;
            at += 8;
            at += (flags & MessageSysFlag.STOREHOSTADDRESS_V6_FLAG) == 0 ? HOST : HOST_V6;
            at += 4 + 8;
            int body = in.getInt(at);
            bodies.add(Arrays.copyOfRange(messages, at + 4, at + 4 + body));
            in.position(begin + length);
        }
        return bodies;
    }

    private static void skip(ByteBuffer in, int bytes) {
        in.position(in.position() + bytes);
    }

    /** Property names and values, without a map or texts for what is not needed. */
    private static final class Properties {
        final byte @Nullable [] key;
        final byte @Nullable [] waybill;
        private Headers.@Nullable Builder headers;

        Properties(byte[] bytes, int from, int to) {
            int keyFrom = -1;
            int keyTo = -1;
            byte[] stamp = null;
            for (int pass = 0; pass < 2; pass++) { // whose message it is decides how values are read
                boolean ours = stamp != null;
                int at = from;
                while (at < to) {
                    int end = indexOf(bytes, PropertyBytes.VALUE_END, at, to);
                    int middle = indexOf(bytes, PropertyBytes.NAME_END, at, end);
                    if (middle < end) {
                        if (pass == 0 && equal(bytes, at, middle, WAYBILL)) {
                            stamp = stamp(bytes, middle + 1, end);
                        } else if (pass == 0 && equal(bytes, at, middle, KEYS)) {
                            keyFrom = middle + 1;
                            keyTo = end;
                        } else if (pass == 1) {
                            header(bytes, at, middle, end, ours);
                        }
                    }
                    at = end + 1;
                }
            }
            this.waybill = stamp;
            this.key = keyFrom < 0
                    ? null
                    : stamp == null
                            ? Arrays.copyOfRange(bytes, keyFrom, keyTo)
                            : PropertyBytes.decode(bytes, keyFrom, keyTo);
        }

        private static byte @Nullable [] stamp(byte[] bytes, int from, int to) {
            try {
                return PropertyBytes.base64(bytes, from, to);
            } catch (IllegalArgumentException e) {
                return null; // a foreign message with a property of our name
            }
        }

        private void header(byte[] bytes, int at, int middle, int end, boolean ours) {
            int from = ours && bytes[at] == PropertyBytes.ENCODED ? at + 1 : at;
            String name = new String(bytes, from, middle - from, StandardCharsets.UTF_8);
            if (from == at && (PropertyBytes.isRocketMqs(name) || name.equals(WaybillHeader.NAME))) {
                return;
            }
            if (headers == null) {
                headers = Headers.unchecked();
            }
            headers.put(
                    name,
                    ours ? PropertyBytes.decode(bytes, middle + 1, end) : Arrays.copyOfRange(bytes, middle + 1, end));
        }

        Headers headers() {
            return headers == null ? Headers.empty() : headers.build();
        }

        private static int indexOf(byte[] bytes, byte what, int from, int to) {
            for (int i = from; i < to; i++) {
                if (bytes[i] == what) {
                    return i;
                }
            }
            return to;
        }

        private static boolean equal(byte[] bytes, int from, int to, byte[] name) {
            return Arrays.equals(bytes, from, to, name, 0, name.length);
        }
    }
}
