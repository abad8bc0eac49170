package io.waybill.engine;

import io.waybill.message.TopicPartition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a member writes to its group's control log. Version 1: a byte of version, a byte of kind (0 hello, 1 beat, 2
 * bye), the member's name, the number of topics that it reads and their names, then the number of partitions that it owns and
 * each one's topic and number; texts as {@link DataOutputStream#writeUTF}, numbers as 4 bytes. Readers ignore records of later versions and whatever follows.
 */
record MemberRecord(Kind kind, String member, Set<String> topics, Set<TopicPartition> owned) {
    enum Kind {
        HELLO(0),
        BEAT(1),
        BYE(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        static Optional<Kind> of(int code) {
            return Stream.of(values()).filter(kind -> kind.code == code).findFirst();
        }
    }

    private static final int VERSION = 1;
    private static final int MOST = 1_000_000;

    static byte[] encode(Kind kind, String member, Collection<String> topics, Collection<TopicPartition> owned) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte(kind.code);
            out.writeUTF(member);
            out.writeInt(topics.size());
            for (String topic : topics) {
                out.writeUTF(topic);
            }
            out.writeInt(owned.size());
            for (TopicPartition partition : owned) {
                out.writeUTF(partition.topic());
                out.writeInt(partition.partition());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Empty if it is none, or of a version that this one does not know. */
    static Optional<MemberRecord> decode(byte[] record) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(record))) {
            int version = in.readByte();
            Optional<Kind> kind = Kind.of(in.readByte());
            if (version != VERSION || kind.isEmpty()) {
                return Optional.empty();
            }
            String member = in.readUTF();
            Set<String> topics = new HashSet<>();
            for (int i = 0, count = count(in); i < count; i++) {
                topics.add(in.readUTF());
            }
            Set<TopicPartition> owned = new HashSet<>();
            for (int i = 0, count = count(in); i < count; i++) {
                owned.add(new TopicPartition(in.readUTF(), in.readInt()));
            }
            return Optional.of(new MemberRecord(kind.get(), member, topics, owned));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MOST) {
            throw new IOException("no count: " + count);
        }
        return count;
    }
}
