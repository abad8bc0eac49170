package io.waybill;

import io.waybill.engine.Failures;
import io.waybill.message.Capability;
import io.waybill.message.ErrorKind;
import io.waybill.message.GroupDescription;
import io.waybill.message.Limits;
import io.waybill.message.MessagingException;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicSpec;
import io.waybill.spi.Adapter;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Topics and groups of a broker.
 *
 * <p>Got from {@link Waybill#admin}; safe for use by many threads; ends with its connection. Each call waits for the
 * broker and throws {@link MessagingException}: INVALID for an illegal name, UNAVAILABLE, UNAUTHORIZED, CLOSED and what
 * the methods name.
 */
public final class Admin {
    private interface Call<T> {
        T run() throws Exception;
    }

    private final Waybill waybill;
    private final Adapter adapter;

    Admin(Waybill waybill, Adapter adapter) {
        this.waybill = waybill;
        this.adapter = adapter;
    }

    /**
     * Creates a topic; returns when producers can use it.
     *
     * @param topic its name
     * @param partitions how many partitions, fixed from then on
     * @throws MessagingException ALREADY_EXISTS if there is one of this name
     */
    public void createTopic(String topic, int partitions) {
        createTopic(TopicSpec.of(topic, partitions));
    }

    /**
     * Creates a topic; returns when producers can use it.
     *
     * @param spec what to create
     * @throws MessagingException ALREADY_EXISTS if there is one of this name
     */
    public void createTopic(TopicSpec spec) {
        checkOwn(spec.name());
        call("Cannot create topic '" + spec.name() + "'", () -> {
            adapter.admin().createTopic(spec);
            return true;
        });
    }

    /**
     * Creates a topic unless it is there with as many partitions; made to be called at every start.
     *
     * @param topic its name
     * @param partitions how many partitions
     * @throws MessagingException ALREADY_EXISTS if there is one with another number of partitions
     */
    public void ensureTopic(String topic, int partitions) {
        TopicSpec spec = TopicSpec.of(topic, partitions);
        if (describeTopic(topic).isEmpty()) {
            try {
                createTopic(spec);
                return;
            } catch (MessagingException e) {
                if (e.kind() != ErrorKind.ALREADY_EXISTS) {
                    throw e;
                }
            }
        }
        int found = describeTopic(topic).map(TopicDescription::partitions).orElse(partitions);
        if (found != partitions) {
            throw new MessagingException(
                    ErrorKind.ALREADY_EXISTS,
                    "Topic '" + topic + "' exists with " + found + " partitions, not " + partitions
                            + ". The number is fixed at creation, since the order of keys depends on it; ask for "
                            + found + ".");
        }
    }

    /**
     * Looks at a topic.
     *
     * @param topic its name
     * @return what the broker holds, or empty if there is none of this name
     */
    public Optional<TopicDescription> describeTopic(String topic) {
        Limits.topic(topic);
        return call(
                "Cannot describe topic '" + topic + "'", () -> adapter.admin().describeTopic(topic));
    }

    /**
     * All topics of applications, dead letters included; those of the broker and of Waybill are left out.
     *
     * @return names, sorted
     */
    public Set<String> topics() {
        Set<String> names =
                new TreeSet<>(call("Cannot list topics", () -> adapter.admin().topics()));
        names.removeIf(Limits::reserved);
        return names;
    }

    /**
     * Deletes a topic with all its messages, for good.
     *
     * @param topic its name
     * @throws MessagingException NOT_FOUND if there is none of this name
     */
    public void deleteTopic(String topic) {
        checkOwn(Limits.topic(topic));
        call("Cannot delete topic '" + topic + "'", () -> {
            adapter.admin().deleteTopic(topic);
            return true;
        });
    }

    /**
     * Looks at a group.
     *
     * @param group its name
     * @return what the broker knows, or empty if there is none of this name
     */
    public Optional<GroupDescription> describeGroup(String group) {
        Limits.group(group);
        return call(
                "Cannot describe group '" + group + "'", () -> adapter.admin().describeGroup(group));
    }

    /**
     * Makes a group known in a topic before any consumer of it was opened: what is sent from now on is held for it. Does
     * nothing if the topic knows the group. On RabbitMQ a topic without any group refuses messages.
     *
     * @param group its name
     * @param topic the topic
     * @throws MessagingException NOT_FOUND if there is no such topic
     */
    public void createGroup(String group, String topic) {
        Limits.group(group);
        if (describeTopic(topic).isEmpty()) {
            throw topicNotFound("Cannot create group '" + group + "'", topic);
        }
        call("Cannot create group '" + group + "' in topic '" + topic + "'", () -> {
            adapter.admin().createGroup(group, topic);
            return true;
        });
    }

    /**
     * All groups.
     *
     * @return names, sorted
     */
    public Set<String> groups() {
        return new TreeSet<>(call("Cannot list groups", () -> adapter.admin().groups()));
    }

    /**
     * Deletes a group with its positions: a consumer that uses the name later is a new group.
     *
     * @param group its name; it has no members
     * @throws MessagingException NOT_FOUND if there is none, REFUSED if it has members
     */
    public void deleteGroup(String group) {
        Limits.group(group);
        call("Cannot delete group '" + group + "'", () -> {
            adapter.admin().deleteGroup(group);
            return true;
        });
    }

    /**
     * Sets where a group goes on in all partitions of a topic, backwards or forwards.
     *
     * @param group its name; it has no members, and need not exist
     * @param topic the topic
     * @param position where to go on
     * @throws MessagingException REFUSED if it has members, UNSUPPORTED if the broker has no positions
     */
    public void resetGroup(String group, String topic, StartPosition position) {
        Limits.group(group);
        Limits.topic(topic);
        String action = "Resetting group '" + group + "'";
        adapter.capabilities().require(Capability.RESET_POSITIONS, adapter.name(), action);
        adapter.capabilities().require(position.capability(), adapter.name(), action + " to " + position);
        if (describeTopic(topic).isEmpty()) {
            throw topicNotFound("Cannot reset group '" + group + "'", topic);
        }
        call("Cannot reset group '" + group + "' in topic '" + topic + "'", () -> {
            adapter.admin().resetGroup(group, topic, position);
            return true;
        });
    }

    private <T> T call(String action, Call<T> call) {
        waybill.checkOpen();
        try {
            return call.run();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw Failures.of(adapter, action, e);
        }
    }

    private static void checkOwn(String topic) {
        if (Limits.reserved(topic)) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "Topic '" + topic + "' cannot be created or deleted: names that start with '"
                            + Limits.RESERVED_PREFIX + "' belong to Waybill. Use another name.");
        }
    }

    static MessagingException topicNotFound(String action, String topic) {
        return new MessagingException(
                ErrorKind.NOT_FOUND,
                action + ": topic '" + topic + "' does not exist. Create it first, say with"
                        + " waybill.admin().createTopic(\"" + topic + "\", partitions), or correct the name.");
    }
}
