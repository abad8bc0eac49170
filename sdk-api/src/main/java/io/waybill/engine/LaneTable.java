package io.waybill.engine;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Finds the lane of a key without garbage: open addressing, used by the polling thread alone. */
final class LaneTable {
    private final Assignment assignment;
    private final long factor = ThreadLocalRandom.current().nextLong() | 1;
    private @Nullable KeyLane[] slots = new KeyLane[64];
    private int size;

    LaneTable(Assignment assignment) {
        this.assignment = assignment;
    }

    KeyLane lane(byte[] key) {
        int hash = hash(key);
        int mask = slots.length - 1;
        for (int i = hash & mask; ; i = i + 1 & mask) {
            KeyLane lane = slots[i];
            if (lane == null) {
                return add(key, hash);
            }
            if (lane.hash == hash && Arrays.equals(lane.key, key)) {
                return lane;
            }
        }
    }

    /** By a secret factor: whoever chooses the keys must not be able to make all of them meet. */
    private int hash(byte[] key) {
        long hash = 0;
        for (byte b : key) {
            hash = hash * factor + b;
        }
        return (int) (hash ^ hash >>> 32);
    }

    private KeyLane add(byte[] key, int hash) {
        if (size >= slots.length / 2) {
            rebuild();
        }
        KeyLane lane = new KeyLane(assignment, key, hash);
        insert(lane);
        return lane;
    }

    void clear() {
        slots = new KeyLane[64];
        size = 0;
    }

    /** Drops idle lanes, then grows if most are busy. */
    private void rebuild() {
        @Nullable KeyLane[] old = slots;
        int busy = 0;
        for (KeyLane lane : old) {
            if (lane != null && !lane.isIdle()) {
                busy++;
            }
        }
        slots = new KeyLane[busy > old.length / 4 ? old.length * 2 : old.length];
        size = 0;
        for (KeyLane lane : old) {
            if (lane != null && !lane.isIdle()) {
                insert(lane);
            }
        }
    }

    private void insert(KeyLane lane) {
        int mask = slots.length - 1;
        int i = lane.hash & mask;
        while (slots[i] != null) {
            i = i + 1 & mask;
        }
        slots[i] = lane;
        size++;
    }
}
