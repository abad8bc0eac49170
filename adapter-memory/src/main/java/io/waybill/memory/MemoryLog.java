package io.waybill.memory;

import io.waybill.spi.ControlLogs;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A control log; keeps the last records. */
final class MemoryLog {
    private static final int KEPT = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition appended = lock.newCondition();
    private final ArrayDeque<byte[]> records = new ArrayDeque<>();
    private long first;

    void append(byte[] record) {
        lock.lock();
        try {
            records.addLast(record);
            if (records.size() > KEPT) {
                records.removeFirst();
                first++;
            }
            appended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    ControlLogs.LogReader open(boolean fromFirst, MemoryAdapter adapter) {
        lock.lock();
        try {
            return new Reader(fromFirst ? first : first + records.size(), adapter);
        } finally {
            lock.unlock();
        }
    }

    private final class Reader implements ControlLogs.LogReader {
        private final MemoryAdapter adapter;
        private long next;

        Reader(long next, MemoryAdapter adapter) {
            this.next = next;
            this.adapter = adapter;
        }

        @Override
        public List<byte[]> read(Duration timeout) throws Exception {
            await(timeout);
            adapter.checkReachable(); // without the lock: a frozen instance waits here
            lock.lock();
            try {
                List<byte[]> found = new ArrayList<>();
                long position = first;
                for (byte[] record : records) {
                    if (position >= next) {
                        found.add(record);
                    }
                    position++;
                }
                next = position;
                return found;
            } finally {
                lock.unlock();
            }
        }

        private void await(Duration timeout) throws InterruptedException {
            long left = timeout.toNanos();
            lock.lock();
            try {
                while (next >= first + records.size() && left > 0) {
                    left = appended.awaitNanos(left);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
