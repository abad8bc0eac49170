package com.example.files;

import io.waybill.message.Delivery;
import io.waybill.message.Headers;
import io.waybill.message.Message;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Outgoing;
import io.waybill.spi.WaybillHeader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** A message as bytes: time, waybill, key if there is one, headers, body. */
final class MessageRecord {
    private MessageRecord() {}

    static byte[] encode(Outgoing outgoing) throws IOException {
        Message message = outgoing.message();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(System.currentTimeMillis());
        write(out, outgoing.waybill());
        byte[] key = message.key();
        out.writeBoolean(key != null);
        write(out, key == null ? new byte[0] : key);
        Headers headers = message.headers();
        out.writeInt(headers.size());
        for (int i = 0; i < headers.size(); i++) {
            out.writeUTF(headers.nameAt(i));
            write(out, headers.valueAt(i));
        }
        write(out, message.body());
        return bytes.toByteArray();
    }

    static Delivery decode(TopicPartition from, long position, byte[] record) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(record));
        long time = in.readLong();
        byte[] waybill = read(in);
        boolean hasKey = in.readBoolean();
        byte[] key = read(in);
        Headers.Builder headers = Headers.unchecked();
        for (int left = in.readInt(); left > 0; left--) {
            headers.put(in.readUTF(), read(in));
        }
        return WaybillHeader.delivery(
                from.topic(),
                from.partition(),
                position,
                time,
                1,
                hasKey ? key : null,
                headers.build(),
                read(in),
                waybill);
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] read(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
