package io.waybill.stores.redis;

import io.waybill.ledger.VerifierState;
import io.waybill.message.ErrorKind;
import io.waybill.message.MessagingException;
import io.waybill.message.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.UnifiedJedis;

/**
 * The books of loss detection in Redis, for consumers on any number of machines. Works with one server, with Sentinel and
 * with a cluster: the keys of a group share a slot.
 *
 * <pre>
 *   Consumer billing = waybill.consumer("billing")
 *       .interceptLane(Verification.create().state(RedisVerifierState.over(redis)))
 *       .subscribe("orders", handler);
 * </pre>
 *
 * <p>Made by the application, one for any number of consumers and groups; safe for use by many threads and processes. Each call is
 * one command. It holds nothing: closing it does nothing, and the client stays the application's. Nothing expires.
 *
 * <p>{@link #load} and {@link #save} throw Jedis' own exceptions if Redis cannot be reached or does not do its part. Nothing was
 * written then, unless the answer was lost: then all was, or nothing.
 *
 * <p><b>What is saved is as safe as Redis keeps it.</b> With {@code appendonly yes} and {@code appendfsync always} it outlives
 * a crash. Without, a crash or a failover to a replica that lags may bring older books back or none. A group without books
 * begins anew: nothing is told of what was sent before. One with older books tells messages to be lost that it had handled in between.
 * Nor may Redis evict keys: {@code maxmemory-policy noeviction}, or one that spares keys without expiry.
 */
public final class RedisVerifierState implements VerifierState {
    private static final String PREFIX = "waybill:verifier-state:";
    private static final int HEADER = Long.BYTES;

    /** For each key what must be in front, and what takes its place; returns the indexes, from 0, where something else was. */
    private static final byte[] SAVE = utf8("""
            local refused = {}
            for i, key in ipairs(KEYS) do
              if redis.call('GETRANGE', key, 0, 7) == ARGV[2 * i - 1] then
                redis.call('SET', key, ARGV[2 * i])
              else
                refused[#refused + 1] = i - 1
              end
            end
            return refused
            """);

    private final UnifiedJedis redis;
    private final String prefix;

    private RedisVerifierState(UnifiedJedis redis, String prefix) {
        this.redis = redis;
        this.prefix = prefix;
    }

    /**
     * State in keys that begin with {@code waybill:verifier-state:}. Does not connect yet.
     *
     * @param redis the client: of one server, of Sentinel or of a cluster
     * @return a state over what Redis holds
     */
    public static RedisVerifierState over(UnifiedJedis redis) {
        return over(redis, PREFIX);
    }

    /**
     * State in keys with another beginning, where several systems share a Redis. Does not connect yet.
     *
     * @param redis the client: of one server, of Sentinel or of a cluster
     * @param prefix what every key begins with, without braces
     * @return a state over what Redis holds
     * @throws MessagingException INVALID if there are braces in the prefix
     */
    public static RedisVerifierState over(UnifiedJedis redis, String prefix) {
        if (prefix.contains("{") || prefix.contains("}")) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "The prefix '" + prefix
                            + "' has braces, which would put a group's keys into several slots. Leave them out.");
        }
        return new RedisVerifierState(redis, prefix);
    }

    @Override
    public Map<TopicPartition, Row> load(String group, Collection<TopicPartition> partitions) {
        List<TopicPartition> asked = List.copyOf(partitions);
        Map<TopicPartition, Row> found = new HashMap<>();
        if (asked.isEmpty()) {
            return found;
        }
        List<byte[]> values = redis.mget(keys(group, asked).toArray(new byte[0][]));
        for (int i = 0; i < asked.size(); i++) {
            byte[] value = values.get(i);
            if (value != null) {
                found.put(asked.get(i), row(group, asked.get(i), value));
            }
        }
        return found;
    }

    @Override
    public Set<TopicPartition> save(String group, Map<TopicPartition, Row> rows) {
        Set<TopicPartition> refused = new HashSet<>();
        if (rows.isEmpty()) {
            return refused;
        }
        List<TopicPartition> partitions = new ArrayList<>();
        List<byte[]> arguments = new ArrayList<>();
        rows.forEach((partition, row) -> {
            partitions.add(partition);
            arguments.add(
                    row.version() == 0 ? new byte[0] : header(row.version(), 0).array());
            arguments.add(header(row.version() + 1, row.bytes().length)
                    .put(row.bytes())
                    .array());
        });
        for (Object index : (List<?>) redis.eval(SAVE, keys(group, partitions), arguments)) {
            refused.add(partitions.get(((Number) index).intValue()));
        }
        return refused;
    }

    private List<byte[]> keys(String group, List<TopicPartition> partitions) {
        return partitions.stream().map(partition -> utf8(key(group, partition))).toList();
    }

    private String key(String group, TopicPartition partition) {
        return prefix + "{" + group + "}:" + partition.topic() + ":" + partition.partition();
    }

    private static ByteBuffer header(long version, int more) {
        return ByteBuffer.allocate(HEADER + more).putLong(version);
    }

    private Row row(String group, TopicPartition partition, byte[] value) {
        if (value.length < HEADER) {
            throw new MessagingException(
                    ErrorKind.INVALID,
                    "The key '" + key(group, partition)
                            + "' holds no verifier's state. Delete it: the group begins anew with this"
                            + " partition, and misses nothing that was sent before.");
        }
        ByteBuffer buffer = ByteBuffer.wrap(value);
        long version = buffer.getLong();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return new Row(bytes, version);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
