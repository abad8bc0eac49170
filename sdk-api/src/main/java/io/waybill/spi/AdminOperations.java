package io.waybill.spi;

import io.waybill.message.GroupDescription;
import io.waybill.message.StartPosition;
import io.waybill.message.TopicDescription;
import io.waybill.message.TopicSpec;
import java.util.Optional;
import java.util.Set;

/**
 * Topics and groups of a broker. Safe for use by many threads; throws the client's own exceptions; each call ends within
 * the adapter's request timeout.
 */
public interface AdminOperations {
    /**
     * Creates a topic and returns when producers can use it.
     *
     * @param spec what to create
     * @throws Exception if it cannot be created, {@link io.waybill.message.ErrorKind#ALREADY_EXISTS} included
     */
    void createTopic(TopicSpec spec) throws Exception;

    /**
     * Looks at a topic.
     *
     * @param topic its name
     * @return what the broker holds, or empty if there is none of this name
     * @throws Exception if the broker does not say
     */
    Optional<TopicDescription> describeTopic(String topic) throws Exception;

    /**
     * All topics, those of the broker itself left out.
     *
     * @return their names
     * @throws Exception if the broker does not say
     */
    Set<String> topics() throws Exception;

    /**
     * Deletes a topic with all its messages.
     *
     * @param topic its name
     * @throws Exception if it cannot be deleted, {@link io.waybill.message.ErrorKind#NOT_FOUND} included
     */
    void deleteTopic(String topic) throws Exception;

    /**
     * Looks at a group.
     *
     * @param group its name
     * @return what the broker knows, or empty if there is none of this name
     * @throws Exception if the broker does not say
     */
    Optional<GroupDescription> describeGroup(String group) throws Exception;

    /**
     * Makes a group known in a topic, so that what is sent from then on is held for it; changes nothing if it is known
     * there. Where groups have positions, they are set to the end.
     *
     * @param group its name
     * @param topic a topic that exists
     * @throws Exception if it cannot be created
     */
    default void createGroup(String group, String topic) throws Exception {
        boolean known = describeGroup(group).stream()
                .flatMap(found -> found.positions().keySet().stream())
                .anyMatch(partition -> partition.topic().equals(topic));
        if (!known) {
            resetGroup(group, topic, StartPosition.latest());
        }
    }

    /**
     * All groups.
     *
     * @return their names
     * @throws Exception if the broker does not say
     */
    Set<String> groups() throws Exception;

    /**
     * Deletes a group with its positions.
     *
     * @param group its name; it has no members
     * @throws Exception if it cannot be deleted, {@link io.waybill.message.ErrorKind#NOT_FOUND} included
     */
    void deleteGroup(String group) throws Exception;

    /**
     * Sets the positions of a group in all partitions of a topic. Only called if
     * {@link io.waybill.message.Capability#RESET_POSITIONS} and that of the position are there.
     *
     * @param group its name; it has no members, and need not exist
     * @param topic the topic
     * @param position where to go on
     * @throws Exception if it cannot, {@link io.waybill.message.ErrorKind#REFUSED} if it has members
     */
    void resetGroup(String group, String topic, StartPosition position) throws Exception;
}
