package io.waybill.ledger;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What arrived from one partition and is not settled yet, in the order of arrival: a ring that grows to what the consumer's
 * window holds. Used by one thread at a time.
 */
final class Unsettled {
    private long[] positions = new long[64];
    private long[] numbers = new long[64];
    private @Nullable Account[] accounts = new Account[64];
    private int first;
    private int size;

    void add(long position, Account account, long number) {
        if (size == positions.length) {
            grow();
        }
        int at = first + size & positions.length - 1;
        positions[at] = position;
        numbers[at] = number;
        accounts[at] = account;
        size++;
    }

    private void grow() {
        positions = turned(positions);
        numbers = turned(numbers);
        @Nullable Account[] larger = Arrays.copyOfRange(accounts, first, first + 2 * size);
        System.arraycopy(accounts, 0, larger, size - first, first);
        accounts = larger;
        first = 0;
    }

    private long[] turned(long[] ring) {
        long[] larger = Arrays.copyOfRange(ring, first, first + 2 * size);
        System.arraycopy(ring, 0, larger, size - first, first);
        return larger;
    }

    /**
     * All up to a position are finished, and some beyond it, in their order; returns whether there were any.
     *
     * @param beyond where the broker is told of each by itself, their positions, rising
     */
    boolean finish(long through, long[] beyond) {
        int before = size;
        while (size > 0 && positions[first] <= through) {
            finish(first);
            first = first + 1 & positions.length - 1;
            size--;
        }
        for (long position : beyond) {
            finishOne(position);
        }
        return size != before || beyond.length > 0;
    }

    private void finishOne(long position) {
        int low = 0;
        int high = size - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int at = first + middle & positions.length - 1;
            if (positions[at] == position) {
                finish(at);
                return;
            }
            if (positions[at] < position) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
    }

    private void finish(int at) {
        Account account = accounts[at];
        if (account != null) {
            boolean unused = account.finished.add(numbers[at]);
            accounts[at] = null;
        }
    }
}
