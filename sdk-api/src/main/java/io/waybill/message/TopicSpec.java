package io.waybill.message;

/**
 * A topic to be created.
 *
 * @param name its name
 * @param partitions how many partitions, fixed from then on; 1 to 10,000
 * @param copies how many brokers shall hold each message; 0 means the broker's own default
 */
public record TopicSpec(String name, int partitions, int copies) {
    /**
     * Checks the values.
     *
     * @param name its name
     * @param partitions how many partitions, fixed from then on; 1 to 10,000
     * @param copies how many brokers shall hold each message; 0 means the broker's own default
     */
    public TopicSpec {
        Limits.topic(name);
        if (partitions < 1 || partitions > Limits.PARTITIONS) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "Topic '" + name + "' was to have " + partitions + " partitions; use 1 to " + Limits.PARTITIONS);
        }
        if (copies < 0 || copies > Short.MAX_VALUE) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "Topic '" + name + "' was to have " + copies + " copies; use 1 or more, or 0 for the default of the"
                            + " broker");
        }
    }

    /**
     * A topic with the broker's default number of copies.
     *
     * @param name its name
     * @param partitions how many partitions
     * @return the specification
     * @throws MessagingException INVALID if the name or number is illegal
     */
    public static TopicSpec of(String name, int partitions) {
        return new TopicSpec(name, partitions, 0);
    }

    /**
     * A copy with a number of copies.
     *
     * @param number how many brokers shall hold each message
     * @return the specification
     */
    public TopicSpec copies(int number) {
        return new TopicSpec(name, partitions, number);
    }
}
