package io.waybill.kafka;

import io.waybill.message.Headers;
import io.waybill.spi.WaybillHeader;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Headers of Waybill as headers of Kafka, and back. */
final class KafkaHeaders {
    private static final byte[] EMPTY = new byte[0];

    /** The packed header of one record after another, without garbage. Used by one thread at a time. */
    static final class Alone implements Header {
        private final Iterable<Header> headers = new RecordHeaders(new Header[] {this});
        private byte[] waybill = EMPTY;

        /** Good until the next call. */
        Iterable<Header> with(byte[] header) {
            waybill = header;
            return headers;
        }

        @Override
        public String key() {
            return WaybillHeader.NAME;
        }

        @Override
        public byte[] value() {
            return waybill;
        }
    }

    private KafkaHeaders() {}

    /** Of a kind that a record takes over with one small array. */
    static RecordHeaders of(Headers headers, byte[] waybill) {
        Header[] all = new Header[headers.size() + 1];
        all[0] = new RecordHeader(WaybillHeader.NAME, waybill);
        for (int i = 0; i < headers.size(); i++) {
            all[i + 1] = new RecordHeader(headers.nameAt(i), headers.valueAt(i));
        }
        return new RecordHeaders(all);
    }

    /** Kafka allows a name more than once, and null values: the last value counts, and null becomes no bytes. */
    static Headers read(org.apache.kafka.common.header.Headers source) {
        Headers.@Nullable Builder builder = null;
        for (Header header : source.toArray()) {
            if (!header.key().equals(WaybillHeader.NAME)) {
                if (builder == null) {
                    builder = Headers.unchecked();
                }
                byte[] value = header.value();
                builder.put(header.key(), value == null ? EMPTY : value);
            }
        }
        return builder == null ? Headers.empty() : builder.build();
    }

    static byte @Nullable [] waybill(org.apache.kafka.common.header.Headers source) {
        Header header = source.lastHeader(WaybillHeader.NAME);
        return header == null ? null : header.value();
    }
}
