package io.waybill.message;

/** What brokers differ in. Each is tested where it is there, and refused where it is not. */
public enum Capability {
    /**
     * Consumers of a group share the partitions; NATIVE: by the broker, EMULATED: by Waybill's coordinator, which needs
     * {@link #CONTROL_LOG}. Where UNSUPPORTED, no consumer can be opened.
     */
    GROUP_MEMBERSHIP,
    /**
     * A topic holds messages whether or not a group reads it. Where UNSUPPORTED, they live in the queues of groups: sending
     * to a topic without a group is refused.
     */
    TOPIC_STORAGE,
    /** A new group can start at the first message that the topic still holds. */
    START_FIRST,
    /** A new group can start behind the last message. */
    START_LATEST,
    /** A new group can start at a time. */
    START_TIME,
    /** The positions of a group without members can be set anew. */
    RESET_POSITIONS,
    /** Logs that every member can append to and read from any position: what membership and manifests stand on. */
    CONTROL_LOG
}
