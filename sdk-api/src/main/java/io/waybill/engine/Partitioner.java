package io.waybill.engine;

/**
 * The partition of a key, by the rule of Kafka's default partitioner: murmur2 of the key's bytes with seed 0x9747b28c,
 * made positive, modulo the number of partitions. It is used on every broker, so that native Kafka producers agree and a
 * migration keeps keys together.
 */
final class Partitioner {
    private Partitioner() {}

    static int partition(byte[] key, int partitions) {
        return (murmur2(key) & 0x7fffffff) % partitions;
    }

    /** MurmurHash2 by Austin Appleby, 32 bit. */
    static int murmur2(byte[] data) {
        final int m = 0x5bd1e995;
        int length = data.length;
        int h = 0x9747b28c ^ length;
        int i = 0;
        for (; i + 4 <= length; i += 4) {
            int k = (data[i] & 0xff) | (data[i + 1] & 0xff) << 8 | (data[i + 2] & 0xff) << 16 | data[i + 3] << 24;
            k *= m;
            k ^= k >>> 24;
            h = h * m ^ k * m;
        }
        int rest = length - i;
        if (rest > 0) {
            if (rest == 3) {
                h ^= (data[i + 2] & 0xff) << 16;
            }
            if (rest >= 2) {
                h ^= (data[i + 1] & 0xff) << 8;
            }
            h ^= data[i] & 0xff;
            h *= m;
        }
        h ^= h >>> 13;
        h *= m;
        return h ^ h >>> 15;
    }
}
