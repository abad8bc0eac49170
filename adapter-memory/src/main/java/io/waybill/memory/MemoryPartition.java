package io.waybill.memory;

import io.waybill.message.Delivery;
import io.waybill.message.ErrorKind;
import io.waybill.message.Message;
import io.waybill.message.TopicPartition;
import io.waybill.spi.Outgoing;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** A partition's messages, in segments, so that appending moves nothing and old ones go together. */
final class MemoryPartition {
    private static final int SEGMENT = 1024;

    private static final class Segment {
        final Message[] messages = new Message[SEGMENT];
        final byte[][] waybills = new byte[SEGMENT][];
        final long[] times = new long[SEGMENT];
    }

    private final TopicPartition name;
    private final int retention;
    private final boolean dropOldest;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Segment> segments = new ArrayDeque<>();
    private final CopyOnWriteArrayList<MemoryReceiver> readers = new CopyOnWriteArrayList<>();
    /** The position of the first segment's first slot. */
    private long base;

    private long first;
    private volatile long end;

    MemoryPartition(TopicPartition name, int retention, boolean dropOldest) {
        this.name = name;
        this.retention = retention;
        this.dropOldest = dropOldest;
    }

    int retention() {
        return retention;
    }

    TopicPartition name() {
        return name;
    }

    /** Appends all or nothing; returns the first one's position. */
    long append(List<? extends Outgoing> batch, LongSupplier settledByAll) throws MemoryException {
        long position;
        lock.lock();
        try {
            if (end - first + batch.size() > retention) {
                makeRoom(batch.size(), settledByAll);
            }
            position = end;
            long now = System.currentTimeMillis();
            for (int i = 0; i < batch.size(); i++) {
                Outgoing outgoing = batch.get(i);
                put(position + i, outgoing.message(), outgoing.waybill(), now);
            }
            end = position + batch.size();
        } finally {
            lock.unlock();
        }
        for (MemoryReceiver reader : readers) {
            reader.signal();
        }
        return position;
    }

    private void put(long position, Message message, byte[] waybill, long now) {
        int slot = (int) (position - base) % SEGMENT;
        if (slot == 0) {
            segments.addLast(new Segment());
        }
        Segment segment = segments.getLast();
        segment.messages[slot] = message;
        segment.waybills[slot] = waybill;
        segment.times[slot] = now;
    }

    private void makeRoom(int needed, LongSupplier settledByAll) throws MemoryException {
        long wanted = Math.min(end, end + needed - retention);
        long ahead = Math.max(wanted, end - retention + retention / 16); // to ask seldom
        long free = dropOldest ? wanted : Math.min(ahead, settledByAll.getAsLong());
        if (free < end + needed - retention) {
            throw new MemoryException(
                    ErrorKind.REFUSED,
                    name + " is full: it holds " + (end - first) + " messages that not every group has settled. Consume"
                            + " them, raise retention.messages (" + retention + "), or set overflow=drop");
        }
        dropBefore(free);
    }

    /** Forgets what lies before a position. */
    void truncate(long position) {
        lock.lock();
        try {
            dropBefore(Math.min(position, end));
        } finally {
            lock.unlock();
        }
    }

    private void dropBefore(long position) {
        first = Math.max(first, position);
        while (first - base >= SEGMENT && !segments.isEmpty()) {
            segments.removeFirst();
            base += SEGMENT;
        }
    }

    /** Adds deliveries from a position on, at most so many; the attempt is 1. False if the position is not held. */
    boolean read(long from, int most, List<Delivery> into) {
        lock.lock();
        try {
            if (from < first || from > end) {
                return false;
            }
            long to = Math.min(end, from + most);
            Iterator<Segment> all = segments.iterator();
            long start = base;
            while (all.hasNext() && start < to) {
                Segment segment = all.next();
                for (long at = Math.max(from, start); at < Math.min(to, start + SEGMENT); at++) {
                    int slot = (int) (at - start);
                    into.add(new Delivery(
                            segment.messages[slot],
                            name.partition(),
                            at,
                            segment.times[slot],
                            1,
                            segment.waybills[slot]));
                }
                start += SEGMENT;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    long first() {
        lock.lock();
        try {
            return first;
        } finally {
            lock.unlock();
        }
    }

    long end() {
        return end;
    }

    long at(long millis) {
        lock.lock();
        try {
            long position = base;
            for (Segment segment : segments) {
                for (int slot = 0; slot < SEGMENT && position < end; slot++, position++) {
                    if (position >= first && segment.times[slot] >= millis) {
                        return position;
                    }
                }
            }
            return end;
        } finally {
            lock.unlock();
        }
    }

    void addReader(MemoryReceiver reader) {
        readers.addIfAbsent(reader);
    }

    void removeReader(MemoryReceiver reader) {
        readers.remove(reader);
    }
}
