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

    /** What a record came with: the application's headers, and the packed one. */
    static final class Read {
        private final Headers own;
        private final byte @Nullable [] waybill;

        private Read(Headers own, byte @Nullable [] waybill) {
            this.own = own;
            this.waybill = waybill;
        }

        Headers own() {
            return own;
        }

        /** Null if there is none. */
        byte @Nullable [] waybill() {
            return waybill;
        }
    }

    /** Kafka allows a name more than once, and null values: the last value counts, and null becomes no bytes. */
    static Read read(Iterable<Header> source) {
        Headers.@Nullable Builder builder = null;
        byte[] waybill = null;
        for (Header header : source) { // costs no iterator where the compiler sees through it; toArray costs an array
            String name = header.key();
            byte[] value = header.value();
            if (name.equals(WaybillHeader.NAME)) {
                waybill = value;
            } else {
                if (builder == null) {
                    builder = Headers.unchecked();
                }
                builder.put(name, value == null ? EMPTY : value);
            }
        }
        return new Read(builder == null ? Headers.empty() : builder.build(), waybill);
    }
}
