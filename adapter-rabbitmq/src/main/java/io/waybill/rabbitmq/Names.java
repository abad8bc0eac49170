package io.waybill.rabbitmq;

/**
 * What Waybill's things are called on the broker. Names of topics and groups have no colon, so queues of different ones
 * never meet.
 */
final class Names {
    static final String REGISTRY = "waybill.registry";

    private Names() {}

    /** The queue that holds what a group has not handled of a partition. */
    static String queue(String topic, String group, int partition) {
        return topic + ":" + group + ":" + partition;
    }

    /** The queue whose x-max-length is the number of a topic's partitions; nothing is ever in it. */
    static String meta(String topic) {
        return "waybill.meta." + topic;
    }

    /** The queue that every member of a group consumes from, to be counted; nothing is ever in it. */
    static String members(String group) {
        return "waybill.group." + group;
    }

    /** The queue whose x-max-length is the prefetch of a group's consumers; nothing is ever in it. */
    static String prefetch(String group) {
        return "waybill.prefetch." + group;
    }

    static String routingKey(int partition) {
        return Integer.toString(partition);
    }
}
