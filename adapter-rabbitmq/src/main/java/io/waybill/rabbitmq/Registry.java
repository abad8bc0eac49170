package io.waybill.rabbitmq;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeoutException;

/**
 * Which topics and groups there are: AMQP cannot list exchanges and queues, so what is created and deleted is written to a
 * stream that is never trimmed. It is a list of names to look at, not the truth: the broker's own objects are.
 *
 * <p>A record, version 1: a byte of version, a byte of kind (0 topic, 1 group, 2 topic deleted, 3 group deleted, 4 a mark
 * of somebody who reads), the name of
 * the topic and the name of the group, as {@link DataOutputStream#writeUTF}; a name that does not matter is empty. Readers
 * ignore records of other versions and kinds.
 */
final class Registry {
    private static final int VERSION = 1;
    private static final int TOPIC = 0;
    private static final int GROUP = 1;
    private static final int TOPIC_DELETED = 2;
    private static final int GROUP_DELETED = 3;
    private static final int MARK = 4;

    private final RabbitMqSettings settings;
    private final RabbitMqControlLogs logs;
    private final Set<String> topics = new TreeSet<>();
    private final Map<String, Set<String>> topicsOfGroups = new HashMap<>();
    private long next;

    Registry(RabbitMqSettings settings, RabbitMqControlLogs logs) {
        this.settings = settings;
        this.logs = logs;
    }

    void topicCreated(String topic) throws Exception {
        append(TOPIC, topic, "");
    }

    void topicDeleted(String topic) throws Exception {
        append(TOPIC_DELETED, topic, "");
    }

    void groupCreated(String group, String topic) throws Exception {
        append(GROUP, topic, group);
    }

    void groupDeleted(String group) throws Exception {
        append(GROUP_DELETED, "", group);
    }

    synchronized Set<String> topics() throws Exception {
        refresh();
        return Set.copyOf(topics);
    }

    synchronized Set<String> groups() throws Exception {
        refresh();
        return Set.copyOf(topicsOfGroups.keySet());
    }

    /** The topics in which a group has or had queues. */
    synchronized Set<String> topicsOf(String group) throws Exception {
        refresh();
        return Set.copyOf(topicsOfGroups.getOrDefault(group, Set.of()));
    }

    private void append(int kind, String topic, String group) throws IOException, TimeoutException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte(kind);
            out.writeUTF(topic);
            out.writeUTF(group);
        }
        logs.ensure(Names.REGISTRY);
        logs.append(Names.REGISTRY, bytes.toByteArray());
    }

    /** Reads up to a mark of its own: how long a stream is, the broker says late. */
    private void refresh() throws Exception {
        String mark = UUID.randomUUID().toString();
        append(MARK, mark, "");
        if (!readTo(mark)) { // a stream of this name, but another one
            next = 0;
            topics.clear();
            topicsOfGroups.clear();
            boolean unused = readTo(mark);
        }
    }

    /** False if what there is to read lies before what was read already. */
    private boolean readTo(String mark) throws Exception {
        long deadline = System.nanoTime() + settings.requestTimeout().toNanos();
        try (StreamReader reader = logs.open(Names.REGISTRY, next)) {
            boolean found = false;
            while (!found) {
                for (byte[] record : reader.read(Duration.ofMillis(100))) {
                    found |= apply(record, mark);
                }
                if (reader.lastOffset() >= 0 && reader.lastOffset() < next) {
                    return false;
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new TimeoutException("Stream '" + Names.REGISTRY + "' could not be read in time");
                }
            }
            next = reader.lastOffset() + 1;
        }
        return true;
    }

    /** Whether it is the mark. */
    private boolean apply(byte[] record, String mark) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(record))) {
            if (in.readByte() != VERSION) {
                return false;
            }
            int kind = in.readByte();
            String topic = in.readUTF();
            String group = in.readUTF();
            switch (kind) {
                case TOPIC -> topics.add(topic);
                case GROUP ->
                    topicsOfGroups.computeIfAbsent(group, g -> new TreeSet<>()).add(topic);
                case TOPIC_DELETED -> topics.remove(topic);
                case GROUP_DELETED -> topicsOfGroups.remove(group);
                default -> {}
            }
            return kind == MARK && topic.equals(mark);
        } catch (IOException e) {
            throw new UncheckedIOException("A record of stream '" + Names.REGISTRY + "' is cut off", e);
        }
    }
}
