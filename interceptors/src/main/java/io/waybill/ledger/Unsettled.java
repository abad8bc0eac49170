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

    /** All up to a position are finished; returns whether there were any. */
    boolean finish(long through) {
        int before = size;
        while (size > 0 && positions[first] <= through) {
            Account account = accounts[first];
            if (account != null) {
                boolean unused = account.finished.add(numbers[first]);
            }
            accounts[first] = null;
            first = first + 1 & positions.length - 1;
            size--;
        }
        return size != before;
    }
}
