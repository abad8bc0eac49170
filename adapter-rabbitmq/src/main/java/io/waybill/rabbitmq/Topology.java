package io.waybill.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.waybill.message.ErrorKind;
import io.waybill.message.Limits;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Exchanges and queues: how topics and groups are made of them, looked at, and asserted again. */
final class Topology {
    /** -1 throws a message away at its first return on 3.10, none means 20 on 4.x; this keeps it on every version. */
    private static final int NO_DELIVERY_LIMIT = Integer.MAX_VALUE;

    /** Brokers from 3.12 on take it from the queue, so that a slow handler never costs the channel; others ignore it. */
    private static final long NO_CONSUMER_TIMEOUT = 4_000_000_000L;

    /** No topic has so many partitions: asking for it makes the broker say how many there are. */
    private static final int NO_COUNT = Limits.PARTITIONS + 1;

    private static final Pattern CURRENT = Pattern.compile("'x-max-length'.*current is (?:the value )?'([0-9]+)'");

    private final RabbitMqSettings settings;
    private final Connections connections;
    /** What was seen of topics; each use looks whether it still holds. */
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();

    Topology(RabbitMqSettings settings, Connections connections) {
        this.settings = settings;
        this.connections = connections;
    }

    /** How many partitions a topic has; empty if there is none. */
    OptionalInt partitions(String topic) throws IOException, TimeoutException {
        if (!exists(channel -> channel.exchangeDeclarePassive(topic))) {
            return OptionalInt.empty();
        }
        Integer known = counts.get(topic);
        if (known != null && isCount(topic, known)) {
            return OptionalInt.of(known);
        }
        try {
            AMQP.Queue.DeclareOk made = connections.ask(channel -> declareNumber(channel, Names.meta(topic), NO_COUNT));
            Object unused = connections.ask(channel -> channel.queueDelete(made.getQueue(), true, true));
            throw new RabbitMqException(
                    ErrorKind.NOT_FOUND,
                    "Exchange '" + topic + "' exists, but was not created by Waybill: queue '" + Names.meta(topic)
                            + "', which says how many partitions there are, is missing. Create the topic by Waybill.");
        } catch (IOException e) {
            int partitions = numberInForce(e);
            counts.put(topic, partitions);
            return OptionalInt.of(partitions);
        }
    }

    /** The number that another declaration of the same queue has set, if that is what was wrong. */
    private static int numberInForce(IOException refusal) throws IOException {
        Matcher current = CURRENT.matcher(RabbitMqErrors.replyText(refusal));
        if (RabbitMqErrors.replyCode(refusal) == AMQP.PRECONDITION_FAILED && current.find()) {
            return Integer.parseInt(current.group(1));
        }
        throw refusal;
    }

    /** Asked so, the broker neither makes a queue nor complains in its log, as long as the number is right. */
    private boolean isCount(String topic, int partitions) throws IOException, TimeoutException {
        try {
            if (look(Names.meta(topic)).isEmpty()) {
                return false;
            }
            AMQP.Queue.DeclareOk unused =
                    connections.ask(channel -> declareNumber(channel, Names.meta(topic), partitions));
            return true;
        } catch (IOException e) {
            if (RabbitMqErrors.replyCode(e) == AMQP.PRECONDITION_FAILED) {
                counts.remove(topic);
                return false;
            }
            throw e;
        }
    }

    int requirePartitions(String topic) throws IOException, TimeoutException {
        return partitions(topic)
                .orElseThrow(() -> new RabbitMqException(
                        ErrorKind.NOT_FOUND, "There is no exchange '" + topic + "' of Waybill's"));
    }

    void requireFree(String topic) throws IOException, TimeoutException {
        OptionalInt found = OptionalInt.empty();
        if (exists(channel -> channel.exchangeDeclarePassive(topic))) {
            try {
                found = partitions(topic);
            } catch (RabbitMqException e) {
                // An exchange without its count is a creation that was cut off, or native: it becomes a topic here.
            }
        }
        if (found.isPresent()) {
            throw new RabbitMqException(ErrorKind.ALREADY_EXISTS, "Topic '" + topic + "' exists already");
        }
    }

    void createTopic(String topic, int partitions) throws IOException, TimeoutException {
        try {
            Object unused = connections.ask(channel -> {
                declareNumber(channel, Names.meta(topic), partitions);
                return channel.exchangeDeclare(topic, "direct", true);
            });
            counts.put(topic, partitions);
        } catch (IOException e) {
            if (RabbitMqErrors.replyCode(e) == AMQP.PRECONDITION_FAILED) {
                throw new RabbitMqException(
                        ErrorKind.ALREADY_EXISTS,
                        "Topic '" + topic + "', or an exchange of its name, exists with other properties: "
                                + RabbitMqErrors.replyText(e),
                        e);
            }
            throw e;
        }
    }

    void deleteTopic(String topic) throws IOException, TimeoutException {
        Object unused = connections.ask(channel -> {
            channel.exchangeDelete(topic);
            return channel.queueDelete(Names.meta(topic));
        });
    }

    private static AMQP.Queue.DeclareOk declareNumber(Channel channel, String queue, int number) throws IOException {
        return channel.queueDeclare(
                queue, true, false, false, Map.of("x-queue-type", "quorum", "x-max-length", number));
    }

    /**
     * The prefetch of all consumers of a group, which whoever comes first sets. It must be one number: a queue puts messages
     * that come back behind those that came back earlier, so an owner that took fewer than its predecessor had could change
     * their order by leaving in its turn.
     */
    int prefetch(Connection connection, String group) throws IOException, TimeoutException {
        int wanted = settings.prefetch();
        try {
            Object unused =
                    Connections.ask(connection, channel -> declareNumber(channel, Names.prefetch(group), wanted));
            return wanted;
        } catch (IOException e) {
            return numberInForce(e);
        }
    }

    /** Makes sure that a group's queues in a topic are there, are as they must be, and are bound. */
    void assertGroup(Connection connection, String topic, String group, int partitions)
            throws IOException, TimeoutException {
        for (int i = 0; i < partitions; i++) {
            String queue = Names.queue(topic, group, i);
            String key = Names.routingKey(i);
            try {
                Object unused = Connections.ask(connection, channel -> {
                    channel.queueDeclare(queue, true, false, false, queueArguments());
                    return channel.queueBind(queue, topic, key);
                });
            } catch (IOException e) {
                if (RabbitMqErrors.replyCode(e) == AMQP.PRECONDITION_FAILED) {
                    throw new RabbitMqException(
                            ErrorKind.REFUSED,
                            "Queue '" + queue + "' is not what Waybill needs and could lose messages: "
                                    + RabbitMqErrors.replyText(e)
                                    + ". Empty it and delete it, then Waybill makes it anew.",
                            e);
                }
                throw e;
            }
        }
    }

    private Map<String, Object> queueArguments() {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("x-queue-type", "quorum");
        arguments.put("x-single-active-consumer", true);
        arguments.put("x-delivery-limit", NO_DELIVERY_LIMIT);
        arguments.put("x-overflow", "reject-publish");
        arguments.put("x-consumer-timeout", NO_CONSUMER_TIMEOUT);
        Long size = settings.quorumSize();
        if (size != null) {
            arguments.put("x-quorum-initial-group-size", size);
        }
        return arguments;
    }

    static AMQP.Queue.DeclareOk declareMembers(Channel channel, String group) throws IOException {
        return channel.queueDeclare(Names.members(group), true, false, false, Map.of());
    }

    /** How many consumers a queue has; empty if there is no such queue. */
    Optional<AMQP.Queue.DeclareOk> look(String queue) throws IOException, TimeoutException {
        return look(connections.shared(settings.requestTimeout()), queue);
    }

    private static Optional<AMQP.Queue.DeclareOk> look(Connection connection, String queue)
            throws IOException, TimeoutException {
        AMQP.Queue.@Nullable DeclareOk found = absentIsNull(connection, channel -> channel.queueDeclarePassive(queue));
        return Optional.ofNullable(found);
    }

    boolean exists(Connections.Work<?> passive) throws IOException, TimeoutException {
        Object found = absentIsNull(connections.shared(settings.requestTimeout()), passive);
        return found != null;
    }

    private static <T> @Nullable T absentIsNull(Connection connection, Connections.Work<T> passive)
            throws IOException, TimeoutException {
        try {
            return Connections.ask(connection, passive);
        } catch (IOException e) {
            if (RabbitMqErrors.replyCode(e) == AMQP.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }
}
