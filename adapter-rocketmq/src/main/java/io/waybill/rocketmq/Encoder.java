package io.waybill.rocketmq;

import io.waybill.message.ErrorKind;
import io.waybill.message.Headers;
import io.waybill.message.Message;
import io.waybill.message.MessagingException;
import io.waybill.spi.WaybillHeader;
import org.apache.rocketmq.common.message.MessageClientIDSetter;
import org.apache.rocketmq.common.message.MessageConst;
import org.jspecify.annotations.Nullable;

/** Writes the body of a batch: each message with its length, body and properties. Used by one thread at a time. */
final class Encoder {
    private final ByteSink out = new ByteSink();

    /** Adds a message; returns why it cannot be, or null. */
    @Nullable
    MessagingException add(Message message, byte[] waybill) {
        int begin = out.size();
        byte[] body = message.body();
        out.fourBytes(0); // the length, below
        out.fourBytes(0); // magic and checksum: the broker's part
        out.fourBytes(0);
        out.fourBytes(0); // flag
        out.fourBytes(body.length);
        out.all(body);
        int properties = out.size();
        out.twoBytes(0);
        properties(message, waybill);
        int length = out.size() - properties - 2;
        if (length > PropertyBytes.MOST) {
            out.truncate(begin);
            return new MessagingException(
                    ErrorKind.INVALID,
                    "The key and headers of a message to topic '" + message.topic() + "' take " + length
                            + " bytes on RocketMQ, where binary values stand as base64; at most " + PropertyBytes.MOST
                            + " are allowed. Move what is large into the body.");
        }
        out.putShort(properties, length);
        out.putInt(begin, out.size() - begin);
        return null;
    }

    private void properties(Message message, byte[] waybill) {
        byte[] key = message.key();
        if (key != null) {
            PropertyBytes.writeKey(key, out);
        }
        out.ascii(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX);
        out.one(PropertyBytes.NAME_END);
        out.ascii(MessageClientIDSetter.createUniqID());
        out.one(PropertyBytes.VALUE_END);
        PropertyBytes.writeBase64(WaybillHeader.NAME, waybill, out);
        Headers headers = message.headers();
        for (int i = 0; i < headers.size(); i++) {
            PropertyBytes.writeHeader(headers.nameAt(i), headers.valueAt(i), out);
        }
    }

    int size() {
        return out.size();
    }

    byte[] take() {
        return out.take();
    }
}
