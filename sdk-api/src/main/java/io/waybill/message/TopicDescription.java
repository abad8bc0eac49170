package io.waybill.message;

/**
 * A topic as the broker holds it.
 *
 * @param name its name
 * @param partitions how many partitions it has
 * @param durability what a confirm of this topic means, read from the broker's settings
 */
public record TopicDescription(String name, int partitions, Durability durability) {}
